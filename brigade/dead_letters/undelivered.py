"""What SNS could not deliver to a queue: events that an actor misses, with no word of which actor.

With raw delivery the message is as it was announced, its attributes too, and nothing is added. So it is sent back to
every actor that hears the event: those that have heard it already do the same work again, which changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.message import read
from brigade.dead_letters.queue import DeadLetterQueue, NotMeant
from infra.names import UNDELIVERED
from kit.actor import Actor
from kit.chain import Chain


class UndeliveredQueue(DeadLetterQueue):
    """The stack's queue for that; ``queue_url`` returns an actor's own queue."""

    def __init__(self, sqs: Any, url: str, chain: Chain, queue_url: Callable[[Actor], str]) -> None:
        super().__init__(sqs, url, url)
        self._chain = chain
        self._queue_url = queue_url

    def letter(self, received: Mapping[str, Any]) -> DeadLetter:
        found = read(received)
        hearers = ", ".join(actor.name for actor in self._hearers(found)) or "nobody"
        why = {
            "reason": UNDELIVERED,
            "detail": f"SNS could not deliver {found.kind or 'it'}, which {hearers} should hear",
            "failed_at": found.sent_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        return replace(found, attributes=why | dict(found.attributes))

    def destinations(self, letter: DeadLetter) -> Sequence[str]:
        if urls := [self._queue_url(actor) for actor in self._hearers(letter)]:
            return urls
        raise NotMeant("no actor hears it", f"`brigade dlq discard {UNDELIVERED} {letter.message_id}` throws it away")

    def is_worked_off(self) -> bool:
        return True  # what fails again is a dead letter of its actor's, and does not come back here

    def _hearers(self, letter: DeadLetter) -> Sequence[Actor]:
        return [
            actor
            for event in self._chain.events
            if event.kind == letter.kind
            for actor in self._chain.subscribers(event, letter.attributes)
        ]
