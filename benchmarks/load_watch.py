"""Watching a load while it passes: how many messages wait in each queue, and how much memory a process holds."""

import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType

from brigade.pipeline import Pipeline
from brigade.queue_counts import counts
from infra import names
from services.chain import CHAIN

_EVERY_S = 0.5


class Watch:
    """Looks every half a second until the block ends and the queues are empty.

    ``began`` is seconds since 1970, ``at`` are seconds since then; ``backlog`` holds messages by actor, those that are
    being worked on included; ``memory`` the process's resident megabytes while it lived; ``logged`` is what the cloud
    wrote meanwhile into its ``log``.
    """

    def __init__(self, pipeline: Pipeline, log: Path, pid: int | None = None) -> None:
        self._log = log
        self._log_began = log.stat().st_size
        self._sqs = pipeline.target.client("sqs")
        self._urls = {actor.name: pipeline.stack.outputs[names.queue(actor)] for actor in CHAIN.actors}
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_again)
        self.logged = ""
        self.began = time.time()
        self.at: list[float] = []
        self.backlog: dict[str, list[int]] = {name: [] for name in self._urls}
        self.memory: list[tuple[float, float]] = []

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        with self._log.open("rb") as log:
            log.seek(self._log_began)
            self.logged = log.read().decode(errors="replace")

    def _look_again(self) -> None:
        while self._look() or not self._over.is_set():
            time.sleep(_EVERY_S)

    def _look(self) -> int:
        """Look once; return how many messages there are."""
        now = time.time() - self.began
        self.at.append(now)
        for name, url in self._urls.items():
            found = counts(self._sqs, url)
            self.backlog[name].append(found.visible + found.held)
        if self._pid and (size := resident(self._pid)):
            self.memory.append((now, size))
        return sum(depths[-1] for depths in self.backlog.values())


def resident(pid: int) -> float:
    """Return a process's resident memory in megabytes, 0 when it has ended."""
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return int(done.stdout or 0) / 1024
