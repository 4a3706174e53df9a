"""The command line as data. Adding a command: its function in brigade/commands, and its line here."""

import os
from importlib import import_module

import click

from brigade.acting.declared import Acts, acting

DEBUG = "BRIGADE_DEBUG"
_WIDTH = 120


class Lazy(click.Command):
    """A command that is imported when it is given, not when it is listed.

    ``place`` is module:function below brigade.commands, ``summary`` the first sentence of its help. With the option
    ``unless`` a changing command changes nothing.
    """

    def __init__(self, name: str, place: str, acts: Acts, summary: str, *, unless: str = "") -> None:
        super().__init__(name, short_help=summary)
        self.place = place
        self.acts = acts
        self.unless = unless

    def load(self) -> click.Command:
        """Import the command, and have it act as is declared here."""
        module, _, function = self.place.partition(":")
        command: click.Command = getattr(import_module(f"brigade.commands.{module}"), function)
        for each in (command, *getattr(command, "commands", {}).values()):
            if not hasattr(each.callback, "acts"):  # imported once, it may be called again
                each.callback = acting(each.callback, self.acts, self.unless)
        return command


class LazyGroup(click.Group):
    """A group of such commands: https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands ."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - in the order in which they are declared
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Lazy) else command, rest


@click.command(
    cls=LazyGroup,
    name="brigade",
    context_settings={"max_content_width": _WIDTH},
    help="Bucket Brigade: pictures handed from actor to actor. Everything acts on AWS_ENDPOINT_URL where that is set, "
    "on the local cloud that `brigade up` started in this folder or above, or else on your AWS account.",
)
@click.option("--debug", is_flag=True, envvar=DEBUG, show_envvar=True, help="Show the traceback of an error.")
@click.version_option(package_name="bucket-brigade", message="%(version)s", help="Print the release.")
def app(*, debug: bool) -> None:
    """Take the options that stand before every command."""
    if debug:
        os.environ[DEBUG] = "1"


dlq = LazyGroup(
    "dlq",
    help="Dead letters: what could not be done, why, and what to do about it.",
    short_help="What could not be done, why, and what to do about it.",
    no_args_is_help=True,
)
HISTORY = Lazy("history", "history:history", "reading", "List what operators did, newest first.")

for group, commands in {
    app: (
        Lazy("up", "up:up", "offline", "Start the local cloud and print the variables that lead there."),
        Lazy("down", "up:down", "offline", "Stop the local cloud that commands use here, and all that is in it."),
        Lazy("deploy", "deploy:deploy", "changing", "Make the stack, or bring it up to date."),
        Lazy("destroy", "destroy:destroy", "changing", "Delete the stack."),
        Lazy(
            "outputs", "outputs:outputs", "reading", "Show where the stack's buckets, queues, topics and functions are."
        ),
        Lazy("package", "package:package", "offline", "Make every function's zip."),
        Lazy("upload", "upload:upload", "changing", "Upload pictures."),
        Lazy("site", "site:site", "changing", "Serve a static site's pictures from here.", unless="dry_run"),
        Lazy("import", "import_:import_", "changing", "Copy pictures from other clouds.", unless="dry_run"),
        Lazy("portal", "portal:portal", "changing", "Serve a stack's portal on this machine."),
        Lazy("ls", "ls:ls", "reading", "List pictures, newest first."),
        Lazy("show", "show:show", "reading", "Show one picture's record with its timeline."),
        Lazy("html", "html:html", "reading", "Print a picture's markup."),
        Lazy("get", "get:get", "reading", "Download a picture's master and renditions."),
        Lazy("export", "export:export", "reading", "Write the catalog as three flat tables."),
        Lazy("trace", "trace:trace", "reading", "Draw what each actor did with a picture, attempt by attempt."),
        Lazy("process", "process:process", "offline", "Run local files through the actors in this process."),
        Lazy("pause", "pause:pause", "changing", "Stop actors without a deployment."),
        Lazy("resume", "pause:resume", "changing", "Start paused actors again."),
        Lazy("status", "status:status", "reading", "Show how every actor is doing."),
        Lazy(
            "missing",
            "missing:missing",
            "reading",
            "List what is missing between source bucket, catalog and target bucket.",
        ),
        Lazy("rerun", "rerun:rerun", "changing", "Send pictures back to one actor.", unless="dry_run"),
        Lazy("approve", "approve:approve", "changing", "Let pictures in quarantine pass."),
        Lazy("reject", "approve:reject", "changing", "Remove pictures in quarantine."),
        Lazy("archive", "archive:archive", "changing", "Archive pictures that are READY now."),
        Lazy("restore", "archive:restore", "changing", "Make archived originals readable for some days."),
        HISTORY,
        Lazy("cost", "cost:cost", "offline", "Say what pictures cost on AWS."),
        Lazy("recipes", "recipes:recipes", "offline", "Show the recipes, in the order in which they are asked."),
        dlq,
        Lazy("demo", "demo:demo", "offline", "Run the whole chain on a local cloud of its own."),
        Lazy("prove", "prove:prove", "changing", "Prove that the chain works here."),
    ),
    dlq: (
        Lazy("ls", "dlq_ls:ls", "reading", "List dead letters by actor and reason."),
        Lazy("show", "dlq_show:show", "reading", "Show dead letters, of all actors or one."),
        Lazy(
            "redrive",
            "dlq_redrive:redrive",
            "changing",
            "Send an actor's dead letters back to its queue.",
            unless="dry_run",
        ),
        Lazy("edit", "dlq_edit:edit", "changing", "Change a message's body in your editor."),
        Lazy("discard", "dlq_discard:discard", "changing", "Write dead letters to a file, then delete them."),
        Lazy("export", "dlq_export:export", "reading", "Write dead letters to a file."),
        Lazy("import", "dlq_export:import_", "changing", "Put the dead letters of a file back."),
        Lazy("replay", "dlq_replay:replay", "reading", "Run an actor's function on a dead letter again, here."),
        HISTORY,
    ),
}.items():
    for command in commands:
        group.add_command(command)
