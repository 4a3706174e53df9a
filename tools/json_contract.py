"""What `--json` prints, as JSON schemas: a contract with a version, which tests hold every command to."""

from typing import Any

import msgspec

from brigade.dead_letters.letter import Redrive
from brigade.flow.vitals import Vitals
from brigade.operations.operation import Operation
from imaging.recipes import Recipe
from records.picture import Failure, PictureRecord
from tools.markdown import table, whole_page

VERSION = 1
_TEXT: dict[str, Any] = {"type": "string"}
_WHOLE: dict[str, Any] = {"type": "integer"}
_NUMBER: dict[str, Any] = {"type": "number"}
_ANY: dict[str, Any] = {}


def _may_lack(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(**fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields)}


def _of(type_: Any) -> dict[str, Any]:
    """Return a type's schema in one piece; all of its fields are there."""
    [schema], parts = msgspec.json.schema_components([type_], ref_template="{name}")
    return _whole(_resolved(schema, parts))


def _resolved(schema: Any, parts: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_resolved(each, parts) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(parts[schema["$ref"]], parts)
    kept = {name: each for name, each in schema.items() if name not in {"default", "title", "description"}}
    return {name: _resolved(each, parts) for name, each in kept.items()}


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    return schema | {"required": list(schema["properties"])}


_BOOKKEEPING = {"upload_order", "ready_by", "settled", "tags_stored", "source"}
_FACTS = _of(PictureRecord)["properties"]
_PICTURE = {name: _may_lack(each) for name, each in _FACTS.items() if name not in _BOOKKEEPING}
_SOURCE = _object(
    bucket=_TEXT, key=_TEXT, version=_may_lack(_TEXT), etag=_may_lack(_TEXT), sequencer=_may_lack(_TEXT), url=_TEXT
)
_PICTURE |= {"source": _may_lack(_SOURCE), "failure": _may_lack(_of(Failure))}
_EXAMPLE = _object(message_id=_TEXT, image_id=_TEXT, key=_TEXT, status=_may_lack(_TEXT), detail=_TEXT)
_FAILED = _object(reason=_TEXT, detail=_TEXT)
# One element of the array that each command prints.
ELEMENTS: dict[str, dict[str, Any]] = {
    "cost": _object(pictures={"type": "array"}, a_month={"type": "array"}),
    "dlq ls": _object(
        actor=_TEXT, reason=_TEXT, count=_WHOLE, oldest_at=_TEXT, deleted_at=_TEXT, days_left=_NUMBER, example=_EXAMPLE
    ),
    "dlq show": _object(
        actor=_TEXT,
        message_id=_TEXT,
        reason=_TEXT,
        detail=_TEXT,
        attempts=_WHOLE,
        image_id=_TEXT,
        key=_TEXT,
        status=_may_lack(_TEXT),
        failed_at=_TEXT,
        sent_at=_TEXT,
        trace=_TEXT,
        lineage={"type": "array", "items": _of(Redrive)},
        attributes={"type": "object"},
        body=_ANY,
    ),
    "get": _object(name=_TEXT, path=_TEXT, bytes=_WHOLE),
    "history": _object(**_of(Operation)["properties"], outcomes={"type": "object"}),
    "logs": _object(at=_TEXT, actor=_TEXT),
    "ls": _object(**_PICTURE),
    "missing": _object(
        image_id=_TEXT,
        key=_TEXT,
        status=_may_lack(_TEXT),
        recipe=_may_lack(_TEXT),
        recipe_is_gone={"type": "boolean"},
        lost=_may_lack(_TEXT),
        missing={"type": "array", "items": _TEXT},
    ),
    "outputs": _object(name=_TEXT, value=_TEXT, description=_TEXT),
    "recipes": _of(Recipe),
    "show": _object(**_PICTURE, markup=_ANY),
    "status": _of(Vitals),
    "trace": _object(
        trace_id=_TEXT,
        id=_TEXT,
        parent_id=_may_lack(_TEXT),
        actor=_TEXT,
        image_id=_TEXT,
        key=_TEXT,
        attempt=_WHOLE,
        began=_TEXT,
        ended=_TEXT,
        queued_ms=_WHOLE,
        failure=_may_lack(_FAILED),
        offset_ms=_WHOLE,
        worked_ms=_WHOLE,
    ),
}


def schema(command: str) -> dict[str, Any]:
    """Return the schema of what a command prints with --json."""
    return {"type": "array", "items": ELEMENTS[command]}


def schemas() -> str:
    """Return docs/json-schemas.json: every command's schema by its words."""
    of_each = {command: schema(command) for command in ELEMENTS}
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema", "version": VERSION, "$defs": of_each}
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"


def page() -> str:
    """Return docs/json.md."""
    rows = (
        (f"`brigade {command}`", ", ".join(f"`{name}`" for name in element["properties"]))
        for command, element in ELEMENTS.items()
    )
    return whole_page(
        "# What --json prints",
        f"This is version {VERSION} of the contract. With `--json`, stdout holds one JSON array and nothing else; each "
        "element is an object, and what is not known of it is null. All else that is said goes to stderr; exit codes "
        "are the same. `brigade process --json` prints an object a line instead, as soon as a file is done.",
        "Fields are only ever added. One that goes, or that gets another type or meaning, makes the next version, as "
        "the changelog says. [json-schemas.json](json-schemas.json) has a JSON schema for each command.",
        table(("command", "fields of an element"), rows),
    )
