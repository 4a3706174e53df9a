"""Which renditions a picture lacks that its recipe, as it is deployed now, names. Pure: knows no cloud."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imaging.recipes import Recipe, Recipes
from services.catalog.status import Status

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Missing:
    """One picture and the names of the renditions that it lacks; none are known where its recipe is gone."""

    record: Record
    names: tuple[str, ...]
    recipe_is_gone: bool = False


def check(record: Record, recipes: Recipes, stored: Collection[str]) -> Missing | None:
    """Return what a picture lacks, by its record and the keys that are stored of it; None where that is nothing."""
    recipe = recipe_of(record, recipes)
    if recipe is None:
        return Missing(record, (), recipe_is_gone=True)
    made = {rendition["name"] for rendition in record["renditions"] or () if rendition["key"] in stored}
    lacking = tuple(rendition.name for rendition in recipe.rendition if rendition.name not in made)
    return Missing(record, lacking) if lacking else None


def recipe_of(record: Record, recipes: Recipes) -> Recipe | None:
    """Return a picture's recipe as it is now: by the name in its record, or by its key where none is noted yet."""
    if not record["recipe"]:
        return recipes.match(record["source"]["key"])
    return next((recipe for recipe in recipes.recipe if recipe.name == record["recipe"]), None)


def due(records: Iterable[Record], since: datetime) -> Iterator[Record]:
    """Yield the pictures that should have all renditions: READY, or in work and nothing has happened since then."""
    for record in records:
        status = record["status"]
        if status == Status.READY or (status == Status.PROCESSING and _last_event(record) < since):
            yield record


def _last_event(record: Record) -> datetime:
    events = [*record["stages"].values(), *record["handled"].values()]
    return max(datetime.fromisoformat(at) for at in (record["entered_at"], *(event["at"] for event in events)))
