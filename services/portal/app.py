"""The portal as an application: the page, and the API behind it. Made for one site; knows no server."""

import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import Retryable
from services.portal import api, sessions
from services.portal.api import OPERATIONS, PARAMETERS, SAFE, Operation
from services.portal.problems import Refused
from services.portal.site import Site
from services.portal.visit import Visit, network_of

log = logging.getLogger("brigade")

WEB = Path(__file__).parents[2] / "web"
_MOST_BYTES = 16_384  # of a request's JSON
_JSON, _PROBLEM = "application/json", "application/problem+json"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data: {files}; "
    "connect-src 'self' {uploads}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


def application(site: Site, *more: Route) -> "Guarded":
    """Return the application for a site; ``more`` are routes that a place has besides."""
    by_path: dict[str, dict[str, Operation]] = {}
    for one in OPERATIONS:
        by_path.setdefault(one.path, {})[one.method] = one
    routes = [
        Route("/", lambda _: FileResponse(WEB / "portal" / "index.html")),
        Mount("/assets", StaticFiles(directory=WEB)),
        Route("/api/openapi.json", lambda _: Response(api.document(), media_type=_JSON)),
        *(Route(path, _endpoint(site, of), methods=list(of)) for path, of in by_path.items()),
        *more,
    ]
    refused = dict.fromkeys((Refused, HTTPException, ClientDisconnect, Retryable, Exception), _refused)
    return Guarded(Starlette(routes=routes, exception_handlers=refused), site)


def _endpoint(site: Site, by_method: dict[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        one = by_method[SAFE if request.method == "HEAD" else request.method]
        visit = await run_in_threadpool(_visit, site, request, one)
        given = [await _body(request, one.takes)] if one.takes else []
        answer = await run_in_threadpool(one.does, visit, *given)
        content = b"" if answer.body is None else msgspec.json.encode(answer.body)
        return Response(content, answer.status, dict(answer.headers), None if answer.body is None else _JSON)

    return endpoint


async def _refused(_: Request, error: Exception) -> Response:
    """Return the problem that an error is to who has asked; Starlette raises a bug again, so that it is logged."""
    match error:
        case Refused():
            refused = error
        case HTTPException():
            refused = Refused(error.status_code, "there is nothing like that here", error.headers)
        case ClientDisconnect():
            refused = Refused(400, "the request ended before it was whole")
        case Retryable():
            log.warning("AWS could not be asked: %s", error.reason)
            refused = Refused(503, "too much is going on: try again in a moment", {"Retry-After": "2"})
        case _:
            refused = Refused(500, "something went wrong here; it was noted")
    return Response(msgspec.json.encode(refused.problem), refused.status, dict(refused.headers), _PROBLEM)


def _visit(site: Site, request: Request, one: Operation) -> Visit:
    if one.method != SAFE and _is_from_elsewhere(request):
        raise Refused(403, "the request comes from another page")
    token = request.cookies.get(sessions.COOKIE, "")
    known = sessions.signed_in(site, token) if one.signed_in else {}
    given = request.path_params.get(one.parameter) or request.query_params.get(one.parameter, "")
    if given and not re.fullmatch(PARAMETERS[one.parameter][1], given):
        raise Refused(404 if one.parameter == "image" else 422, f"{one.parameter} is none")
    network = network_of(request.client.host if request.client else "")
    return Visit(
        site=site, network=network, page=str(request.base_url), **known, **({one.parameter: given} if given else {})
    )


def _is_from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another page has sent it; another port of the same host is another page."""
    origin = request.headers.get("origin")
    is_ours = origin is None or origin.partition("://")[2] == request.headers.get("host")
    return not is_ours or request.headers.get("sec-fetch-site", "same-origin") != "same-origin"


async def _body(request: Request, struct: Any) -> Any:
    """Return the body as a struct; raises Refused: 415, 413, 400 for what is no JSON, 422 for other JSON."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise Refused(415, "send JSON, and say so")
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > _MOST_BYTES:
            raise Refused(413, f"a request has at most {_MOST_BYTES} bytes")
    try:
        return msgspec.json.decode(content, type=struct)
    except msgspec.ValidationError as error:
        raise Refused(422, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, f"this is no JSON: {error}") from error


class Guarded:
    """The application, where no foreign name of its host is answered, and every answer says what the page may do."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._hosts = app, site.hosts
        uploads, files = site.origins
        self._headers = {"Content-Security-Policy": _POLICY.format(uploads=uploads, files=files), **_HEADERS}

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
        if self._hosts and request.headers.get("host", "").partition(":")[0] not in self._hosts:
            answer = await _refused(request, Refused(421, f"this is {' or '.join(self._hosts)}"))
            await answer(scope, receive, secured)
        else:
            await self._app(scope, receive, secured)
