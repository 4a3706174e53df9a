"""One operators' console: its stack, who may ask, what a look at the dead letters found, and the act at work."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from brigade.console.session import Session
from brigade.console.worker import Begin, Work, Worker
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.where import LOOK_S, Where, of_stack
from brigade.pipeline import Pipeline

# Made before there are threads: making a client is not for several of them.
_CLIENTS = ("cloudwatch", "dynamodb", "lambda", "s3", "sns", "sqs", "sts", "xray")
# A look hides the letters from others for moments.
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


class Console:
    """What every request shares. ``plans`` are what was counted, how it begins, and until when."""

    def __init__(self, pipeline: Pipeline, *, read_only: bool = False) -> None:
        self.pipeline, self.read_only = pipeline, read_only
        for service in _CLIENTS:
            pipeline.target.client(service)
        self.target = pipeline.target.describe()
        self.session, self.worker = Session(), Worker(self._forget)
        self.plans: dict[str, tuple[Work, Begin, float]] = {}
        self._looking = threading.Lock()
        self._found: list[Found] = []
        self._until = 0.0

    def letters(self) -> list[Found]:
        """Return what was found everywhere some seconds ago at most; while an act runs, what was found before it."""
        with self._looking:
            if time.monotonic() > self._until and not (self._found and self.worker.now.running):
                places = of_stack(self.pipeline)
                with ThreadPoolExecutor(len(places)) as pool:
                    self._found = list(pool.map(look, places))
                self._until = time.monotonic() + _KEPT_S
            return self._found

    def look(self, place: Where) -> Found:
        """Look at one place anew."""
        with self._looking:  # two looks would hide letters from each other
            return look(place)

    def place(self, name: str) -> Where:
        """Return an actor's dead letters, or what SNS could not deliver; raises ConfigurationError."""
        return of_stack(self.pipeline, name)[0]

    def close(self) -> None:
        """Stop the act at work for good; return once it has ended, and a look under way has released its letters."""
        self.worker.close()
        with self._looking:
            pass

    def _forget(self) -> None:
        with self._looking:  # a look that goes on may have begun before the act ended
            self._until = 0.0
