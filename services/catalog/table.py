"""The catalogue's table and its indexes: pure data, read by the record's writer, its readers and the template.

Every question that is asked of the catalogue has an index; nothing scans.
"""

from dataclasses import dataclass

KEY = "image_id"


@dataclass(frozen=True)
class Index:
    """A global secondary index on two text attributes, projecting everything."""

    name: str
    partition: str
    sort: str


BY_SOURCE = Index("by-source", "source_key", "upload_order")
BY_STATUS = Index("by-status", "status", "entered_at")
BY_DAY = Index("by-day", "entered_on", "entered_at")
INDEXES = (BY_SOURCE, BY_STATUS, BY_DAY)
