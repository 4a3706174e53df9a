"""S3 in a simulation: a source bucket with versions and delete markers, and times in whole seconds."""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec.structs import replace

from brigade.inline.memory_storage import MemoryStorage
from kit.errors import ObjectGone
from kit.events import Source
from kit.outputs import archived
from services.archive.copies import Copy

ARCHIVE = "archive"


@dataclass(frozen=True)
class Version:
    """One entry of a key: an upload, or a delete marker, which has no content."""

    source: Source
    content: bytes | None


@dataclass
class VersionedStorage(MemoryStorage):
    """Objects of a source bucket by their versions; those of other buckets as in MemoryStorage.

    ``now`` tells the time. A sequencer is given to every write of the source bucket.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    bucket: str = "source"
    versions: dict[str, list[Version]] = field(default_factory=lambda: defaultdict(list))
    writes: int = 0
    unnamed: int = 0  # of these, archive's deletions: they come at any time, and shall not change the names of versions
    uploads: dict[str, bytes] = field(default_factory=dict)  # what was ever uploaded, by version

    def put(self, key: str, content: bytes) -> Source:
        """Store a new version; return what S3's notification says of it."""
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return self._add(key, content, etag=etag, size=len(content))

    def hide(self, key: str) -> Source:
        """Put a delete marker on a key; return what S3's notification says of it."""
        return self._add(key, None)

    def erase(self, key: str, version: str) -> Source:
        """Delete a version, or a marker, for ever; return what S3's notification says of it."""
        self.versions[key] = [each for each in self.versions[key] if each.source.version != version]
        return self._said(key, version)

    def read(self, source: Source) -> bytes:
        if source.bucket != self.bucket:
            return super().read(source)
        entries = self.versions[source.key]
        if source.version:
            found = next((each for each in entries if each.source.version == source.version), None)
        else:
            found = entries[-1] if entries and source.etag in (None, "", entries[-1].source.etag) else None
        if found is None or found.content is None:
            if source.version and (ARCHIVE, archived(source)) in self.objects:  # as kit.storage does
                return self.objects[ARCHIVE, archived(source)]
            raise ObjectGone(f"{source.bucket}/{source.key}")
        return found.content

    def newest(self, bucket: str, key: str) -> Source | None:
        if bucket != self.bucket:
            return super().newest(bucket, key)
        newest = self.versions[key][-1] if self.versions[key] else None
        if newest is None or newest.content is None:
            return None
        return replace(newest.source, sequencer=None)  # which no listing tells

    def is_empty(self, bucket: str, key: str) -> bool:
        return not self.versions[key] if bucket == self.bucket else super().is_empty(bucket, key)

    def write(self, bucket: str, key: str, content: bytes, media_type: str, caching: str = "") -> None:
        super().write(bucket, key, content, media_type, caching)
        self.stored_at[bucket, key] = self.now().replace(microsecond=0)

    def _add(self, key: str, content: bytes | None, **more: object) -> Source:
        source = self._said(key, f"v{self.writes - self.unnamed + 1}", **more)
        self.versions[key].append(Version(source, content))
        if content is not None:
            self.uploads[source.version or ""] = content
        return source

    def _said(self, key: str, version: str, **more: object) -> Source:
        self.writes += 1
        time = self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        order = {"sequencer": f"{self.writes:018X}", "uploaded_at": time}
        return Source(bucket=self.bucket, key=key, version=version, **order, **more)  # type: ignore[arg-type]


@dataclass
class MemoryCopies:
    """What archive does in S3. ``erases`` deletes a version and sends S3's word of it."""

    bucket: VersionedStorage
    erases: Callable[[Source], None]

    def look(self, bucket: str, key: str) -> Copy | None:
        content = self.bucket.objects.get((bucket, key))
        return None if content is None else _copy(content)

    def make(self, source: Source, bucket: str, key: str, storage_class: str) -> Copy:
        del storage_class  # the simulation has one
        content = self.bucket.objects[bucket, key] = self.bucket.read(source)
        return _copy(content)

    def is_alone(self, source: Source) -> bool:
        entries = self.bucket.versions[source.key][-2:]  # S3 is asked for two, the newest first
        return not any(each.content is not None and each.source.version != source.version for each in entries)

    def erase(self, source: Source) -> None:
        self.erases(source)


def _copy(content: bytes) -> Copy:
    return Copy(len(content), hashlib.sha256(content).hexdigest(), "DEEP_ARCHIVE")
