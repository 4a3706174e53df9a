"""A server that stands for an AWS account in which nothing may be done, and keeps what it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

IDENTITY = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
FORBIDDEN = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>No.</Message></Error></ErrorResponse>"


@dataclass
class Account:
    """What stands for AWS: it knows whose account it is, forbids all else, and keeps what it was asked."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, body: str) -> tuple[int, bytes]:
        action = parse_qs(body).get("Action", [path])[0]
        self.asked.append(action)
        return (200, IDENTITY) if action == "GetCallerIdentity" else (403, FORBIDDEN)


@contextmanager
def forbidding() -> Iterator[Account]:
    """Have such an account for as long as the block runs."""
    account = Account()

    class Answer(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, said = account.answer(self.path, body.decode(errors="replace"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as listening:
        account.port = listening.server_port
        Thread(target=listening.serve_forever, daemon=True).start()
        yield account
        listening.shutdown()
