"""The API as data: what there is to ask for, with which answers; and the OpenAPI document that follows from that."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from services.portal import pictures, sessions, structs, tickets
from services.portal.problems import Refused
from services.portal.structs import Problem
from services.portal.visit import Answer, Visit

SAFE = "GET"
PARAMETERS = {
    "image": ("path", r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    "after": ("query", r"^([0-9a-f]{11}-[0-9a-f]{16}/[^/\x00-\x1f\x7f-\x9f\ufffe\uffff]{1,100})?$"),
}


def inbox(visit: Visit) -> Answer:
    """Return the mails of a local cloud; raises Refused (404) anywhere else."""
    if not visit.site.inbox:
        raise Refused(404, "only a local cloud shows its mails")
    return Answer(200, structs.Inbox(visit.site.inbox()))


@dataclass(frozen=True)
class Operation:
    """One thing to ask for. ``does`` is given the visit, and the body where there is one that it ``takes``."""

    method: str
    path: str
    does: Callable[..., Answer]
    answers: dict[int, Any]  # a struct, or None without a body
    takes: Any = None
    parameter: str = ""
    signed_in: bool = True

    @property
    def refusals(self) -> set[int]:
        """The statuses of problems that it may answer."""
        found = {405, 500, 503} | ({401} if self.signed_in else set()) | ({403} if self.method != SAFE else set())
        found |= {400, 413, 415, 422} if self.takes else set()
        return found | ({404} if self.parameter == "image" else {422} if self.parameter else set())


OPERATIONS = (
    Operation("POST", "/api/sessions", sessions.ask, {202: None, 429: Problem}, structs.SignIn, signed_in=False),
    Operation(
        "POST",
        "/api/sessions/confirm",
        sessions.confirm,
        {200: structs.Session, 429: Problem},
        structs.Confirmation,
        signed_in=False,
    ),
    Operation("GET", "/api/session", sessions.show, {200: structs.Session}),
    Operation("DELETE", "/api/session", sessions.end, {204: None}),
    Operation(
        "POST", "/api/uploads", tickets.ask, {200: structs.There, 201: structs.Upload, 429: Problem}, structs.Wanted
    ),
    Operation("GET", "/api/pictures", pictures.list_, {200: structs.Pictures}, parameter="after"),
    Operation("GET", "/api/pictures/{image}", pictures.show, {200: structs.Picture}, parameter="image"),
    Operation("DELETE", "/api/pictures/{image}", pictures.delete, {204: None}, parameter="image"),
    Operation("GET", "/api/inbox", inbox, {200: structs.Inbox, 404: Problem}, signed_in=False),
)


@cache
def document() -> bytes:
    """Return the OpenAPI document, as JSON."""
    types = {each for one in OPERATIONS for each in (one.takes, *one.answers.values()) if each} | {Problem}
    named = sorted(types, key=lambda each: each.__name__)
    schemas, components = msgspec.json.schema_components(named, ref_template="#/components/schemas/{name}")
    of = dict(zip(named, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _described(one, of)
    session = {"session": {"type": "apiKey", "in": "cookie", "name": sessions.COOKIE}}
    parts = {"schemas": components, "securitySchemes": session}
    about = {"title": "Bucket Brigade's portal", "version": "1"}
    return msgspec.json.encode({"openapi": "3.1.0", "info": about, "paths": paths, "components": parts})


def _described(one: Operation, of: dict[Any, Any]) -> dict[str, Any]:
    summary = (one.does.__doc__ or "").partition("\n")[0]
    said: dict[str, Any] = {"summary": summary, "responses": {}}
    for status, struct in sorted({**dict.fromkeys(one.refusals, Problem), **one.answers}.items()):
        kind = "application/problem+json" if struct is Problem else "application/json"
        content = {"content": {kind: {"schema": of[struct]}}} if struct else {}
        said["responses"][str(status)] = {
            "description": ((struct or Answer).__doc__ or "").partition("\n")[0],
            **content,
        }
    if one.takes:
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": of[one.takes]}}}
    if one.signed_in:
        said["security"] = [{"session": []}]
    if one.parameter:
        place, pattern = PARAMETERS[one.parameter]
        schema = {"type": "string", "pattern": pattern}
        said["parameters"] = [{"name": one.parameter, "in": place, "required": place == "path", "schema": schema}]
    return said
