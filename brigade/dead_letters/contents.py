"""What is in a message for an actor: the very letters that its mailbox would take out of it."""

import importlib

from kit.actor import Actor
from kit.envelope import decode, wrap
from kit.events import Event
from kit.mailbox import Letter
from kit.tracing import Trace


def contents(actor: Actor, body: str, trace_header: str = "", attempts: int = 1) -> list[Letter[Event]]:
    """Return the letters in a message's body; raises UnreadableMessage, saying where it is wrong."""
    read = getattr(importlib.import_module(actor.module), "read", None)
    if read is None:
        envelope, event = decode(body, actor.hears)
        return [Letter(event, envelope, attempts)]
    trace = Trace.read(trace_header)
    return [Letter(event, wrap(event, "s3", trace), attempts) for event in read(body)]
