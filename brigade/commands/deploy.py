"""`brigade deploy`, `brigade destroy`, `brigade outputs`: the stack, wherever the target is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brigade import release
from brigade.commands import here
from brigade.commands.asking import ask
from brigade.commands.options import AsJson, StackName, Yes
from brigade.console import OperatorError, out, print_json, say, table

if TYPE_CHECKING:
    from brigade.deploy.change_set import Change
    from brigade.deploy.kept import Kept
    from brigade.target import Target


def deploy(
    stack: StackName = "brigade",
    stage: Annotated[
        str, typer.Option(help="Deploy the stack STACK-STAGE, whose records name STAGE as their environment.")
    ] = "",
    recipes: Annotated[
        Path | None,
        typer.Option(help="[default: ./recipes.toml, or else what is deployed, or else those of brigade]"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the template, kept from then on; repeatable."),
    ] = None,
    parameters: Annotated[
        Path | None, typer.Option(help="A JSON file of parameters as the AWS CLI takes it; --set goes before it.")
    ] = None,
    tags: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="KEY=VALUE", help="A tag on all that is made, kept from then on; repeatable."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Upload the code, say what would change, and change nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask, even where a table, bucket or queue goes with what is in it.")
    ] = False,
) -> None:
    """Make the stack, or bring it up to date. If that fails, everything is put back as it was before."""
    from brigade.commands.narrator import Narrator
    from brigade.deploy import deployment, losses, stack_settings
    from brigade.deploy.artifacts import Artifacts
    from brigade.pictures.recipes_file import load_recipes, recipes_path
    from imaging.recipes import DEFAULT_PATH

    chosen = stack_settings.read_file(parameters) if parameters else {}
    chosen |= stack_settings.of_stage(stage) | _pairs("--set", settings, "LogRetentionDays=7")
    load_recipes(recipes)  # a mistake in them shows here, not in a function's log
    target = here()
    name = stack_settings.of_stack(stack, stage)
    say(f"{'previewing' if dry_run else 'deploying'} stack {name} to {target.describe()}")
    found = recipes_path(recipes)
    wanted = deployment.Wanted(
        version=release(),
        recipes=None if recipes is None and found == DEFAULT_PATH else found,  # None: what is deployed stays
        settings=chosen,
        tags=_pairs("--tag", tags, "team=photos"),
    )
    if dry_run:
        deployment.preview(target, name, listener=Narrator(), **wanted)
        code = Artifacts(target, name).bucket
        say(f"nothing was changed, only the code was uploaded to {code}; without --dry-run the stack changes, too")
        return

    def consent(lost: list["Change"]) -> None:
        ask(f"Deploy, and delete {losses.named(lost)} with what is in it?", yes)

    deployment.deploy(target, name, listener=Narrator(), consent=consent, **wanted)
    say(f"stack {name} is up to date; `brigade outputs --stack {name}` shows where things are")


def outputs(stack: StackName = "brigade", as_json: AsJson = False) -> None:
    """Show where the stack's buckets, queues, topics and functions are."""
    from brigade.deploy.stack import Stack

    found = Stack.find(here(), stack)
    rows = [(name, value, found.descriptions[name]) for name, value in sorted(found.outputs.items())]
    if as_json:
        print_json([{"name": name, "value": value, "description": what} for name, value, what in rows])
    else:
        out.print(table(f"{stack} on {found.target.describe()}", ("output", "value"), [row[:2] for row in rows]))


def destroy(
    stack: StackName = "brigade",
    yes: Yes = False,
    delete_pictures: Annotated[
        bool, typer.Option("--delete-pictures", help="Delete both buckets, every picture in them, and the catalogue.")
    ] = False,
) -> None:
    """Delete the stack. Its buckets and its table are kept, unless --delete-pictures says otherwise, then or later."""
    from brigade.commands.narrator import Narrator
    from brigade.deploy import deployment, kept, losses
    from brigade.deploy.stack import Stack

    target = here()
    found = Stack.look(target, stack)
    if found is None:
        _clear_away(target, stack, yes=yes, delete_pictures=delete_pictures)
        return
    left = kept.by(found)
    fate = "deletes for ever" if delete_pictures else "keeps"
    _say_all(f"destroying stack {stack} on {target.describe()}; that {fate}:", left)
    ask(f"Destroy stack {stack}, with {losses.messages(found)}?", yes)
    deployment.destroy(found, Narrator())
    if delete_pictures:
        kept.delete(target, left)
        say(f"stack {stack} and its pictures are deleted")
    else:
        say(f"stack {stack} is deleted; {_how_to_delete(stack)}")


def _pairs(option: str, given: list[str] | None, example: str) -> dict[str, str]:
    """Read NAME=VALUE, as often as it was given."""
    pairs = {}
    for text in given or []:
        name, equals, value = text.partition("=")
        if not equals:
            raise OperatorError(f"{option} {text} has no value", f"write NAME=VALUE, as {option} {example}")
        pairs[name] = value
    return pairs


def _clear_away(target: "Target", stack: str, *, yes: bool, delete_pictures: bool) -> None:
    """Clear away what is left of a stack that is gone: its code, and with ``delete_pictures`` what it kept."""
    from brigade.deploy import kept
    from brigade.deploy.artifacts import Artifacts

    artifacts = Artifacts(target, stack)
    has_code = artifacts.exists()
    left = kept.by_destroyed(target, stack) if delete_pictures else []
    gone = f"no stack named {stack} on {target.describe()}"
    if not (has_code or left):
        hint = "there is nothing to destroy" if delete_pictures else f"{_how_to_delete(stack)}, if there was one"
        raise OperatorError(gone, hint)
    if left:
        _say_all(f"{gone}; stacks of that name have kept:", left)
        ask("Delete that for ever?", yes)
        kept.delete(target, left)
        say("the pictures and records are deleted")
    if has_code:
        artifacts.delete()
        say(f"{gone}; deleted the code that was uploaded for it")


def _say_all(heading: str, everything: list["Kept"]) -> None:
    say(heading)
    for each in everything:
        say(f"  {each.name} ({each.type.removeprefix('AWS::')})")


def _how_to_delete(stack: str) -> str:
    return f"`brigade destroy --stack {stack} --delete-pictures` deletes what it kept"
