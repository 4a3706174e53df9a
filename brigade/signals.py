"""The signals that ask a command to end: all of them end it like Ctrl-C, so that it clears up behind itself."""

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Ctrl-C, and what `timeout`, service managers and a terminal that is closed send.
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Signals within one second are one interrupt: `timeout` signals the process, then its whole group. The second must
# not break off the cleaning up that the first has begun.
_DEBOUNCE_S = 1


class _Interrupts:
    last = -math.inf  # when KeyboardInterrupt was raised, in seconds of time.monotonic
    holds = 0
    held_back = False


def end_like_ctrl_c() -> None:
    """From now on raise KeyboardInterrupt for these signals; one that is ignored (nohup) or handled stays so.

    It is never put back: a signal that comes while the process exits must not kill it halfway.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # it is for the main thread's owner to say
    for number in _ENDING:
        if signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, _end)


@contextmanager
def held() -> Iterator[None]:
    """Hold these signals back while the block runs; if one has come, raise KeyboardInterrupt after it."""
    _Interrupts.holds += 1
    try:
        yield
    finally:
        _Interrupts.holds -= 1
        if _Interrupts.held_back and not _Interrupts.holds:
            _Interrupts.held_back = False
            _end()


def _end(_number: int = signal.SIGINT, _frame: FrameType | None = None) -> None:
    if _Interrupts.holds:
        _Interrupts.held_back = True
    elif time.monotonic() - _Interrupts.last > _DEBOUNCE_S:
        _Interrupts.last = time.monotonic()
        raise KeyboardInterrupt
