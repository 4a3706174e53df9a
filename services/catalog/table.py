"""The catalogue's table and its indexes: pure data, read by the record's writer, its readers and the template.

Every question that is asked of the catalogue has an index; nothing scans. An index holds keys, and readers fetch the
records: whatever else it held would be paid for again at every change of it.
"""

from dataclasses import dataclass

KEY = "image_id"


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
