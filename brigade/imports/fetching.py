"""Fetching one URL of a list that others may have written: from public addresses only, bounded in size and in time."""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import NoReturn
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from imaging.limits import MAX_BYTES

_PORTS = {"http": 80, "https": 443}
_MOST_HOPS = 5
_ANSWER_S, _WHOLE_S = 10, 120  # for each word of a server, and for a hop in all
_AGAIN_S = 1
_BUSY = {408, 425, 429}
_REDIRECTS = {301, 302, 303, 307, 308}
_OK, _SERVER_ERROR = 200, 500
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], str]


class UnfetchableError(Exception):
    """Why a URL was not fetched; ``may_pass``: another try may do better."""

    def __init__(self, why: str, *, may_pass: bool = False) -> None:
        super().__init__(why)
        self.may_pass = may_pass


def is_public(address: Address) -> bool:
    """Return whether an address is on the open internet, whatever IPv6 form it comes in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def public_address(host: str, port: int) -> str:
    """Return the address of a host; raises UnfetchableError where it has none, or one that is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnfetchableError(f"{host} has no address", may_pass=True) from error
    addresses = [str(place[0]).partition("%")[0] for *_, place in found]
    for address in addresses:
        if not is_public(ipaddress.ip_address(address)):
            raise UnfetchableError(f"{host} is at {address}, which is not public")
    return addresses[0]


@dataclass(frozen=True)
class Fetcher:
    """How URLs are fetched. A host is resolved once a hop, and that very address is connected to."""

    resolve: Resolve = public_address
    whole_s: float = _WHOLE_S
    again_s: float = _AGAIN_S

    def fetch(self, url: str) -> bytes:
        """Return what is there; raises UnfetchableError. What may pass is tried twice."""
        try:
            return self._follow(url)
        except UnfetchableError as error:
            if not error.may_pass:
                raise
        time.sleep(self.again_s)
        return self._follow(url)

    def _follow(self, url: str) -> bytes:
        further = url
        for _ in range(_MOST_HOPS + 1):
            parts = checked(further, url)
            content, further = self._hop(parts)
            if not further:
                return content
            url = parts.geturl()
        raise UnfetchableError(f"redirected more than {_MOST_HOPS} times")

    def _hop(self, parts: SplitResult) -> tuple[bytes, str]:
        """Return the content at one URL, or where it redirects to."""
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        address = self.resolve(host, port)
        try:
            with socket.create_connection((address, port), _ANSWER_S) as plain:
                wrap = partial(ssl.create_default_context().wrap_socket, do_handshake_on_connect=False)
                connected = wrap(plain, server_hostname=host) if parts.scheme == "https" else plain
                # A server that says a byte now and then would hold us for ever.
                late = threading.Event()
                timer = threading.Timer(self.whole_s, _break_off, [connected, late])
                timer.start()
                try:
                    found = _ask(connected, parts)
                    # Where no length was told, what was broken off looks whole.
                    return _refuse(f"took longer than {self.whole_s:g} s") if late.is_set() else found
                finally:
                    timer.cancel()
                    connected.close()
        except ssl.SSLCertVerificationError as error:
            raise UnfetchableError(f"its certificate is not good: {error.verify_message}") from error
        except (OSError, UnicodeError, http.client.HTTPException) as error:
            raise UnfetchableError(f"broken off: {error or type(error).__name__}", may_pass=True) from error


def _break_off(connected: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):  # it has just ended
        connected.shutdown(socket.SHUT_RDWR)


def checked(url: str, base: str = "") -> SplitResult:
    """Take a URL apart; raises UnfetchableError for another scheme than http and https, and for passwords in it."""
    try:
        parts = urlsplit(urljoin(base, url))
        is_url = parts.scheme in _PORTS and parts.hostname and (parts.port or 1)
    except ValueError:
        is_url = False
    if not is_url:
        raise UnfetchableError("no URL of http or https")
    if "@" in parts.netloc:
        raise UnfetchableError("a name or password in the URL is not sent")
    return parts


def _ask(connected: socket.socket, parts: SplitResult) -> tuple[bytes, str]:
    if isinstance(connected, ssl.SSLSocket):
        connected.do_handshake()
    connection = http.client.HTTPConnection(parts.hostname or "", 0)
    connection.sock = connected
    host = parts.netloc.encode("idna").decode()
    headers = {"Host": host, "Accept-Encoding": "identity", "User-Agent": "bucket-brigade"}
    target = quote(parts._replace(scheme="", netloc="", fragment="").geturl() or "/", safe="/?%&=+,;:@!$'()*~")
    connection.request("GET", target, headers=headers)
    answer = connection.getresponse()
    if answer.status in _REDIRECTS:
        return b"", answer.headers["Location"] or _refuse("redirected nowhere")
    if answer.status != _OK:
        passing = answer.status in _BUSY or answer.status >= _SERVER_ERROR
        raise UnfetchableError(f"answered {answer.status} {answer.reason}", may_pass=passing)
    content = answer.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        _refuse(f"larger than {MAX_BYTES:,} bytes")
    if answer.length:
        raise UnfetchableError("broken off", may_pass=True)
    return content, ""


def _refuse(why: str) -> NoReturn:
    raise UnfetchableError(why)
