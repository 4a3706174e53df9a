"""The deadline of the work on a message, which leaves time to settle it."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Kept back from the work, seconds, so that a failure can still be recorded: one AWS request that hangs takes thirteen
# (kit.aws.CONFIG). A message is not begun with less time left than this, or than this share of the function's timeout.
SETTLING_S = 15
RESERVE = 0.2

_end: ContextVar[float] = ContextVar("end", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Set the deadline of the work in this block, in seconds from now."""
    token = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def seconds_left() -> float:
    """Return the seconds until the deadline: negative after it, infinite without one."""
    return _end.get() - time.monotonic()
