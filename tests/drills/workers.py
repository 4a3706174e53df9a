"""The processes that the local cloud runs functions in: whose a request is, and how they die."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit.actor import Actor
from tests.support.proxy import Request

# A worker is found by its connection, in the kernel's own tables:
# https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
PROC = Path("/proc")
needs_proc = pytest.mark.skipif(
    not Path(PROC, "net/tcp").exists(), reason="the process behind a connection is found in Linux's /proc"
)


@dataclass(frozen=True)
class Worker:
    """A process, child of the cloud's, that runs one function."""

    pid: int

    def is_of(self, actor: Actor) -> bool:
        """Whether it is this actor's: the cloud names the folder of a function's code after it."""
        return f"-{actor.name}-" in Path(PROC, str(self.pid), "cmdline").read_text()

    def kill(self) -> None:
        """End it as kill -9 does."""
        os.kill(self.pid, signal.SIGKILL)


def sender(cloud: int, request: Request) -> Worker:
    """Return who sent a request; ``cloud`` is the pid of the cloud's process. Raises LookupError where it has gone."""
    wanted = f"socket:[{_inode(request.ports)}]"
    for pid in _children(cloud):
        if wanted in _open_files(pid):
            return Worker(pid)
    raise LookupError(f"no function has the connection {request.ports}")


def _inode(ports: tuple[int, int]) -> str:
    for line in Path(PROC, "net/tcp").read_text().splitlines()[1:]:
        _, local, remote, *fields = line.split()
        if (_port(local), _port(remote)) == ports:
            return fields[6]
    raise LookupError(f"there is no connection {ports}")


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


def _children(pid: int) -> Iterator[int]:
    for folder in PROC.glob("[0-9]*"):
        try:
            # The parent is the second field after the name, which stands in brackets and may hold anything.
            parent = Path(folder, "stat").read_text().rpartition(")")[2].split()[1]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        if int(parent) == pid:
            yield int(folder.name)


def _open_files(pid: int) -> set[str]:
    found = set()
    for file in Path(PROC, str(pid), "fd").iterdir():
        try:
            found.add(os.readlink(file))
        except FileNotFoundError:
            continue  # it has just been closed
    return found
