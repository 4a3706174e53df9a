"""A record as the table stores it: its attributes by name, and the record that they make. Pure: knows no cloud."""

from collections.abc import Mapping
from typing import Any

import msgspec

from records.picture import PictureRecord

# Attributes by name, in plain Python: what DynamoDB's notation says, see ``records.attribute_values``.
Item = Mapping[str, Any]

# Before an actor's name, or a decision's: every event has attributes of its own.
STAGE = "stage_"
FAILURE = "failure_"
HANDLED = "handled_"
JUDGED = "judged_"
_GATHERED = {STAGE: "stages", FAILURE: "failures", HANDLED: "handled", JUDGED: "judged"}


def read(item: Item) -> PictureRecord:
    """Return the record that an item holds. What it has beside that, as a later release may write, is passed over.

    Raises msgspec.ValidationError where an attribute is not what this release takes it for.
    """
    gathered: dict[str, dict[str, Item]] = {field: {} for field in _GATHERED.values()}
    for name, value in sorted(item.items(), key=_time):
        prefix = next((each for each in _GATHERED if name.startswith(each)), None)
        if prefix:
            who = name.removeprefix(prefix)
            gathered[_GATHERED[prefix]][who] = {"actor": who, **value} if prefix == FAILURE else value
    known = {name: value for name, value in item.items() if value is not None} | {"settled": settlements(item)}
    if source := item.get("source"):
        known["source"] = {**source, "uploaded_at": item.get("entered_at", "")}
    return msgspec.convert(known | gathered, PictureRecord)


def _time(attribute: tuple[str, Any]) -> str:
    return str(attribute[1].get("at", "")) if isinstance(attribute[1], Mapping) else ""


def settlements(item: Item) -> int:
    """Return how often the picture settled; release 0.1 did not count, but noted what had made it ready."""
    return int(item.get("settled", "ready_by" in item))
