"""`brigade deploy`, `brigade destroy`, `brigade outputs`: the stack, wherever the target is."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brigade import release
from brigade.commands import here
from brigade.commands.options import AsJson, StackName
from brigade.console import OperatorError, out, print_json, say, table

if TYPE_CHECKING:
    from brigade.kept import Kept
    from brigade.target import Target


def deploy(
    stack: StackName = "brigade",
    recipes: Annotated[
        Path | None,
        typer.Option(help="[default: ./recipes.toml, or else what is deployed, or else those of brigade]"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the template, kept from then on; repeatable."),
    ] = None,
) -> None:
    """Make the stack, or bring it up to date."""
    from brigade import deployment
    from brigade.commands.narrator import Narrator
    from brigade.recipes import load_recipes, recipes_path
    from imaging.recipes import DEFAULT_PATH

    chosen = dict(_setting(each) for each in settings or [])
    load_recipes(recipes)  # a mistake in them shows here, not in a function's log
    target = here()
    say(f"deploying stack {stack} to {target.describe()}")
    found = recipes_path(recipes)
    path = None if recipes is None and found == DEFAULT_PATH else found  # then what is deployed stays
    deployment.deploy(target, stack, recipes=path, version=release(), settings=chosen, listener=Narrator())
    say(f"stack {stack} is up to date; `brigade outputs` shows where things are")


def outputs(stack: StackName = "brigade", as_json: AsJson = False) -> None:
    """Show where the stack's buckets, queues, topics and functions are."""
    from brigade.deployment import Stack

    found = Stack.find(here(), stack)
    rows = [(name, value, found.descriptions[name]) for name, value in sorted(found.outputs.items())]
    if as_json:
        print_json([{"name": name, "value": value, "description": what} for name, value, what in rows])
    else:
        out.print(table(f"{stack} on {found.target.describe()}", ("output", "value"), [row[:2] for row in rows]))


def destroy(
    stack: StackName = "brigade",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    delete_pictures: Annotated[
        bool, typer.Option("--delete-pictures", help="Delete both buckets, every picture in them, and the catalogue.")
    ] = False,
) -> None:
    """Delete the stack. Its buckets and its table are kept, unless --delete-pictures says otherwise."""
    from brigade import deployment, kept
    from brigade.commands.narrator import Narrator

    target = here()
    found = deployment.Stack.look(target, stack)
    if found is None:
        _destroy_nothing(target, stack)
        return
    left = kept.by(found)
    fate = "deletes for ever" if delete_pictures else "keeps"
    say(f"destroying stack {stack} on {target.describe()}; that {fate}:")
    for each in left:
        say(f"  {each.name} ({each.type.removeprefix('AWS::')})")
    _ask(stack, yes)
    deployment.destroy(found, Narrator())
    if delete_pictures:
        kept.delete(target, left)
        say(f"stack {stack} and its pictures are deleted")
    else:
        say(f"stack {stack} is deleted. What it kept is yours to delete:")
        for each in left:
            say(f"  {_how_to_delete(each)}")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise OperatorError(f"--set {text} sets nothing", "write --set NAME=VALUE, as --set LogRetentionDays=7")
    return name, value


def _destroy_nothing(target: "Target", stack: str) -> None:
    """Clear away what a deployment that never came to be has left: its code."""
    from brigade.artifacts import Artifacts

    artifacts = Artifacts(target, stack)
    if not artifacts.exists():
        raise OperatorError(f"no stack named {stack} on {target.describe()}", "there is nothing to destroy")
    artifacts.delete()
    say(f"no stack named {stack} on {target.describe()}; deleted the code that was uploaded for it")


def _ask(stack: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise OperatorError("destroying asks first, and there is no terminal to ask on", "add --yes")
    if not typer.confirm(f"Destroy stack {stack}?", err=True):
        raise OperatorError("nothing was destroyed")


def _how_to_delete(each: "Kept") -> str:
    if each.type == "AWS::DynamoDB::Table":
        return f"aws dynamodb delete-table --table-name {each.name}"
    return f"{each.name}: empty it, all versions, then `aws s3 rb s3://{each.name}`"
