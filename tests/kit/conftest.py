"""What the kit's tests share."""

import socket
import sys
from collections.abc import Iterator

import pytest

from kit.tracing import DAEMON
from tests.kit.daemon import Daemon


@pytest.fixture(scope="session")
def closing() -> Iterator[None]:
    """Close the SDK's socket at the end, which it never does itself: Python would complain."""
    yield
    if sdk := sys.modules.get("aws_xray_sdk.core"):
        sdk.xray_recorder.emitter._socket.close()


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch, closing: None) -> Iterator[Daemon]:
    """A daemon that collects segments, as beside every function on Lambda."""
    with socket.socket(type=socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.setblocking(False)
        found = Daemon(listening)
        monkeypatch.setenv(DAEMON, found.address)
        monkeypatch.setenv("LAMBDA_TASK_ROOT", "/var/task")  # elsewhere the SDK makes a client at its import
        yield found
