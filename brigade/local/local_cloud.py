"""The local cloud: ministack in a process of its own, on loopback only."""

import atexit
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from brigade.console import OperatorError
from brigade.local import mended_ministack, segment_collector
from brigade.local.ministack import health
from brigade.local.process_start import process_start_time
from brigade.signals import held

HOST = "127.0.0.1"
DEFAULT_PORT = 4566  # where LocalStack and ministack are expected
START_S = 30
GRACE_S = 5
POLL_S = 0.05
LOG_LINES = 3
SEGMENTS = "segments.jsonl"
# Below the range that the kernel takes for outgoing connections (32768 on Linux, 49152 on macOS): such a
# connection could take the port between the moment when it was found free and the moment when it is used.
_FREE_PORTS = range(10_000, 30_000)
# All that the local cloud and its functions get of our environment. Above all no AWS_* variable: a profile or
# an endpoint of the operator's must not show in a function.
_INHERITED = ("BRIGADE_EXIFTOOL", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TZ")


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
        """127.0.0.1:4566."""
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


def start(port: int | None = None, owner: str = "") -> LocalCloud:
    """Start a local cloud and wait until it answers.

    Without ``port`` it is 4566, or a free one where that is taken. Raises OperatorError when the port is taken,
    or when the cloud does not answer within START_S seconds.
    """
    if port is None:
        return _start_anywhere(owner)
    if not _is_free(port):
        raise OperatorError(
            f"port {port} on {HOST} is taken by another program", "choose another with --port, or leave --port out"
        )
    return _start_on(port, owner)


@contextmanager
def running(port: int | None = None, environment: dict[str, str] | None = None) -> Iterator[LocalCloud]:
    """Have a local cloud of one's own, on any free port and not recorded, for as long as the block runs.

    ``environment`` is added to the cloud's own, and so to its functions'.
    """
    cloud = _start_on(port or free_port(), more=environment)
    try:
        yield cloud
    finally:
        cloud.stop()


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    while not _is_free(port := _FREE_PORTS.start + secrets.randbelow(len(_FREE_PORTS))):
        pass
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _start_anywhere(owner: str) -> LocalCloud:
    if _is_free(DEFAULT_PORT):
        # Another program may take it in the meantime, and even leave it again.
        with suppress(OperatorError):
            return _start_on(DEFAULT_PORT, owner, log_stays=False)
    return _start_on(free_port(), owner)


def _start_on(port: int, owner: str = "", *, log_stays: bool = True, more: dict[str, str] | None = None) -> LocalCloud:
    """Start a cloud, with ``more`` in its environment; where it fails by itself, its log may stay, to be read."""
    if find_spec("ministack") is None:
        raise OperatorError("the local cloud is not installed", "install it: pip install '.[local]'")
    with held():  # between the process and the note that it is ours to stop
        cloud = _spawn(port, more or {}, owner)
        atexit.register(cloud.stop)  # also when a signal comes where nobody waits for one
    try:
        _await(cloud)
    except BaseException as error:
        if not (log_stays and isinstance(error, OperatorError)):
            cloud.stop()
            raise
        cloud.end()
        cloud.outlive()
        shutil.rmtree(Path(cloud.folder, "tmp"), ignore_errors=True)
        raise
    return cloud


def _spawn(port: int, environment: dict[str, str], owner: str) -> LocalCloud:
    identity = f"brigade-{secrets.token_hex(8)}"
    folder = Path(tempfile.mkdtemp(prefix="brigade-"))
    temporary = folder / "tmp"
    temporary.mkdir()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            # -P: a function must not find what lies beside the script.
            [sys.executable, "-P", segment_collector.__file__, str(folder / SEGMENTS), mended_ministack.__file__],
            env=_environment(port, identity, temporary) | environment,
            cwd=temporary,  # Python looks for modules here: a function must not find a checkout
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us to handle
        )
    return LocalCloud(process.pid, process_start_time(process.pid) or "", port, identity, str(folder), owner, process)


def _environment(port: int, identity: str, temporary: Path) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {
        # Its defaults are all interfaces, and listeners for MQTT and SFTP.
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # The one thing that it repeats in its health answer, and that we may choose.
        "MINISTACK_EDITION": identity,
        "TMPDIR": str(temporary),
        # At its start it removes containers that an earlier one left. There are none of ours.
        "DOCKER_HOST": f"unix://{temporary}/none",
        # The operator's AWS settings must not reach the functions through files either.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _await(cloud: LocalCloud) -> None:
    deadline = time.monotonic() + START_S
    while cloud.alive() and time.monotonic() < deadline:
        if cloud.answers(timeout=1):
            return
        time.sleep(POLL_S)
    what = f"did not answer within {START_S} s" if cloud.alive() else "stopped at once"
    raise OperatorError(
        f"the local cloud on {cloud.address} {what}: {cloud.last_words()}", f"the whole log is {cloud.log}"
    )
