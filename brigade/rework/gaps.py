"""What is missing: outputs that a record or its recipe names, records of what S3 shows. Pure: knows no cloud."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from imaging.recipes import Recipe, Recipes
from kit.events import Image, Source
from services.catalog.record import keys
from services.catalog.status import OUTDATED, Status
from services.catalog.table import KEY
from services.catalog.view import view

Record = Mapping[str, Any]
# Beside what a record has: how S3 and the catalogue differ about the picture.
LOST = "lost"


class Lost(StrEnum):
    """How S3 and the catalogue differ about a picture: one of them has not heard of what became of it."""

    UNKNOWN = "the catalogue does not know it"
    SHOWN = "S3 shows it, though its record says that it was replaced or removed"
    GONE = "S3 does not show it any more"


@dataclass(frozen=True)
class Missing:
    """One picture and the names of the outputs that it lacks; none are known where its recipe, or itself, is gone."""

    record: Record
    names: tuple[str, ...] = ()
    recipe_is_gone: bool = False

    @property
    def lost(self) -> Lost | None:
        """How S3 and the catalogue differ about it."""
        return self.record.get(LOST)


def lost(how: Lost, source: Source, record: Record | None = None) -> Record:
    """Return the record of such a picture as a rerun takes it: with what S3 tells of it now.

    Of a picture that is gone, ``source`` is what has removed it: the very version, or the delete marker.
    """
    blank = {KEY: Image.of(source).id, "status": None, "entered_at": source.uploaded_at}
    told = {"source": _source(source), "original": {"bytes": source.size}, LOST: how}
    return {**view(blank), **(record or {}), **told}


def meet(source: Source, record: Record | None) -> Record:
    """Return the record of a picture that S3 shows: as it is, or as that of one that is lost."""
    if record is None:
        return lost(Lost.UNKNOWN, source)
    # What an operator rejected stays so.
    if record["status"] in OUTDATED and "rejected" not in record["judged"]:
        return lost(Lost.SHOWN, source, record)
    return record


def named_keys(record: Record) -> list[str]:
    """Return the keys of all outputs that a record names."""
    tags = (record["camera"] or {}).get("tags")
    return [*keys(record), *filter(None, [tags])]


def check(record: Record, recipes: Recipes, stored: Collection[str]) -> Missing | None:
    """Return what a picture lacks, by its record and the keys that are stored of it; None where that is nothing."""
    recipe = recipe_of(record, recipes)
    if recipe is None:
        return Missing(record, recipe_is_gone=True)
    made = {rendition["name"] for rendition in record["renditions"] or () if rendition["key"] in stored}
    lacking = [rendition.name for rendition in recipe.rendition if rendition.name not in made]
    if (record["camera"] or {}).get("tags", "") not in {"", *stored}:
        lacking.append("metadata")
    if record["master"] and record["master"]["key"] not in stored:
        # Nothing can be made from it: it has to be made itself.
        return Missing({**record, "master": None}, ("master", *lacking))
    return Missing(record, tuple(lacking)) if lacking else None


def recipe_of(record: Record, recipes: Recipes) -> Recipe | None:
    """Return a picture's recipe as it is now: by the name in its record, or by its key where none is noted yet."""
    if not record["recipe"]:
        return recipes.match(record["source"]["key"])
    return next((recipe for recipe in recipes.recipe if recipe.name == record["recipe"]), None)


def is_due(record: Record, since: datetime) -> bool:
    """Whether a picture should have all outputs: READY, or in work and nothing has happened since then."""
    status = record["status"]
    return status == Status.READY or (status == Status.PROCESSING and _last_event(record) < since)


def _last_event(record: Record) -> datetime:
    events = [*record["stages"].values(), *record["handled"].values()]
    return max(datetime.fromisoformat(at) for at in (record["entered_at"], *(event["at"] for event in events)))


def _source(source: Source) -> dict[str, Any]:
    return {name: value for name, value in msgspec.to_builtins(source).items() if name not in {"size", "uploaded_at"}}
