"""The tables and their columns as data: ``brigade export``, ``brigade ls --csv`` and docs/bi.md read them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from records.picture import PictureRecord
from records.shown import shown

Kind = Literal["text", "integer", "number", "time"]  # a time is ISO 8601, UTC


@dataclass(frozen=True)
class Column:
    """One column: where its value stands in a row's facts, its kind, and what it means."""

    name: str
    kind: Kind
    meaning: str
    path: tuple[str, ...] = ()

    def value(self, facts: Mapping[str, Any]) -> Any:
        """Return a row's value, None where it is not known."""
        value: Any = facts
        for name in self.path or (self.name,):
            value = (value or {}).get(name)
        return float(value) if self.kind == "number" and value is not None else value


def _image(of: str) -> tuple[Column, ...]:
    return (
        Column("format", "text", f"of the {of}"),
        Column("width", "integer", f"of the {of}, pixels"),
        Column("height", "integer", f"of the {of}, pixels"),
        Column("bytes", "integer", f"of the {of}"),
    )


def _below(part: str, *columns: Column, prefix: str = "") -> tuple[Column, ...]:
    return tuple(Column(prefix + each.name, each.kind, each.meaning, (part, each.name)) for each in columns)


_ID = Column("image_id", "text", "the picture's id")
# A line each of `brigade ls --csv` and of the table of pictures.
PICTURES = (
    _ID,
    Column("status", "text", "READY, FAILED …"),
    Column("key", "text", "as uploaded", ("source", "key")),
    Column("recipe", "text", "the recipe's name"),
    Column("entered_at", "time", "when it was uploaded"),
    Column("origin", "text", "where it was imported from"),
    *_below("original", *_image("original")),
    *_below("master", *_image("master"), prefix="master_"),
    *_below(
        "camera",
        Column("make", "text", "the camera's maker"),
        Column("model", "text", "the camera's"),
        Column("serial", "text", "the camera's"),
        Column("taken_at", "text", "ISO 8601 by the camera's own clock, with its offset where it says one"),
        Column("latitude", "number", "degrees north"),
        Column("longitude", "number", "degrees east"),
        Column("temperature_c", "number", "around a camera trap, degrees Celsius"),
        Column("moon_phase", "text", "as a camera trap says it"),
        Column("trigger", "text", "what set a camera trap off"),
        Column("sequence", "text", "which picture of how many"),
        Column("battery", "text", "a camera trap's"),
    ),
    Column("verdict", "text", "moderation's: accepted, refused or uncertain", ("moderation", "verdict")),
    Column("failed_actor", "text", "the actor that gave it up", ("failure", "actor")),
    Column("failure", "text", "why that gave it up", ("failure", "reason")),
)
RENDITIONS = (
    _ID,
    Column("name", "text", "as the recipe says"),
    *_image("rendition"),
    Column("method", "text", "how it was made"),
    Column("key", "text", "in the target bucket"),
)
STAGES = (
    _ID,
    Column("actor", "text", "who has worked"),
    Column("done_at", "time", "when its work was done, the last time", ("at",)),
    Column("queued_ms", "integer", "how long its message waited, milliseconds"),
    Column("worked_ms", "integer", "how long it worked, milliseconds"),
    Column("attempts", "integer", "how often it got the message"),
)
TABLES = {"pictures": PICTURES, "renditions": RENDITIONS, "stages": STAGES}


def rows(record: PictureRecord) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield one record's rows: the table's name, and the values by the column's name."""
    facts = shown(record)
    one = {"image_id": record.image_id}
    yield "pictures", _row(PICTURES, facts)
    for rendition in facts["renditions"] or ():
        yield "renditions", _row(RENDITIONS, rendition | one)
    for actor, stage in facts["stages"].items():
        yield "stages", _row(STAGES, stage | one | {"actor": actor})


def _row(columns: tuple[Column, ...], facts: Mapping[str, Any]) -> dict[str, Any]:
    return {column.name: column.value(facts) for column in columns}
