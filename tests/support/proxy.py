"""A proxy on loopback between the actors and the local cloud, which may do harm to any request on its way.

A rule decides: it gets the request and the way on, and returns the answer; None closes the connection without one.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

HOST = "127.0.0.1"
# A connection's own affairs, and lengths that are counted anew.
_HOP_BY_HOP = {"connection", "content-length", "expect", "keep-alive", "transfer-encoding"}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
_SCOPE = re.compile(r"Credential=[^/]*/\d{8}/[^/]*/([^/]*)/aws4_request")


@dataclass(frozen=True)
class Request:
    """One AWS request. ``ports`` are the connection's, the sender's first: they tell its process."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    ports: tuple[int, int]

    @property
    def service(self) -> str:
        """s3, sns, sqs or dynamodb: what it was signed for."""
        found = _SCOPE.search(self.headers.get("Authorization", ""))
        return found[1] if found else ""

    @cached_property
    def operation(self) -> str:
        """SendMessage, UpdateItem, Publish; for S3 the method: GET, PUT."""
        if target := self.headers.get("X-Amz-Target"):
            return target.rpartition(".")[2]
        said = parse_qs(self.body.decode(errors="replace")) if self.service in ("ses", "sns") else {}
        return said.get("Action", [self.method])[0]

    @property
    def key(self) -> str:
        """What S3 is asked for: the object's key."""
        return unquote(urlsplit(self.target).path).lstrip("/").partition("/")[2]


@dataclass(frozen=True)
class Answer:
    """What comes back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Forward = Callable[[], Answer]
Rule = Callable[[Request, Forward], Answer | None]


def harmless(_: Request, forward: Forward) -> Answer | None:
    """Let everything pass."""
    return forward()


class Proxy(ThreadingHTTPServer):
    """The proxy; its ``rule`` may be changed at any time."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream: int) -> None:
        super().__init__((HOST, 0), _Handler)
        self.upstream = upstream
        self.rule: Rule = harmless

    @property
    def endpoint(self) -> str:
        """What AWS_ENDPOINT_URL must be for those who are to meet the harm."""
        return f"http://{HOST}:{self.server_port}"

    def forward(self, request: Request) -> Answer:
        """Ask the cloud; raises OSError or HTTPException where it does not answer."""
        connection = HTTPConnection(HOST, self.upstream, timeout=60)
        try:
            connection.request(request.method, request.target, request.body, request.headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        # To HEAD it is the length of what GET would bring.
        dropped = _HOP_BY_HOP - ({"content-length"} if request.method == "HEAD" else set())
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in dropped]
        return Answer(answer.status, kept, body)


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        assert "Transfer-Encoding" not in self.headers, "the proxy reads bodies of a known length"
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        request = Request(self.command, self.path, headers, body, (self.client_address[1], self.server.server_port))
        answer = self.server.rule(request, lambda: self.server.forward(request))
        if answer is None:
            self.close_connection = True
        else:
            self._reply(answer)

    def _reply(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - the names that http.server looks for

    def handle(self) -> None:
        # A sender that was killed hears nothing any more, and a cloud that was stopped says nothing.
        with suppress(OSError, HTTPException):
            super().handle()


@contextmanager
def between(upstream: int) -> Iterator[Proxy]:
    """Have a proxy in front of a cloud's port for as long as the block runs."""
    with Proxy(upstream) as proxy:
        thread = Thread(target=proxy.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
