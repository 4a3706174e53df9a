"""A function as Lambda runs it: its unpacked zip alone on the path, under Lambda's own runtime client.

The client asks a Runtime API for work, and answers there: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import files
from pathlib import Path
from queue import Queue
from typing import Any

API = "/2018-06-01/runtime"
CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")
PATIENCE_S = 30
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"

# -I and -S leave the standard library on the path, and nothing else.
START = """
import sys
sys.path[:0] = sys.argv[1:3]
from awslambdaric.__main__ import main
main(["awslambdaric", sys.argv[3]])
"""


class RuntimeApi(ThreadingHTTPServer):
    """The side of Lambda that hands out work; one function's, one invocation at a time."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.work: Queue[dict[str, Any] | None] = Queue()
        self.answers: Queue[tuple[str, Any]] = Queue()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self) -> None:
        assert self.path == f"{API}/invocation/next"
        work = self.server.work.get()
        if work is None:  # it is over; nobody listens any more
            self.close_connection = True
            return
        body = json.dumps(work).encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "one-at-a-time")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(round((time.time() + PATIENCE_S) * 1000)))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:f")
        self.send_header("Lambda-Runtime-Trace-Id", TRACE)
        self.send_header("Content-Type", "application/json")  # without it the client crashes
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answers.put((self.path.rpartition("/")[2], json.loads(body)))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


def runtime_client(into: Path) -> Path:
    """Put Lambda's runtime client into a folder of its own, as it is on Lambda, out of this environment."""
    into.mkdir()
    for name in CLIENT:
        for file in files(name) or []:
            if not (into / file.parts[0]).exists() and ".." not in file.parts:
                (into / file.parts[0]).symlink_to(Path(str(file.locate())).parents[len(file.parts) - 1] / file.parts[0])
    return into


class Function:
    """A function that waits for work."""

    def __init__(self, api: RuntimeApi, process: subprocess.Popen[bytes], log: Path) -> None:
        self._api = api
        self._process = process
        self._log = log

    def invoke(self, event: dict[str, Any]) -> Any:
        """Return what the handler returns; fails with what it says where it raises, or does not start."""
        self._api.work.put(event)
        deadline = time.monotonic() + PATIENCE_S
        while self._api.answers.empty():
            assert self._process.poll() is None, f"{self._process.returncode}: {self._log.read_text(encoding='utf-8')}"
            assert time.monotonic() < deadline, f"no answer within {PATIENCE_S} s"
            time.sleep(0.01)
        kind, answer = self._api.answers.get()
        assert kind == "response", answer
        return answer


@contextmanager
def running(unpacked: Path, handler: str, client: Path, environment: Mapping[str, str]) -> Iterator[Function]:
    """Run a function for as long as the block runs."""
    api = RuntimeApi()
    threading.Thread(target=api.serve_forever, daemon=True).start()
    log = unpacked.with_suffix(".log")
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", START, str(unpacked), str(client), handler],
            cwd=unpacked,
            env={**environment, "AWS_LAMBDA_RUNTIME_API": api.address, "LAMBDA_TASK_ROOT": str(unpacked)},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Function(api, process, log)
    finally:
        process.kill()
        process.wait()
        api.work.put(None)
        api.shutdown()
        api.server_close()
