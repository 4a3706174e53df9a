"""Watching a load while it passes: how many messages wait in each queue, and how much memory processes hold."""

import threading
import time
from collections import defaultdict
from pathlib import Path
from types import TracebackType

from benchmarks import account, processes
from brigade.pipeline import Pipeline

_EVERY_S = 0.5


class Watch:
    """Looks every so many seconds until the block ends and the queues are empty.

    ``began`` is seconds since 1970, ``at`` are seconds since then; ``backlog`` holds messages by actor, those that are
    being worked on included; ``memory`` has for each process of the tree below ``pid``, by (number, when it was born,
    function), its resident megabytes and when it had them.
    """

    def __init__(self, pipeline: Pipeline, log: Path, pid: int | None = None, every_s: float = _EVERY_S) -> None:
        self._log = log
        self._log_began = log.stat().st_size
        self._pipeline = pipeline
        self._urls = account.queues(pipeline)
        self._pid, self._every_s = pid, every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_again)
        self.began = time.time()
        self.at: list[float] = []
        self.backlog: dict[str, list[int]] = {name: [] for name in self._urls}
        self.memory: dict[tuple[int, int, str], list[tuple[float, float]]] = defaultdict(list)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def logged(self) -> str:
        """Return what the cloud has written into its log since the beginning."""
        with self._log.open("rb") as log:
            log.seek(self._log_began)
            return log.read().decode(errors="replace")

    def _look_again(self) -> None:
        while self._look() or not self._over.is_set():
            time.sleep(_EVERY_S if self._over.is_set() else self._every_s)

    def _look(self) -> int:
        """Look once; return how many messages there are."""
        now = time.time() - self.began
        self.at.append(now)
        waiting = account.waiting(self._pipeline, self._urls)
        for name, depth in waiting.items():
            self.backlog[name].append(depth)
        for each in processes.of(self._pid) if self._pid else ():
            self.memory[each.pid, each.born, each.function].append((now, each.resident_mb))
        return sum(waiting.values())
