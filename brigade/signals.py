"""The signals that ask a command to end: all of them end it like Ctrl-C, so that it clears up behind itself."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# What `timeout`, service managers and a terminal that is closed send.
_ALSO = (signal.SIGTERM, signal.SIGHUP)
_ENDING = (signal.SIGINT, *_ALSO)


def end_like_ctrl_c() -> None:
    """From now on raise KeyboardInterrupt for these signals; one that is ignored (nohup) or handled stays so.

    It is never put back: a second signal that comes while the process exits must not kill it halfway.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in _ALSO:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


@contextmanager
def held() -> Iterator[None]:
    """Hold these signals back while the block runs; what has come is delivered after it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)
