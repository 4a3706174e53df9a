"""A local cloud that was started: its process, its folder, where it answers and how it ends."""

import atexit
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from brigade.local.ministack import health
from brigade.local.process_start import process_start_time
from brigade.signals import held

HOST = "127.0.0.1"
GRACE_S = 5
POLL_S = 0.05
LOG_LINES = 3
SEGMENTS = "segments.jsonl"


@dataclass(frozen=True)
class LocalCloud:
    """A ministack that we started.

    ``identity`` is what its health endpoint answers, and nobody else's; ``born`` tells its process from a later
    one with the same pid; ``folder`` holds its log and its temporary files; ``owner`` is a project's folder or a name.
    """

    pid: int
    born: str
    port: int
    identity: str
    folder: str
    owner: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, compare=False, repr=False)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def title(self) -> str:
        """What to call it: whose it is, and where."""
        return f"the local cloud{f' of {self.owner}' if self.owner else ''} on {self.address}"

    @property
    def endpoint(self) -> str:
        """What AWS_ENDPOINT_URL must be."""
        return f"http://{self.address}"

    @property
    def log(self) -> Path:
        """Where it writes what it does, the functions' output included."""
        return Path(self.folder, "log")

    @property
    def segments(self) -> Path:
        """Where it writes down what its functions tell of traces."""
        return Path(self.folder, SEGMENTS)

    def alive(self) -> bool:
        """Return whether its process runs."""
        if self.process is not None:
            return self.process.poll() is None
        return process_start_time(self.pid) == self.born

    def answers(self, timeout: float = GRACE_S) -> bool:
        """Return whether this very cloud answers on its port within ``timeout`` seconds."""
        found = health(HOST, self.port, timeout)
        return found is not None and found["edition"] == self.identity

    def outlive(self) -> None:
        """Let it go on when this process ends; else it ends with it."""
        atexit.unregister(self.stop)

    def stop(self) -> None:
        """End its process and those of its functions, and remove its folder; nothing to do when it is gone."""
        with held():  # impatience must not leave half of it behind
            self.end()
            shutil.rmtree(self.folder, ignore_errors=True)
            atexit.unregister(self.stop)

    def end(self) -> None:
        """End its process and those of its functions."""
        if not self.alive():
            return
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        while self.alive() and time.monotonic() < deadline:
            time.sleep(POLL_S)
        self._signal(signal.SIGKILL)  # whatever of its group has not heard
        while self.alive():
            time.sleep(POLL_S)

    def _signal(self, number: signal.Signals) -> None:
        # It leads a group of its own, with its functions in it. macOS calls a dead group not permitted.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def last_words(self) -> str:
        """Return the end of its log, as one line."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return "it left no log"
        return " / ".join([line.strip() for line in lines if line.strip()][-LOG_LINES:]) or "its log is empty"
