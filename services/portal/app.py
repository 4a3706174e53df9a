"""The portal as an application: the page, and the API behind it. Made for one site; knows no server."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from services.portal import api, sessions
from services.portal.api import OPERATIONS, PARAMETERS, SAFE, Operation
from services.portal.guard import JSON, REFUSED, Guarded, body, is_from_elsewhere
from services.portal.problems import Refused
from services.portal.site import Site
from services.portal.visit import Visit, network_of

WEB = Path(__file__).parents[2] / "web"


def application(site: Site, *more: Route) -> Guarded:
    """Return the application for a site; ``more`` are routes that a place has besides."""
    by_path: dict[str, dict[str, Operation]] = {}
    for one in OPERATIONS:
        by_path.setdefault(one.path, {})[one.method] = one
    routes = [
        Route("/", lambda _: FileResponse(WEB / "portal" / "index.html")),
        Mount("/assets", StaticFiles(directory=WEB)),
        Route("/api/openapi.json", lambda _: Response(api.document(), media_type=JSON)),
        *(Route(path, _endpoint(site, of), methods=list(of)) for path, of in by_path.items()),
        *more,
    ]
    uploads, files = site.origins
    app = Starlette(routes=routes, exception_handlers=REFUSED)
    return Guarded(app, site.hosts, images=f"blob: data: {files}", connections=uploads)


def _endpoint(site: Site, by_method: dict[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        one = by_method[SAFE if request.method == "HEAD" else request.method]
        visit = await run_in_threadpool(_visit, site, request, one)
        given = [await body(request, one.takes)] if one.takes else []
        answer = await run_in_threadpool(one.does, visit, *given)
        content = b"" if answer.body is None else msgspec.json.encode(answer.body)
        return Response(content, answer.status, dict(answer.headers), None if answer.body is None else JSON)

    return endpoint


def _visit(site: Site, request: Request, one: Operation) -> Visit:
    if one.method != SAFE and is_from_elsewhere(request):
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
