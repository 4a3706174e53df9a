"""The letters in a message: what an actor works on."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kit.actor import Actor
from kit.envelope import Envelope, decode, wrap
from kit.events import Event
from kit.tracing import Trace

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Letter(Generic[E]):
    """One event taken out of a message, and the envelope it came in.

    ``attempts`` is how often the message was received, ``trace`` what the work on the letter is in its trace.
    """

    event: E
    envelope: Envelope
    attempts: int = 1
    trace: Trace = field(default_factory=Trace.start)


def read_letters(actor: Actor, body: str, trace_header: str = "", attempts: int = 1) -> list[Letter[Event]]:
    """Return the letters in a message's body; raises UnreadableMessage, saying where it is wrong."""
    if actor.reader is None:
        envelope, event = decode(body, actor.receives)
        trace = Trace.read(envelope.awstraceheader, envelope.traceparent, trace_header)
        return [Letter(event, envelope, attempts, trace.child())]
    trace = Trace.read(trace_header)
    return [Letter(event, wrap(event, "s3", trace), attempts, trace.child()) for event in actor.reader(body)]
