"""A picture's record as people and programs outside get it: what ``--json`` prints. Pure: knows no cloud."""

import gzip
from typing import Any

import msgspec

from records.picture import Described, PictureRecord
from records.rules import failure
from records.status import Status

_SOURCE = ("bucket", "key", "version", "etag", "sequencer")
_BOOKKEEPING = {"upload_order", "ready_by", "settled", "tags_stored"}


def shown(record: PictureRecord) -> dict[str, Any]:
    """Return the record as plain data, without bookkeeping; what is not known of it is null.

    So is the placeholder of a picture that is not READY: moderation may hold it back.
    """
    facts = msgspec.json.decode(msgspec.json.encode(record))  # tuples as lists
    if record.camera:
        facts["camera"].pop("packed", None)
        facts["camera"]["all"] = unpacked(record.camera)
    source = {name: facts["source"][name] for name in _SOURCE} | {"url": record.url}
    if record.status is not Status.READY:
        facts |= {"colour": None, "lqip": None}
    return {
        **{name: None if value in ("", []) else value for name, value in facts.items() if name not in _BOOKKEEPING},
        "status": record.status,
        "source": source if record.is_known else None,
        "failure": msgspec.to_builtins(failure(record)),
    }


def unpacked(camera: Described) -> dict[str, Any] | None:
    """Return all that the camera wrote, by exiftool's names, where the record itself holds it."""
    return msgspec.json.decode(gzip.decompress(camera.packed)) if camera.packed else None
