"""What a change set or the end of a stack would delete for ever is deleted only by consent."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from botocore.exceptions import ClientError

from brigade.deploy.change_set import Change, ChangeSet
from brigade.deploy.stack import Stack
from brigade.queue_counts import counts
from brigade.terminal import OperatorError, counted
from infra import names
from services.chain import CHAIN

# Hears which changes lose pictures, records or messages; raises OperatorError where that is not agreed to.
Consent = Callable[[list[Change]], None]


def refuse(losses: list[Change]) -> None:
    """Stand in for an operator who cannot be asked."""
    raise OperatorError(f"this would delete {named(losses)} with what is in it", "nothing was changed")


def messages(stack: Stack) -> str:
    """Return how many messages wait for a stack's actors, and how many dead letters it has, as SQS counts them."""
    queues = {names.queue(actor) for actor in CHAIN.whole.actors}
    found = {"waiting message": 0, "dead letter": 0}
    for name, url in stack.outputs.items():
        if name.endswith("Queue"):
            found["waiting message" if name in queues else "dead letter"] += _count(stack.target.client("sqs"), url)
    return " and ".join(counted(number, what) for what, number in found.items())


def _count(sqs: Any, url: str) -> int:
    try:
        return counts(sqs, url).total
    except ClientError as error:
        if "NonExistentQueue" in str(error):  # a stack that is half deleted still has its outputs
            return 0
        raise


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
