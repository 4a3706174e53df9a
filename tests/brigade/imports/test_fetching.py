"""URLs of a list that others may have written: what is fetched, and what never is."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from brigade.imports import fetching
from brigade.imports.fetching import Fetcher, UnfetchableError, checked, is_public, public_address

NAME = "pictures.invalid"  # has no address but the one that a test gives it


@dataclass
class Site:
    """A server on this machine that answers as it is told, path by path."""

    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://{NAME}:{self.port}{path}"

    def resolve(self, host: str, port: int) -> str:
        self.resolved.append(host)
        return "127.0.0.1" if host == NAME else public_address(host, port)

    def fetch(self, path: str, **more: Any) -> bytes:
        return Fetcher(self.resolve, again_s=0, **more).fetch(self.url(path))


def answer(status: int, content: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content_Length": str(len(content))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return send


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, self.headers["Host"]))
            site.answers[self.path](self)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_port
        serving = threading.Thread(target=server.serve_forever, args=[0.01])
        serving.start()
        yield site
        server.shutdown()
        serving.join()


ANY = ipaddress.IPv4Address(0)
PRIVATE = {"10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "224.0.0.1", str(ANY)}
PRIVATE_IN_IPV6 = {"::1", "fe80::1", "fd00:ec2::254", "::", "ff02::1"}
IPV4_IN_IPV6 = {"::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"}


@pytest.mark.parametrize("address", sorted(PRIVATE | PRIVATE_IN_IPV6 | IPV4_IN_IPV6))
def test_an_address_that_is_not_public_is_never_connected_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_public(ipaddress.ip_address(address))
    place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [public, place])
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    with pytest.raises(UnfetchableError, match=r"^pictures.invalid is at .+, which is not public$"):
        Fetcher().fetch(f"https://{NAME}/a.jpg")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14"])
def test_a_public_address_is_taken(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 80))])
    assert public_address(NAME, 80) == address


def test_the_address_that_was_looked_at_is_connected_to_under_the_hosts_name(site: Site) -> None:
    site.answers["/a%20b.jpg?x=%C3%BC"] = answer(200, b"picture")
    assert site.fetch("/a b.jpg?x=ü#part") == b"picture"
    assert site.resolved == [NAME]  # once: what a second look would say is not asked
    assert site.asked == [("/a%20b.jpg?x=%C3%BC", f"{NAME}:{site.port}")]


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("http://127.0.0.1/b", "127.0.0.1 is at 127.0.0.1, which is not public"),
        ("http://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1 is at ::ffff:10.0.0.1, which is not public"),
        ("http://2130706433/", "2130706433 is at 127.0.0.1, which is not public"),
        ("file:///etc/passwd", "no URL of http or https"),
        ("http://a:b@c/", "a name or password in the URL is not sent"),
        ("/a", "redirected more than 5 times"),
    ],
)
def test_each_hop_is_looked_at(place: str, why: str, site: Site) -> None:
    site.answers["/a"] = answer(302, Location=place)
    with pytest.raises(UnfetchableError) as caught:
        site.fetch("/a")
    assert str(caught.value) == why


def test_a_redirect_is_followed(site: Site) -> None:
    site.answers |= {"/old/a": answer(301, Location="../new/a"), "/new/a": answer(200, b"picture")}
    assert site.fetch("/old/a") == b"picture"
    assert site.resolved == [NAME, NAME]


@pytest.mark.parametrize("url", ["ftp://h/a", "h/a", "http:///a", "http://h:99999/a", "http://[::1/a", "", "data:,a"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(UnfetchableError, match="no URL of http or https"):
        checked(url)


@pytest.mark.parametrize(
    ("first", "tries"),
    [
        (answer(503), 2),
        (answer(429), 2),
        (answer(200, b"pic", Content_Length="7"), 2),
        (answer(404), 1),
        (answer(403), 1),
    ],
)
def test_what_may_pass_is_tried_once_more(
    first: Callable[[BaseHTTPRequestHandler], None], tries: int, site: Site
) -> None:
    def then_well(handler: BaseHTTPRequestHandler) -> None:
        (first if len(site.asked) == 1 else answer(200, b"picture"))(handler)

    site.answers["/a"] = then_well
    if tries == 1:
        with pytest.raises(UnfetchableError, match="answered 40"):
            site.fetch("/a")
    else:
        assert site.fetch("/a") == b"picture"
    assert len(site.asked) == tries


@pytest.mark.parametrize("headers", [{}, {"Content_Length": "9"}])
def test_a_picture_that_is_too_large_is_not_read_to_its_end(
    headers: dict[str, str], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 8)
    site.answers["/a"] = answer(200, b"123456789", **headers)
    with pytest.raises(UnfetchableError, match="larger than 8 bytes"):
        site.fetch("/a")


def test_a_server_that_takes_for_ever_is_left(site: Site) -> None:
    ended = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        try:
            while not ended.wait(0.02):
                handler.wfile.write(b"x")
        except OSError:
            pass

    site.answers["/a"] = drip
    began = time.monotonic()
    with pytest.raises(UnfetchableError, match=r"took longer than 0.2 s"):
        site.fetch("/a", whole_s=0.2)
    assert time.monotonic() - began < 10
    ended.set()


def test_nobody_there_is_said_in_words(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        site.port = free.getsockname()[1]
    with pytest.raises(UnfetchableError, match=r"broken off: .*refused"):
        site.fetch("/a")
    with pytest.raises(UnfetchableError, match=r"pictures.invalid has no address"):
        Fetcher(again_s=0).fetch(site.url("/a"))
