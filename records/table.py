"""The catalog's table and its indexes: pure data, read by the record's writer, its readers and the template.

Every question that is asked of the catalog has an index; only an export, which wants everything, reads the table
through. An index holds keys, and readers fetch the records: whatever else it held would be paid for again at every
change of it.
"""

from dataclasses import dataclass

from kit.events import ORDER_DIGITS, Source

KEY = "image_id"
# Where the camera does not say when: after all dates, so that an index by date can hold the picture too.
UNDATED = "undated"


@dataclass(frozen=True)
class Index:
    """A global secondary index on two text attributes; ``includes`` names what it holds besides the keys."""

    name: str
    partition: str
    sort: str
    includes: tuple[str, ...] = ()


# What tells which uploads of a key are to be retired; it changes once, when they are.
BY_SOURCE = Index("by-source", "source_key", "upload_order", ("source", "entered_at", "stage_retire"))
BY_STATUS = Index("by-status", "status", "entered_at")
# Pictures whose camera says its serial number, and those whose camera says when; no other picture is in them.
BY_SERIAL = Index("by-serial", "serial", "taken_at")
BY_TAKEN = Index("by-taken-day", "taken_on", "taken_at")
INDEXES = (BY_SOURCE, BY_STATUS, BY_SERIAL, BY_TAKEN)


def source_key(source: Source) -> str:
    """Return what the index by source is asked for."""
    return f"{source.bucket}/{source.key}"


def right_padded(order: str) -> str:
    """Return a pointer's order as it is written now: release 0.1 padded it on the left, to the same length.

    S3's sequencers have 18 digits, not all of them zeros.
    """
    padding = ORDER_DIGITS - 18
    return order[padding:].ljust(ORDER_DIGITS, "0") if order.startswith("0" * padding) else order


def pointer_key(source_key: str) -> str:
    """Return the key of the item that names a source key's newest upload."""
    return f"newest#{source_key}"
