"""What a change set would delete for ever is deleted only by consent."""

from collections.abc import Callable
from contextlib import ExitStack

from brigade.console import OperatorError
from brigade.deploy.change_set import Change, ChangeSet

# Hears which changes lose pictures, records or messages; raises OperatorError where that is not agreed to.
Consent = Callable[[list[Change]], None]


def refuse(losses: list[Change]) -> None:
    """Stand in for an operator who cannot be asked."""
    raise OperatorError(f"this would delete {named(losses)} with what is in it", "nothing was changed")


def named(losses: list[Change]) -> str:
    """Return the resources by their names in the template."""
    return ", ".join(change.resource for change in losses)


def agree(change_set: ChangeSet, consent: Consent) -> None:
    """Ask if something would be lost; raises as ``consent`` does, and discards the change set then."""
    losses = [change for change in change_set.changes if change.loses]
    if not losses:
        return
    with ExitStack() as refused:
        refused.callback(change_set.discard)
        consent(losses)
        refused.pop_all()
