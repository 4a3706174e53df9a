"""What tests ask of a record as it is stored: the same questions that its readers ask of the typed one."""

from typing import Any

from kit.events import Image, ImageSettled
from records import rules
from records.picture import Failure, PictureRecord
from records.shown import shown
from records.status import Status
from records.stored import Item, read
from services.catalog.memory import MemoryRecords
from services.relay.settlement import settlement


def typed(item: Item) -> PictureRecord:
    return read({"image_id": "i", **item})


def view(item: Item) -> dict[str, Any]:
    return shown(typed(item))


def status(item: Item) -> Status:
    return rules.status(typed(item))


def failure(item: Item) -> Failure | None:
    return rules.failure(typed(item))


def identity(item: Item) -> Image:
    return typed(item).image


def keys(item: Item) -> set[str]:
    return typed(item).keys


def is_retired(item: Item) -> bool:
    return typed(item).is_retired


def settlements(records: MemoryRecords) -> list[ImageSettled]:
    """Return what will be said of these records whenever one settles; it grows as they do."""
    said: list[ImageSettled] = []
    records.on_settled = lambda before, after: said.append(settlement(read(after), before.get("status", "")))
    return said
