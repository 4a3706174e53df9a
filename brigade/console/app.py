"""The console as an application: the page, and the API behind it, as data."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
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
from kit.errors import ConfigurationError
from services.portal.app import WEB
from services.portal.guard import JSON, REFUSED, Guarded, body, is_from_elsewhere, told
from services.portal.problems import Refused

_MOST_BYTES = 4 * 1024 * 1024  # of a request: a message of SQS, 1 MiB at most, as a text within JSON


@dataclass(frozen=True)
class Operation:
    """One thing to ask for: ``does`` is given the console, what the path names, and a struct of body or query.

    ``changes``: refused where the console is read-only. ``is_open``: asked by who has no secret yet.
    """

    method: str
    path: str
    does: Callable[..., Any]
    takes: Any = None
    changes: bool = False
    is_open: bool = False
    status: int = 200


OPERATIONS = (
    Operation("POST", "/session", lambda console, given: console.session.open(given), structs.Token, is_open=True),
    Operation("GET", "/overview", overview.look),
    Operation("POST", "/actors/{actor}", overview.switch, structs.Switch, changes=True),
    Operation("GET", "/history", overview.history, structs.Newest),
    Operation("GET", "/letters", letters.listed, structs.LettersAsked),
    Operation("GET", "/letters/{actor}/{letter}", letters.show),
    Operation("POST", "/letters/{actor}/{letter}/edit", letters.edit, structs.Edit, changes=True),
    Operation("POST", "/plans", work.plan, structs.Wanted),
    Operation("POST", "/plans/{plan}/start", work.start, structs.Start, changes=True, status=202),
    Operation("GET", "/work", lambda console: console.worker.now),
    Operation("DELETE", "/work", lambda console: console.worker.stop(), changes=True),
    Operation("GET", "/files/{image}/{name}", pictures.file),
    Operation("GET", "/pictures", pictures.listed, structs.PicturesAsked),
    Operation("POST", "/pictures/{picture}/judgement", pictures.judge, structs.Judged, changes=True, status=202),
    Operation("GET", "/pictures/{picture:path}", pictures.show),
)


def application(console: Console, hosts: Sequence[str]) -> Guarded:
    """Return the application, which answers to these hosts alone, each with its port."""
    routes = [
        Route("/", lambda _: FileResponse(WEB / "console" / "index.html")),
        Mount("/assets", StaticFiles(directory=WEB)),
        *(Route(f"/api{each.path}", _endpoint(console, each), methods=[each.method]) for each in OPERATIONS),
    ]
    refused: dict[Any, Any] = REFUSED | dict.fromkeys(
        (OperatorError, ConfigurationError, ClientError, BotoCoreError), _failed
    )
    return Guarded(Starlette(routes=routes, exception_handlers=refused), hosts, images="blob:")


def _endpoint(console: Console, one: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if is_from_elsewhere(request):
            raise Refused(403, "the request comes from another page")
        if not one.is_open:
            console.session.check(request)
        if one.changes and console.read_only:
            raise Refused(403, "the console is read-only")
        given = [await _given(request, one)] if one.takes else []
        said = await run_in_threadpool(one.does, console, *request.path_params.values(), *given)
        content, media_type = said if isinstance(said, tuple) else (msgspec.json.encode(said), JSON)
        return Response(content, one.status, media_type=media_type)

    return endpoint


async def _given(request: Request, one: Operation) -> Any:
    if one.method != "GET":
        return await body(request, one.takes, _MOST_BYTES)
    given = {name: text for name, text in request.query_params.items() if text}
    try:
        return msgspec.convert(given, one.takes, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(422, str(error)) from error


async def _failed(_: Request, error: Exception) -> Response:
    """Return what is wrong and what to do: 502 where AWS says no, else 409, as the operator can mend it."""
    status, title = (502, "Bad Gateway") if isinstance(error, ClientError | BotoCoreError) else (409, "Conflict")
    said = explain(error)
    return told(structs.Problem(title=title, status=status, detail=said.message, hint=said.hint))
