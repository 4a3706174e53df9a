"""What S3 shows in a bucket: the newest version of every key that is not deleted."""

from collections.abc import Callable, Iterator
from typing import Any

from kit.events import Source
from kit.storage import latest, listed


def below(s3: Any, bucket: str, prefix: str, hidden: Callable[[str, str], None] = lambda *_: None) -> Iterator[Source]:
    """Yield the newest version of every key that begins so.

    ``hidden`` is called with the keys of those that are deleted, and their delete markers' versions.
    """
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for marker in page.get("DeleteMarkers", []):
            if marker["IsLatest"]:
                hidden(marker["Key"], marker["VersionId"])
        yield from (listed(bucket, version) for version in page.get("Versions", []) if version["IsLatest"])


def at(s3: Any, bucket: str, key: str) -> tuple[Source | None, str | None]:
    """Return what S3 shows under a key, and the version of the delete marker that hides it; at most one is there."""
    # A key sorts before those that begin with it, its newest version or marker before the older ones.
    page = s3.list_object_versions(Bucket=bucket, Prefix=key, MaxKeys=1)
    found, marker = latest(page.get("Versions", []), key), latest(page.get("DeleteMarkers", []), key)
    return listed(bucket, found) if found else None, marker["VersionId"] if marker else None
