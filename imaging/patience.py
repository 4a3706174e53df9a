"""A time limit for one picture, where the platform has one to give."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from imaging.reasons import TooSlow
from kit.deadline import seconds_left
from kit.errors import OutOfTime


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooSlow when the block takes longer, OutOfTime when less time than that is left and it takes longer still.

    By the alarm signal, which only a process's main thread can hear, as a Lambda function's handler does; elsewhere
    there is no limit but the function's timeout. A decoder that is deep in one call of C is stopped when that returns.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    left = seconds_left()
    if left <= 0:
        raise OutOfTime

    def give_up(_: int, __: FrameType | None) -> None:
        if left < seconds:
            raise OutOfTime(f"not done within the {left:.1f} seconds that were left")
        raise TooSlow(f"not done within {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, min(seconds, left))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
