"""The local cloud: ministack in a process of its own, on loopback only."""

import atexit
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from brigade.local import mended_ministack, segment_collector
from brigade.local.cloud_process import HOST, POLL_S, SEGMENTS, LocalCloud
from brigade.local.process_start import process_start_time
from brigade.signals import held
from brigade.terminal import OperatorError

DEFAULT_PORT = 4566  # where LocalStack and ministack are expected
START_S = 30
# Below the range that the kernel takes for outgoing connections (32768 on Linux, 49152 on macOS): such a
# connection could take the port between the moment when it was found free and the moment when it is used.
_FREE_PORTS = range(10_000, 30_000)
# All that the local cloud and its functions get of our environment. Above all no AWS_* variable: a profile or
# an endpoint of the operator's must not show in a function.
_INHERITED = ("BRIGADE_EXIFTOOL", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TZ")


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
