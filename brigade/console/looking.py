"""One look at all dead letters, kept for some seconds: a look hides the letters from others for moments."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.where import LOOK_S, Where, of_stack
from brigade.pipeline import Pipeline

_KEPT_S = 5


@dataclass(frozen=True)
class Found:
    """What a look found at one place, the oldest first; ``kept`` is how long SQS keeps a letter."""

    where: Where
    letters: Sequence[DeadLetter]
    kept: timedelta


def look(where: Where) -> Found:
    """Look at one place, and wait some seconds for letters that somebody else holds just now."""
    return Found(where, where.queue.look(LOOK_S), where.queue.retention())


class Looking:
    """Looks at every place of a stack; ``busy`` says whether an act is at work there, which a look would disturb."""

    def __init__(self, pipeline: Pipeline, busy: Callable[[], bool]) -> None:
        self._pipeline, self._busy = pipeline, busy
        self._lock = threading.Lock()
        self._found: list[Found] = []
        self._until = 0.0

    def __call__(self) -> list[Found]:
        """Return what was found some seconds ago at most; while an act runs, what was found before it."""
        with self._lock:
            if time.monotonic() > self._until and not (self._found and self._busy()):
                places = of_stack(self._pipeline)
                with ThreadPoolExecutor(len(places)) as pool:
                    self._found = list(pool.map(look, places))
                self._until = time.monotonic() + _KEPT_S
            return self._found

    def forget(self) -> None:
        """Look again when asked next: something was done."""
        with self._lock:
            self._until = 0.0
