"""The buckets in this process: kit.storage's protocol without a cloud."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kit.errors import ObjectGone
from kit.events import Source


@dataclass
class MemoryStorage:
    """Objects by bucket and key, in this process."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    stored_at: dict[tuple[str, str], datetime] = field(default_factory=dict)
    metadata: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def read(self, source: Source) -> bytes:
        try:
            return self.objects[source.bucket, source.key]
        except KeyError:
            raise ObjectGone(f"{source.bucket}/{source.key}") from None

    def read_range(self, source: Source, start: int, stop: int) -> bytes:
        return self.read(source)[start:stop]

    def read_part(self, source: Source, start: int, stop: int | None) -> tuple[bytes, dict[str, str]]:
        stop = len(self.read(source)) if stop is None else stop
        return self.read_range(source, start, stop), self.metadata.get((source.bucket, source.key), {})

    def newest(self, bucket: str, key: str) -> Source | None:
        if (content := self.objects.get((bucket, key))) is None:
            return None
        return Source(bucket=bucket, key=key, etag=hashlib.md5(content, usedforsecurity=False).hexdigest())

    def is_empty(self, bucket: str, key: str) -> bool:
        return (bucket, key) not in self.objects

    def write(self, bucket: str, key: str, content: bytes, media_type: str, caching: str = "") -> None:  # noqa: ARG002
        self.objects[bucket, key], self.stored_at[bucket, key] = content, datetime.now(UTC)

    def stored(self, bucket: str, prefix: str) -> dict[str, datetime]:
        never = datetime.min.replace(tzinfo=UTC)
        found = [key for of, key in list(self.objects) if of == bucket and key.startswith(prefix)]
        return {key: self.stored_at.get((bucket, key), never) for key in found}

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        for key in keys:
            self.objects.pop((bucket, key), None)
