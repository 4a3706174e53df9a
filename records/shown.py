"""A picture's record as people and programs outside get it: what ``--json`` prints. Pure: knows no cloud."""

from typing import Any

import msgspec

from records.picture import PictureRecord
from records.rules import failure
from records.status import Status

_SOURCE = ("bucket", "key", "version", "etag", "sequencer")
_BOOKKEEPING = {"upload_order", "ready_by", "settled"}


def shown(record: PictureRecord) -> dict[str, Any]:
    """Return the record as plain data, without bookkeeping; what is not known of it is null.

    So is the placeholder of a picture that is not READY: moderation may hold it back.
    """
    facts = msgspec.json.decode(msgspec.json.encode(record))  # tuples as lists
    source = {name: facts["source"][name] for name in _SOURCE} | {"url": record.url}
    if record.status is not Status.READY:
        facts |= {"colour": None, "lqip": None}
    return {
        **{name: None if value in ("", []) else value for name, value in facts.items() if name not in _BOOKKEEPING},
        "status": record.status,
        "source": source if record.is_known else None,
        "failure": msgspec.to_builtins(failure(record)),
    }
