"""What every moderation engine is asked, and answers."""

from collections.abc import Callable
from dataclasses import dataclass

from kit.events import ModerationLabel


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """How sure an engine is that a picture shows nudity, and what else it sees, the surest first.

    Per cent, rounded up: what is just above a threshold is above it.
    """

    confidence: int
    labels: tuple[ModerationLabel, ...] = ()
    model: str
    version: str


# Takes a master's file. Raises Retryable, Unviewable, and what decoding raises.
Engine = Callable[[bytes], Opinion]
