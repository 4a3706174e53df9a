"""The X-Ray daemon that a test stands in for: what is sent to it can be read."""

import json
import socket
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Daemon:
    """A socket on loopback, where a datagram has arrived before the sender goes on."""

    listening: socket.socket

    @property
    def address(self) -> str:
        host, port = self.listening.getsockname()
        return f"{host}:{port}"

    def received(self) -> list[dict[str, Any]]:
        """Return the segments that have come since the last look, oldest first."""
        documents: list[dict[str, Any]] = []
        while True:
            try:
                header, document = self.listening.recv(65_536).split(b"\n", 1)
            except BlockingIOError:
                return documents
            assert json.loads(header) == {"format": "json", "version": 1}
            documents.append(json.loads(document))
