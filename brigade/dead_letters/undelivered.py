"""What SNS could not deliver to a queue: events that an actor misses, with no word of which actor.

With raw delivery the message is as it was announced, its attributes too, and nothing is added. So it is sent back to
every actor that hears the event: those that have heard it already do the same work again, which changes nothing.

What was meant for an endpoint is wrapped, as SNS signs it. No queue leads there: it is announced again instead.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.message import read
from brigade.dead_letters.queue import DeadLetterQueue, NotMeant
from infra.names import UNDELIVERED
from infra.parameters import SETTLED_ENDPOINT
from kit.actor import Actor
from kit.chain import Chain
from kit.envelope import timestamp

_MEANT_FOR = "meant_for"


class _Wrapped(msgspec.Struct, rename="pascal"):
    """What SNS signs: https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html."""

    type: Literal["Notification"]
    message: str


class UndeliveredQueue(DeadLetterQueue):
    """The stack's queue for that; ``queue_url`` returns an actor's own queue."""

    def __init__(self, sqs: Any, url: str, chain: Chain, queue_url: Callable[[Actor], str]) -> None:
        super().__init__(sqs, url, url)
        self._chain = chain
        self._queue_url = queue_url

    def letter(self, received: Mapping[str, Any]) -> DeadLetter:
        found = read(received)
        if wrapped := _wrapped(found.body):
            found = replace(found, body=wrapped.message, attributes={**found.attributes, _MEANT_FOR: SETTLED_ENDPOINT})
        why = {
            "reason": UNDELIVERED,
            "detail": f"SNS could not deliver {found.kind or 'it'}{self._whereto(found)}",
            "failed_at": timestamp(found.sent_at),
        }
        return replace(found, attributes=why | dict(found.attributes))

    def _whereto(self, letter: DeadLetter) -> str:
        if _MEANT_FOR in letter.attributes:
            again = f"`brigade rerun {letter.image_id} --from relay`"
            return f" to {letter.attributes[_MEANT_FOR]}; {again} announces it again"
        hearers = ", ".join(actor.name for actor in self._hearers(letter)) or "nobody"
        return f", which {hearers} should hear"

    def destinations(self, letter: DeadLetter) -> Sequence[str]:
        hint = f"`brigade dlq discard {UNDELIVERED} {letter.message_id}` throws it away"
        if _MEANT_FOR in letter.attributes:
            raise NotMeant(f"no queue leads to {SETTLED_ENDPOINT}", hint)
        if urls := [self._queue_url(actor) for actor in self._hearers(letter)]:
            return urls
        raise NotMeant("no actor hears it", hint)

    def is_worked_off(self) -> bool:
        return True  # what fails again is a dead letter of its actor's, and does not come back here

    def _hearers(self, letter: DeadLetter) -> Sequence[Actor]:
        return [
            actor
            for event in self._chain.events
            if event.kind == letter.kind
            for actor in self._chain.subscribers(event, letter.attributes)
        ]


def _wrapped(body: str) -> _Wrapped | None:
    try:
        return msgspec.json.decode(body, type=_Wrapped)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
