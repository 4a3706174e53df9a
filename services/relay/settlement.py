"""What is said of a picture that has come to rest, by its record. Pure: knows no cloud."""

from collections.abc import Iterator, Mapping
from typing import Any

from kit.events import ImageSettled
from records import attribute_values, stored
from records.picture import PictureRecord
from records.status import Status

# What it reads of a record; more of it, as what the camera wrote, is nobody's business here.
_READ = ("image_id", "status", "settled", "ready_by", "source", "entered_at", "recipe", "master", "renditions")


def settlements(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ImageSettled]:
    """Yield what a change of a record says: nothing, unless its number ``settled`` has grown.

    Nor is anything said of a removed version that nobody has heard of before: no upload is known of it.
    """
    old, new = _read(before), _read(after)
    if "source" in new and new.get("settled", 0) > old.get("settled", 0):
        yield settlement(stored.read(new), old.get("status", ""))


def settlement(record: PictureRecord, before: str = "") -> ImageSettled:
    """Return what is to be said of a picture as its record is; ``before`` is its status until then."""
    is_ready = record.status is Status.READY
    return ImageSettled(
        image=record.image,
        status=record.status,
        before=before,
        settled=record.settled,
        recipe=record.recipe,
        master=record.master if is_ready else None,
        renditions=record.renditions if is_ready else (),
    )


def _read(item: Mapping[str, Any]) -> dict[str, Any]:
    return attribute_values.read_item({name: item[name] for name in _READ if name in item})
