"""The options of `brigade dlq`, once: whose dead letters, as a ``Whose``, and which of them, as a ``Selection``."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from brigade.commands import completing
from brigade.commands.dlq_where import Whose
from brigade.commands.options import argument, option, stack_name
from brigade.dead_letters.selection import Selection, age

Function = Callable[..., None]
Decorator = Callable[[Function], Function]

_PAIR = (
    stack_name,
    option("--queue", metavar="URL", help="Instead of an actor: any SQS queue, or a dead-letter queue."),
    option("--dlq", metavar="URL", help="With --queue: its dead-letter queue, where SQS does not say which."),
    option("--by", metavar="WHAT", help="With --queue: group by this attribute, or by '$.path.in.the.body'."),
)
_SELECTION = (
    option("--reason", shell_complete=completing.reasons, help="Only those of this reason, as `dlq ls` names it."),
    option("--image", metavar="ID", help="Only those about this picture: eight characters do."),
    option("--key", metavar="GLOB", help="Only those about keys like this, as 'holiday/*.jpg'."),
    option("--since", metavar="AGE", help="Only those that failed in this time, as 90s, 30m, 2h, 3d or 1w."),
)
_ACTOR = argument(
    "actor",
    required=False,
    metavar="[ACTOR]",
    shell_complete=completing.actors,
    help="Whose dead letters; `undelivered`: what SNS could not deliver.",
)


def of_pair(function: Function, *more: Decorator) -> Function:
    """Hand over ``whose``: the dead letters of a stack, or of any two queues."""

    @wraps(function)
    def command(
        *,
        stack: str,
        queue: str | None,
        dlq: str | None,
        by: str | None,
        actor: str | None = None,
        words: tuple[str, ...] = (),
        **given: Any,
    ) -> None:
        if words and queue is None and dlq is None:  # the first word is the actor, unless a pair is named
            actor, words = words[0], words[1:]
        function(whose=Whose(stack, queue, dlq, actor, words, by), **given)

    return _declared(command, *more, *_PAIR)


def of_actor(function: Function) -> Function:
    """Hand over ``whose``: the dead letters of an actor, or of a pair."""
    return of_pair(function, _ACTOR)


def of_messages(metavar: str, *, required: bool) -> Decorator:
    """Return what hands over ``whose`` with the messages' ids: ACTOR MESSAGE, or a pair and MESSAGE."""
    words = argument(
        "words", nargs=-1, required=required, metavar=metavar, help="Whose, and the beginnings of the messages' ids."
    )
    return lambda function: of_pair(function, words)


def selecting(function: Function) -> Function:
    """Hand over ``chosen``: which of the dead letters are meant."""

    @wraps(function)
    def command(*, reason: str | None, image: str | None, key: str | None, since: str | None, **given: Any) -> None:
        begin = datetime.now(UTC) - age(since) if since else None
        function(chosen=Selection(reason=reason, image=image, key=key, since=begin), **given)

    return _declared(command, *_SELECTION)


def _declared(command: Function, *options: Decorator) -> Function:
    for each in reversed(options):
        command = each(command)
    return command
