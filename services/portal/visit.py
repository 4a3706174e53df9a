"""One request as the API's functions get it, and what they answer."""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.portal.site import Site


def digest(text: str) -> str:
    """Return a text's SHA-256, in hexadecimal digits: what the table holds of secrets and of addresses."""
    return hashlib.sha256(text.encode()).hexdigest()


def visitor_of(email: str) -> str:
    """Return by what a visitor is known in keys and in the table: 32 hexadecimal digits, the same for every case."""
    return digest(email.lower())[:32]


def network_of(address: str) -> str:
    """Return what of a source address is counted: of IPv6 the first 64 bits, which one household has to itself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))  # noqa: PLR2004


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A request. ``email`` and ``visitor`` are empty where nobody is signed in; ``page`` is the page's address."""

    site: Site
    network: str
    page: str = ""
    session: str = ""  # the key of its item
    email: str = ""
    visitor: str = ""
    image: str = ""
    after: str = ""

    @property
    def prefix(self) -> str:
        """Where the visitor's uploads are in the source bucket."""
        return f"{self.site.prefix}{self.visitor}/"


@dataclass(frozen=True)
class Answer:
    """What is answered: a status, a struct of services.portal.structs, and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
