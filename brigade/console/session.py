"""Who may ask. All ports of a loopback address share cookies, so there is none: each request bears a secret."""

import hmac
import secrets

from starlette.requests import Request

from brigade.console.structs import Token
from services.portal.problems import Refused

_BYTES = 32
_SCHEME = "Bearer "


class Session:
    """One operator's page: ``token`` is exchanged once, for the secret that every later request bears."""

    def __init__(self) -> None:
        self.token, self._secret = secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES)
        self._unused = [self._secret]

    def open(self, given: Token) -> dict[str, str]:
        """Return the secret; raises Refused (401) for a wrong token, and for one that was used."""
        if not _same(given.token, self.token):
            raise Refused(401, "this is not the address that the console has printed")
        try:
            return {"secret": self._unused.pop()}  # of two requests at the same time, for one
        except IndexError:
            raise Refused(401, "this address was used already: start the console again for a new one") from None

    def check(self, request: Request) -> None:
        """Raise Refused (401) for a request without the secret."""
        if not _same(request.headers.get("authorization", ""), _SCHEME + self._secret):
            raise Refused(401, "open the console by the address that it has printed")


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())
