"""The edges of an actor that works without consequences: it reads what is real, and what it writes stays in memory."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from brigade.inline.memory_storage import MemoryStorage
from kit.events import Image, Source
from kit.storage import Storage
from records.table import pointer_key, source_key
from services.archive.copies import Copy, S3Copies
from services.catalog.memory import MemoryRecords
from services.catalog.records import DynamoRecords

# Sorts after every upload's order, which is hexadecimal or a time.
_LAST = "~"


@dataclass
class RehearsalStorage:
    """Storage that reads what lies beneath it, and keeps to itself what is written and what would be deleted.

    Composed, not derived: what it does not know it cannot do to real objects.
    """

    beneath: Storage
    written: MemoryStorage = field(default_factory=MemoryStorage)
    deleted: list[tuple[str, str]] = field(default_factory=list)  # bucket and key

    def read(self, source: Source) -> bytes:
        return self._of(source).read(source)

    def read_range(self, source: Source, start: int, stop: int) -> bytes:
        return self._of(source).read_range(source, start, stop)

    def read_part(self, source: Source, start: int, stop: int | None) -> tuple[bytes, dict[str, str]]:
        return self._of(source).read_part(source, start, stop)

    def newest(self, bucket: str, key: str) -> Source | None:
        return self.beneath.newest(bucket, key)

    def is_empty(self, bucket: str, key: str) -> bool:
        return self.beneath.is_empty(bucket, key)

    def write(self, bucket: str, key: str, content: bytes, media_type: str, caching: str = "") -> None:
        self.written.write(bucket, key, content, media_type, caching)

    def stored(self, bucket: str, prefix: str) -> dict[str, datetime]:
        return self.beneath.stored(bucket, prefix)

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        self.deleted += [(bucket, key) for key in keys]

    def _of(self, source: Source) -> Storage:
        return self.written if (source.bucket, source.key) in self.written.objects else self.beneath


@dataclass(frozen=True)
class RehearsalCopies(S3Copies):
    """Copies that are looked at, and neither made nor deleted for real."""

    storage: RehearsalStorage

    def make(self, source: Source, bucket: str, key: str, storage_class: str) -> Copy:
        content = self.storage.read(source)
        self.storage.write(bucket, key, content, "")
        return Copy(len(content), hashlib.sha256(content).hexdigest(), storage_class)

    def erase(self, source: Source) -> None:
        self.storage.delete(source.bucket, [source.key])


def rehearsal_records(images: Iterable[Image], table: str) -> MemoryRecords:
    """Return the catalog in memory, as far as it concerns these pictures: all uploads of their keys."""
    real, rehearsed = DynamoRecords(table), MemoryRecords()
    for image in images:
        key = source_key(image.source)
        # First the place of each upload, then the records: claiming a place changes records that are there.
        if pointer := real.get(pointer_key(key)):
            if previous := pointer.get("previous"):
                rehearsed.claim_newest(key, "", previous)
            rehearsed.claim_newest(key, pointer["upload_order"], pointer["newest"], removal=pointer["removal"])
        for record in [*real.uploads(key, before=_LAST), real.get(image.id)]:
            if record:
                rehearsed.items[record["image_id"]] = dict(record)
    return rehearsed
