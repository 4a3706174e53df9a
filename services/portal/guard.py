"""What stands before a page's application: whom it answers, what it reads, how it refuses, what the page may do."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import Retryable
from services.portal.problems import Refused
from services.portal.structs import Problem

log = logging.getLogger("brigade")

JSON = "application/json"
_MOST_BYTES = 16_384  # of a request's JSON
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {images}; "
    "connect-src 'self' {connections}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


async def refused(_: Request, error: Exception) -> Response:
    """Return the problem that an error is to who has asked; Starlette raises a bug again, so that it is logged."""
    match error:
        case Refused():
            why = error
        case HTTPException():
            why = Refused(error.status_code, "there is nothing like that here", error.headers)
        case ClientDisconnect():
            why = Refused(400, "the request ended before it was whole")
        case Retryable():
            log.warning("AWS could not be asked: %s", error.reason)
            why = Refused(503, "too much is going on: try again in a moment", {"Retry-After": "2"})
        case _:
            why = Refused(500, "something went wrong here; it was noted")
    return told(why.problem, why.headers)


def told(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer that tells a problem."""
    return Response(msgspec.json.encode(problem), problem.status, dict(headers or {}), "application/problem+json")


REFUSED: dict[Any, Callable[[Request, Any], Awaitable[Response]]] = dict.fromkeys(
    (Refused, HTTPException, ClientDisconnect, Retryable, Exception), refused
)


def is_from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another page has sent it; another port of the same host is another page."""
    origin = request.headers.get("origin")
    is_ours = origin is None or origin.partition("://")[2] == request.headers.get("host")
    return not is_ours or request.headers.get("sec-fetch-site", "same-origin") != "same-origin"


async def body(request: Request, struct: Any, most: int = _MOST_BYTES) -> Any:
    """Return the body as a struct; raises Refused: 415, 413, 400 for what is no JSON, 422 for other JSON."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise Refused(415, "send JSON, and say so")
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > most:
            raise Refused(413, f"a request has at most {most} bytes")
    try:
        return msgspec.json.decode(content, type=struct)
    except msgspec.ValidationError as error:
        raise Refused(422, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, f"this is no JSON: {error}") from error


class Guarded:
    """The application, where no foreign name of its host is answered, and every answer says what the page may do.

    ``hosts`` are the names that are answered, with their port or for any; none: every name. ``images`` and
    ``connections`` are the sources of the policy, besides the page's own origin.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], *, images: str, connections: str = "") -> None:
        self._app, self._hosts = app, hosts
        self._headers = {
            "Content-Security-Policy": _POLICY.format(images=images, connections=connections),
            **_HEADERS,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # What is asked for again with its ETag may be kept; what the API says, not.
                kept = "no-store" if scope["path"].startswith("/api/") else "no-cache"
                for name, value in {**self._headers, "Cache-Control": kept}.items():
                    headers.setdefault(name, value)
            await send(message)

        request = Request(scope)
        host = request.headers.get("host", "")
        if self._hosts and not {host, host.partition(":")[0]}.intersection(self._hosts):
            answer = await refused(request, Refused(421, f"this is {' or '.join(self._hosts)}"))
            await answer(scope, receive, secured)
        else:
            await self._app(scope, receive, secured)
