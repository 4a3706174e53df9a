"""Uploading: parallel, and resumable because what is already there is not sent again; then waiting for the chain."""

import mimetypes
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from brigade.pictures import bucket_listing as shown
from brigade.pictures.catalog import Catalog
from brigade.pictures.local_files import LocalFile, Skip, Skipped, refuse, spellings
from brigade.pictures.same_bytes import is_same
from brigade.terminal import EXPIRED, UNKNOWN, byte_size, explain
from imaging.limits import MAX_BYTES
from kit.errors import aws_code
from kit.events import Image, Source
from records.picture import PictureRecord
from records.status import OUTDATED, SETTLED

_PARALLEL = 8
POLL_S = 0.25
# Poll the first 50 plus a rotating 50: together one request, see brigade.pictures.catalog.
_LOOK = 50
# So many files that have no beginning in common are asked for one by one.
FEW = 200

# What no other file will fare better with.
_HOPELESS = EXPIRED | UNKNOWN | {"NoSuchBucket", "RequestTimeTooSkewed"}

Presence = Callable[[str], Source | None]


@dataclass(frozen=True)
class Uploaded:
    """One file in the source bucket. ``there``: the version that had the very same bytes already, so none was sent."""

    file: LocalFile
    image_id: str
    there: Source | None = None


def upload(s3: Any, bucket: str, files: list[LocalFile], skip: Skip = refuse) -> Iterator[Uploaded]:
    """Yield every file as soon as it is in the bucket; ``skip`` is called with those that were not sent.

    Those cannot be read, are too large, or were refused by S3. What every other file would meet too, as a bucket that
    is not there, stops what has not begun and is raised.
    """
    present = _presence(s3, bucket, files)
    with ThreadPoolExecutor(_PARALLEL) as pool:
        work = [pool.submit(_upload_one, s3, bucket, file, present) for file in files]
        try:
            for done in as_completed(work):
                one = done.result()
                if isinstance(one, Skipped):
                    skip(one)
                else:
                    yield one
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _presence(s3: Any, bucket: str, files: list[LocalFile]) -> Presence:
    """Return what tells a key's newest version, None where there is none.

    What is asked follows the files, not the bucket, which may hold millions of others.
    """
    keys = {key for file in files for key in spellings(file.key)}
    common = os.path.commonprefix(list(keys))  # noqa: RUF071 - S3 knows no folders
    if common or len(files) > FEW:
        return {source.key: source for source in shown.below(s3, bucket, common) if source.key in keys}.get
    return lambda key: shown.at(s3, bucket, key)[0]


def _upload_one(s3: Any, bucket: str, file: LocalFile, present: Presence) -> Uploaded | Skipped:
    try:
        if (size := file.path.stat().st_size) > MAX_BYTES:
            return Skipped(file.path, f"{byte_size(size)}, and at most {byte_size(MAX_BYTES)} are admitted")
        content = file.path.read_bytes()
    except OSError as error:
        return Skipped(file.path, error.strerror or str(error))
    for key in spellings(file.key):
        there = present(key)
        if there and is_same(s3, content, there):
            return Uploaded(file, Image.of(there).id, there)
    media_type = mimetypes.guess_type(file.path.name)[0] or "application/octet-stream"
    try:
        answer = s3.put_object(Bucket=bucket, Key=file.key, Body=content, ContentType=media_type)
    except ClientError as error:
        if aws_code(error) in _HOPELESS:
            raise
        return Skipped(file.path, explain(error).message)
    return Uploaded(file, Image.of(Source(bucket=bucket, key=file.key, version=answer["VersionId"])).id)


def wait(catalog: Catalog, image_ids: list[str], seconds: float, settled: Callable[[PictureRecord], None]) -> list[str]:
    """Call ``settled`` with each picture's record when nothing more will happen to it.

    Returns the ids of those that were not settled within so many seconds without any progress.
    """
    open_ids = dict.fromkeys(image_ids)
    deadline = time.monotonic() + seconds
    start = 0
    while open_ids and time.monotonic() < deadline:
        looked_at, start = _look_at(list(open_ids), start)
        done = [record for record in catalog.get(looked_at).values() if record.status in SETTLED]
        for record in done:
            del open_ids[record.image_id]
            settled(record)
        if done:
            deadline = time.monotonic() + seconds
        if open_ids and len(done) < len(looked_at) / 2:
            time.sleep(POLL_S)
    return list(open_ids)


def wait_for_recall(catalog: Catalog, image_ids: list[str], seconds: float) -> None:
    """Wait, at most so long, until none of these pictures reads SUPERSEDED or REMOVED any more."""
    deadline = time.monotonic() + seconds
    while any(record.status in OUTDATED for record in catalog.get(image_ids).values()):
        if time.monotonic() > deadline:
            return
        time.sleep(POLL_S)


def _look_at(open_ids: list[str], start: int) -> tuple[list[str], int]:
    """Return which pictures to look at, and where to go on: thousands are not read again at every look.

    The first, which settle first as a rule, and then all others in turn.
    """
    start = start % len(open_ids)
    stop = start + _LOOK
    return list(dict.fromkeys(open_ids[:_LOOK] + open_ids[start:stop])), stop
