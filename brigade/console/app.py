"""The console as an application: the page, and the API behind it, as data."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from brigade.console import letters, overview, pictures, structs, work
from brigade.console.console import Console
from brigade.terminal import OperatorError, explain
from services.portal.app import WEB
from services.portal.guard import JSON, REFUSED, Guarded, body, is_from_elsewhere, told
from services.portal.problems import Refused

_MOST_BYTES = 4 * 1024 * 1024  # of a request: a message of SQS, which has 1 MiB, as JSON text
_CONFLICT, _BAD_GATEWAY = 409, 502


@dataclass(frozen=True)
class Operation:
    """One thing to ask for: ``does`` is given the console, what the path names, and a struct of body or query.

    ``changes``: not of a console that is read-only.
    """

    method: str
    path: str
    does: Callable[..., Any]
    takes: Any = None
    changes: bool = False
    status: int = 200


OPERATIONS = (
    Operation("GET", "/overview", overview.look),
    Operation("POST", "/actors/{actor}", overview.switch, structs.Switch, changes=True),
    Operation("GET", "/history", overview.history, structs.Newest),
    Operation("GET", "/letters", letters.listed, structs.LettersAsked),
    Operation("GET", "/letters/{actor}/{letter}", letters.show),
    Operation("POST", "/letters/{actor}/{letter}/edit", letters.edit, structs.Edit, changes=True),
    Operation("POST", "/plans", work.plan, structs.Wanted),
    Operation("POST", "/plans/{plan}/start", work.start, structs.Start, changes=True, status=202),
    Operation("GET", "/work", work.now),
    Operation("DELETE", "/work", work.stop, changes=True),
    Operation("GET", "/files/{image}/{name}", pictures.file),
    Operation("POST", "/pictures/{picture}/judgement", pictures.judge, structs.Judged, changes=True, status=202),
    Operation("GET", "/pictures", pictures.listed, structs.PicturesAsked),
    Operation("GET", "/pictures/{picture:path}", pictures.show),
)


def application(console: Console, hosts: Sequence[str]) -> Guarded:
    """Return the application, which answers to these hosts alone, each with its port."""
    routes = [
        Route("/", lambda _: FileResponse(WEB / "console" / "index.html")),
        Mount("/assets", StaticFiles(directory=WEB)),
        Route("/api/session", partial(_open, console), methods=["POST"]),
        *(Route(f"/api{each.path}", _endpoint(console, each), methods=[each.method]) for each in OPERATIONS),
    ]
    refused: dict[Any, Any] = {**REFUSED, OperatorError: _unfit, ClientError: _of_aws, BotoCoreError: _of_aws}
    return Guarded(Starlette(routes=routes, exception_handlers=refused), hosts, images="blob:")


async def _open(console: Console, request: Request) -> Response:
    if is_from_elsewhere(request):
        raise Refused(403, "the request comes from another page")
    return _answer(console.session.open(await body(request, structs.Token)))


def _endpoint(console: Console, one: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if is_from_elsewhere(request):
            raise Refused(403, "the request comes from another page")
        console.session.check(request)
        if one.changes and console.read_only:
            raise Refused(403, "the console is read-only")
        given = [await _given(request, one)] if one.takes else []
        return _answer(await run_in_threadpool(one.does, console, *request.path_params.values(), *given), one.status)

    return endpoint


async def _given(request: Request, one: Operation) -> Any:
    if one.method != "GET":
        return await body(request, one.takes, _MOST_BYTES)
    try:
        return msgspec.convert(
            {name: said for name, said in request.query_params.items() if said}, one.takes, strict=False
        )
    except msgspec.ValidationError as error:
        raise Refused(422, str(error)) from error


def _answer(value: Any, status: int = 200) -> Response:
    if isinstance(value, tuple):
        content, media_type = value
        return Response(content, status, media_type=media_type)
    return Response(msgspec.json.encode(value), status, media_type=JSON)


async def _unfit(_: Request, error: OperatorError) -> Response:
    return _told("Conflict", _CONFLICT, error)


async def _of_aws(_: Request, error: Exception) -> Response:
    return _told("Bad Gateway", _BAD_GATEWAY, explain(error))


def _told(title: str, status: int, error: OperatorError) -> Response:
    return told(structs.Problem(title=title, status=status, detail=error.message, hint=error.hint))
