"""What is missing: outputs that a record or its recipe names, records of what S3 shows. Pure: knows no cloud."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec.structs import asdict, replace

from imaging.recipes import Recipe, Recipes
from kit.events import Image, Source
from records.picture import REJECTED, Original, PictureRecord
from records.status import OUTDATED, Status


class Lost(StrEnum):
    """How S3 and the catalog differ about a picture: one of them has not heard of what became of it."""

    UNKNOWN = "the catalog does not know it"
    SHOWN = "S3 shows it, though its record says that it was replaced or removed"
    GONE = "S3 does not show it any more"


class LostRecord(PictureRecord, frozen=True, kw_only=True):
    """The record of a lost picture as a rerun takes it: with what S3 tells of it now."""

    lost: Lost


def how_lost(record: PictureRecord) -> Lost | None:
    """Return how S3 and the catalog differ about a picture; None: they do not."""
    return record.lost if isinstance(record, LostRecord) else None


@dataclass(frozen=True)
class Missing:
    """One picture and the names of the outputs that it lacks; none are known where its recipe, or itself, is gone."""

    record: PictureRecord
    names: tuple[str, ...] = ()
    recipe_is_gone: bool = False

    @property
    def lost(self) -> Lost | None:
        """How S3 and the catalog differ about it."""
        return how_lost(self.record)


def lost(how: Lost, source: Source, record: PictureRecord | None = None) -> LostRecord:
    """Return the record of such a picture.

    Of a picture that is gone, ``source`` is what has removed it: the very version, or the delete marker.
    """
    known = record or PictureRecord(image_id=Image.of(source).id, entered_at=source.uploaded_at)
    told = {"source": replace(source, size=None), "original": Original(bytes=source.size), "lost": how}
    return LostRecord(**asdict(known) | told)


def meet(source: Source, record: PictureRecord | None) -> PictureRecord:
    """Return the record of a picture that S3 shows: as it is, or as that of one that is lost."""
    if record is None:
        return lost(Lost.UNKNOWN, source)
    # What an operator rejected stays so.
    if record.status in OUTDATED and REJECTED not in record.judged:
        return lost(Lost.SHOWN, source, record)
    return record


def named_keys(record: PictureRecord) -> list[str]:
    """Return the keys of all outputs that a record names."""
    return [*record.keys, *filter(None, [record.tags])]


def check(record: PictureRecord, recipes: Recipes, stored: Collection[str]) -> Missing | None:
    """Return what a picture lacks, by its record and the keys that are stored of it; None where that is nothing."""
    recipe = recipe_of(record, recipes)
    if recipe is None:
        return Missing(record, recipe_is_gone=True)
    made = {rendition.name for rendition in record.renditions if rendition.key in stored}
    lacking = [rendition.name for rendition in recipe.rendition if rendition.name not in made]
    if record.tags not in {"", *stored}:
        lacking.append("metadata")
    if record.master and record.master.key not in stored:
        # Nothing can be made from it: it has to be made itself.
        return Missing(replace(record, master=None), ("master", *lacking))
    return Missing(record, tuple(lacking)) if lacking else None


def recipe_of(record: PictureRecord, recipes: Recipes) -> Recipe | None:
    """Return a picture's recipe as it is now: by the name in its record, or by its key where none is noted yet."""
    if not record.recipe:
        return recipes.match(record.key)
    return next((recipe for recipe in recipes.recipe if recipe.name == record.recipe), None)


def is_due(record: PictureRecord, since: datetime) -> bool:
    """Whether a picture should have all outputs: READY, or in work and nothing has happened since then."""
    return record.status is Status.READY or (record.status is Status.PROCESSING and _last_event(record) < since)


def _last_event(record: PictureRecord) -> datetime:
    worked, handled = ({event.at for event in events.values()} for events in (record.stages, record.handled))
    return max(datetime.fromisoformat(at) for at in (record.entered_at, *worked, *handled))
