"""`brigade destroy`: the stack deleted, and on demand what it kept."""

import click

from brigade.acting.here import here
from brigade.commands.narrator import Narrator
from brigade.commands.options import option, stack_name, verbose, yes
from brigade.deploy import deployment, kept, losses
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.kept import Kept
from brigade.deploy.stack import Stack
from brigade.target import Target
from brigade.terminal import OperatorError, ask, say


@click.command()
@stack_name
@yes
@verbose
@option("--delete-pictures", is_flag=True, help="Delete both buckets, every picture in them, and the catalog.")
def destroy(stack: str, yes: bool, verbose: bool, delete_pictures: bool) -> None:
    """Delete the stack. Its buckets and its table are kept, unless --delete-pictures says otherwise, then or later."""
    target = here()
    found = Stack.look(target, stack)
    if found is None:
        _clear_away(target, stack, yes=yes, delete_pictures=delete_pictures)
        return
    left = kept.by(found)
    fate = "deletes for ever" if delete_pictures else "keeps"
    _say_all(f"destroying stack {stack} on {target.describe()}; that {fate}:", left)
    ask(f"Destroy stack {stack}, with {losses.messages(found)}?", yes)
    with Narrator(verbose=verbose) as narrator:
        deployment.destroy(found, narrator)
    if delete_pictures:
        kept.delete(target, left)
        say(f"stack {stack} and its pictures are deleted")
    else:
        say(f"stack {stack} is deleted; {_how_to_delete(stack)}")


def _clear_away(target: Target, stack: str, *, yes: bool, delete_pictures: bool) -> None:
    """Clear away what is left of a stack that is gone: its code, and with ``delete_pictures`` what it kept."""
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


def _say_all(heading: str, everything: list[Kept]) -> None:
    say(heading)
    for each in everything:
        say(f"  {each.name} ({each.type.removeprefix('AWS::')})")


def _how_to_delete(stack: str) -> str:
    return f"`brigade destroy --stack {stack} --delete-pictures` deletes what it kept"
