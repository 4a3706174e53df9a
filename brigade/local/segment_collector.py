"""The local cloud's X-Ray daemon: writes down the segments that functions send, one JSON document a line.

local_cloud runs this file as a script, and ministack then runs in the same process: the collector lives and dies with
the cloud. It imports nothing of ours, because the cloud's functions must not find a checkout.
What the daemon is sent: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
"""

import json
import os
import runpy
import socket
import sys
from pathlib import Path
from threading import Thread

ADDRESS = "AWS_XRAY_DAEMON_ADDRESS"  # functions inherit it
MOST_BYTES = 32 * 1024 * 1024  # of the file; what was in it then becomes the one old file
_DATAGRAM = 64 * 1024  # the largest that there are
_BACKLOG = 4 * 1024 * 1024  # bytes that may wait; the kernel gives what it allows


def main() -> None:
    """Collect into the file that the first argument names, and run the script that the second one names."""
    path, script = Path(sys.argv[1]), sys.argv[2]
    del sys.argv[1:]
    listening = listen()
    host, port = listening.getsockname()
    os.environ[ADDRESS] = f"{host}:{port}"
    Thread(target=collect, args=(listening, path), daemon=True).start()
    runpy.run_path(script, run_name="__main__")


def listen() -> socket.socket:
    """Return a socket on loopback, on a port that the kernel knows to be free."""
    listening = socket.socket(type=socket.SOCK_DGRAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BACKLOG)
    listening.bind(("127.0.0.1", 0))
    return listening


def collect(listening: socket.socket, path: Path) -> None:
    """Write down every segment that arrives, for ever; of what is none, or cannot be written, say so in the log."""
    while True:
        datagram = listening.recv(_DATAGRAM)
        try:
            append(path, segment(datagram))
        except (ValueError, RecursionError, OSError) as error:
            sys.stderr.write(f"segment collector: {type(error).__name__}: {error}\n")


def segment(datagram: bytes) -> bytes:
    """Return a datagram's segment as one line of JSON; raises ValueError or RecursionError where it holds none."""
    header, _, document = datagram.partition(b"\n")
    if json.loads(header) != {"format": "json", "version": 1}:
        raise ValueError("a datagram has another header than segments have")
    found = json.loads(document)
    if not (isinstance(found, dict) and {"id", "trace_id"} <= set(found)):
        raise ValueError("a datagram holds no segment")
    return json.dumps(found, separators=(",", ":")).encode() + b"\n"


def append(path: Path, line: bytes) -> None:
    """Add a line to the file, or begin a new one where that would be above MOST_BYTES."""
    if path.exists() and path.stat().st_size + len(line) > MOST_BYTES:
        path.replace(old(path))
    with path.open("ab", buffering=0) as file:
        file.write(line)


def old(path: Path) -> Path:
    """Return where the lines before the file's first one are."""
    return path.with_name(f"{path.name}.old")


if __name__ == "__main__":
    main()
