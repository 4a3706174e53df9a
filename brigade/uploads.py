"""Uploading: parallel, and resumable because what is already there is not sent again; then waiting for the chain."""

import hashlib
import mimetypes
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from brigade.catalogue import Catalogue
from brigade.files import LocalFile
from kit.events import Image, Source
from services.catalog.record import Status

_PARALLEL = 8
_POLL_S = 0.25
_SETTLED = {Status.READY, Status.FAILED, Status.SUPERSEDED}


@dataclass(frozen=True)
class Uploaded:
    """One file in the source bucket. ``sent`` is false where the very same bytes were already there."""

    file: LocalFile
    image_id: str
    sent: bool


def upload(s3: Any, bucket: str, files: list[LocalFile]) -> Iterator[Uploaded]:
    """Yield every file as soon as it is in the bucket; the first failure stops what has not begun and is raised."""
    present = _present(s3, bucket, files)
    with ThreadPoolExecutor(_PARALLEL) as pool:
        work = [pool.submit(_upload_one, s3, bucket, file, present.get(file.key)) for file in files]
        try:
            for done in as_completed(work):
                yield done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _present(s3: Any, bucket: str, files: list[LocalFile]) -> dict[str, tuple[str, str]]:
    """Return ``{key: (version, MD5)}`` of the newest versions below what the keys have in common."""
    keys = [file.key for file in files]
    low, high = min(keys), max(keys)
    common = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    found = {}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=low[:common]):
        for version in page.get("Versions", []):
            if version["IsLatest"]:
                found[version["Key"]] = (version["VersionId"], version["ETag"].strip('"'))
    return found


def _upload_one(s3: Any, bucket: str, file: LocalFile, present: tuple[str, str] | None) -> Uploaded:
    content = file.path.read_bytes()
    # One put_object with S3's own encryption: its ETag is the content's MD5.
    if present and present[1] == hashlib.md5(content, usedforsecurity=False).hexdigest():
        return Uploaded(file, _image_id(bucket, file, present[0]), sent=False)
    media_type = mimetypes.guess_type(file.path.name)[0] or "application/octet-stream"
    answer = s3.put_object(Bucket=bucket, Key=file.key, Body=content, ContentType=media_type)
    return Uploaded(file, _image_id(bucket, file, answer["VersionId"]), sent=True)


def _image_id(bucket: str, file: LocalFile, version: str) -> str:
    return Image.of(Source(bucket=bucket, key=file.key, version=version)).id


def wait(
    catalogue: Catalogue, image_ids: list[str], seconds: float, settled: Callable[[dict[str, Any]], None]
) -> list[str]:
    """Call ``settled`` with each picture's record when nothing more will happen to it.

    Returns the ids of those that were not settled within so many seconds without any progress.
    """
    open_ids = list(dict.fromkeys(image_ids))
    deadline = time.monotonic() + seconds
    while open_ids and time.monotonic() < deadline:
        for record in catalogue.get(open_ids).values():
            if record["status"] in _SETTLED:
                open_ids.remove(record["image_id"])
                settled(record)
                deadline = time.monotonic() + seconds
        if open_ids:
            time.sleep(_POLL_S)
    return open_ids
