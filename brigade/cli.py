"""The command line as data. Adding a command: its function in brigade/commands, and its line here."""

import os
from functools import partial
from importlib import import_module
from itertools import chain
from typing import get_args

import click

from brigade import project
from brigade.acting.declared import Acts, acting, where

DEBUG = "BRIGADE_DEBUG"
_WIDTH = 120


class Lazy(click.Command):
    """A command that is imported when it is given, not when it is listed.

    ``place`` is module:function below brigade.commands, where both are not called like it; ``summary`` is the first
    sentence of its help, ``example`` how one may go on after its name. With the option ``unless`` it changes nothing.
    """

    def __init__(self, acts: Acts, name: str, summary: str, example: str, *, place: str = "", unless: str = "") -> None:
        super().__init__(name, short_help=summary)
        self.acts, self.place, self.example, self.unless = acts, place, example, unless

    def load(self) -> click.Command:
        """Import the command, and have it act as is declared here."""
        module, _, function = self.place.partition(":")
        command: click.Command = getattr(import_module(f"brigade.commands.{module}"), function)
        for each in (command, *getattr(command, "commands", {}).values()):
            if not hasattr(each.callback, "acts"):  # imported once, it may be called again
                each.callback = acting(each.callback, self.acts, self.unless)
                each.params += where() if self.acts != "offline" else []
        command.epilog = self.epilog
        return command


class LazyGroup(click.Group):
    """A group of such commands: https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands ."""

    sections: dict[str, tuple[click.Command, ...]]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - in the order in which they are declared
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        for heading, commands in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(each.name or "", each.short_help or "") for each in commands], col_max=12)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Lazy) else command, rest


@click.command(
    cls=LazyGroup,
    name="brigade",
    context_settings={"max_content_width": _WIDTH, "help_option_names": ["-h", "--help"]},
    help="Bucket Brigade: pictures handed from actor to actor. Everything acts on AWS_ENDPOINT_URL where that is set, "
    "on the local cloud that `brigade up` started in this folder or above, or else on your AWS account. What a project "
    "always says may stand in its brigade.toml, or in [tool.brigade] of its pyproject.toml: docs/settings.md.",
)
@click.option("--debug", is_flag=True, envvar=DEBUG, show_envvar=True, help="Show the traceback of an error.")
@click.version_option(package_name="bucket-brigade", message="%(version)s", help="Print the release.")
@click.pass_context
def app(context: click.Context, *, debug: bool) -> None:
    """Take the options that stand before every command, and what the project's file says."""
    if debug:
        os.environ[DEBUG] = "1"
    said = project.settings()
    said.export()
    of_each = {"stack": said.stack, "recipes_file": said.recipes}
    known = {name: value for name, value in of_each.items() if value is not None}
    context.default_map = {name: known | dict.fromkeys(_BELOW, known) for name in app.commands}


# Groups may have commands whose defaults the project's file says, too.
_BELOW = ("check", "preview", "ls", "show", "redrive", "edit", "discard", "export", "import", "replay", "history")
dlq = LazyGroup(
    "dlq",
    help="Dead letters: what could not be done, why, and what to do about it.",
    short_help="What could not be done, why, and what to do about it.",
    no_args_is_help=True,
)
offline, reading, changing = (partial(Lazy, acts) for acts in get_args(Acts))
rehearsed = partial(changing, unless="dry_run")
HISTORY = reading("history", "List what operators did, newest first.", "--limit 5")

app.sections = {
    "Run it": (
        offline("up", "Start the local cloud and print the variables that lead there.", "--detach"),
        offline("down", "Stop the local cloud that commands use here, and all that is in it.", "", place="up:down"),
        changing("deploy", "Make the stack, or bring it up to date.", "--stage test --set LogRetentionDays=7"),
        changing("destroy", "Delete the stack.", "--stack brigade-test"),
        reading("outputs", "Show where the stack's buckets, queues, topics and functions are.", "SourceBucket"),
        offline("package", "Make every function's zip.", "--out build/packages"),
        offline("demo", "Run the whole chain on a local cloud of its own.", "--photos Pictures"),
        changing("prove", "Prove that the chain works here.", "--yes"),
    ),
    "Pictures": (
        rehearsed("upload", "Upload pictures.", "--wait Pictures"),
        rehearsed(
            "import", "Copy pictures from other clouds.", "dropbox:Photos --prefix dropbox", place="import_:import_"
        ),
        reading("ls", "List pictures, newest first.", "--status failed"),
        reading("show", "Show one picture's record with its timeline.", "holiday/beach.jpg"),
        reading("get", "Download a picture's master and renditions.", "holiday/beach.jpg --out outputs"),
        reading("html", "Print a picture's markup.", "holiday/beach.jpg --alt 'The beach'"),
        rehearsed("site", "Serve a static site's pictures from here.", "public --dry-run"),
        changing("portal", "Serve a stack's portal on this machine.", "--port 8123"),
        reading("export", "Write the catalog as three flat tables.", "--out tables --format csv"),
        changing("archive", "Archive pictures that are READY now.", "holiday/beach.jpg"),
        changing(
            "restore",
            "Make archived originals readable for some days.",
            "beach.jpg --days 3",
            place="archive:restore",
        ),
        changing("focus", "Say where a picture's subject is.", "holiday/beach.jpg 0.3 0.75"),
        changing("approve", "Let pictures in quarantine pass.", "holiday/beach.jpg"),
        changing("reject", "Remove pictures in quarantine.", "holiday/beach.jpg", place="approve:reject"),
    ),
    "Recipes, without any cloud": (
        offline("recipes", "Show the recipes, in the order in which they are asked.", "--key holiday/beach.jpg"),
        offline("process", "Run local files through the actors in this process.", "Pictures --out outputs"),
        offline("cost", "Say what pictures cost on AWS.", "--pictures 100000"),
    ),
    "See and repair": (
        changing("console", "Serve a page on this machine until Ctrl-C.", "--read-only", unless="read_only"),
        reading("status", "Show how every actor is doing.", "--watch"),
        reading("trace", "Draw what each actor did with a picture, attempt by attempt.", "holiday/beach.jpg"),
        reading("logs", "Show what actors have logged, oldest first.", "beach.jpg --since 2h --errors"),
        dlq,
        HISTORY,
        reading("missing", "List what is missing between source bucket, catalog and target bucket.", "--prefix in/"),
        rehearsed("rerun", "Send pictures back to one actor.", "--prefix holiday/ --from resize --dry-run"),
        changing("pause", "Stop actors without a deployment.", "resize"),
        changing("resume", "Start paused actors again.", "resize", place="pause:resume"),
    ),
}
dlq.sections = {
    "Commands": (
        reading("ls", "List dead letters by actor and reason.", ""),
        reading("show", "Show dead letters, of all actors or one.", "resize --reason out-of-time"),
        rehearsed("redrive", "Send an actor's dead letters back to its queue.", "resize --reason out-of-time"),
        changing("edit", "Change a message's body in your editor.", "normalize d74b0267"),
        changing("discard", "Write dead letters to a file, then delete them.", "--moot"),
        reading("export", "Write dead letters to a file.", "resize --out letters.jsonl"),
        changing("import", "Put the dead letters of a file back.", "letters.jsonl resize", place="dlq_export:import_"),
        reading("replay", "Run an actor's function on a dead letter again, here.", "resize d74b0267"),
        HISTORY,
    )
}
for group, words in ((app, ""), (dlq, "dlq ")):
    for command in chain.from_iterable(group.sections.values()):
        group.add_command(command)
        if isinstance(command, Lazy):
            module = f"{words}{command.name}".replace(" ", "_")
            command.place = command.place or f"{module}:{command.name}"
            command.epilog = command.epilog or f"\b\nExample:\n  brigade {words}{command.name} {command.example}"
