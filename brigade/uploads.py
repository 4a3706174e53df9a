"""Uploading: parallel, and resumable because what is already there is not sent again; then waiting for the chain."""

import hashlib
import mimetypes
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from brigade.catalogue import Catalogue
from brigade.console import OperatorError, byte_size
from brigade.files import LocalFile
from imaging.limits import MAX_BYTES
from kit.events import Image, Source
from services.catalog.status import SETTLED

_PARALLEL = 8
_POLL_S = 0.25
# At each look so many pictures, and so many others: together one request, see brigade.catalogue.
_LOOK = 50
# So many files that have no beginning in common are asked for one by one.
_FEW = 200

Version = tuple[str, str]  # its id, its content's MD5
Presence = Callable[[str], Version | None]


@dataclass(frozen=True)
class Uploaded:
    """One file in the source bucket. ``sent`` is false where the very same bytes were already there."""

    file: LocalFile
    image_id: str
    sent: bool


@dataclass(frozen=True)
class Skipped:
    """One file that was not sent, and why: it cannot be read, or it is larger than what is admitted."""

    file: LocalFile
    why: str


def _refuse(skipped: Skipped) -> None:
    raise OperatorError(f"{skipped.file.path} was not uploaded: {skipped.why}", "mend that, then repeat")


def upload(
    s3: Any, bucket: str, files: list[LocalFile], skip: Callable[[Skipped], None] = _refuse
) -> Iterator[Uploaded]:
    """Yield every file as soon as it is in the bucket; ``skip`` is called with those that were not sent.

    The first failure of another kind stops what has not begun and is raised.
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
    """Return what tells version and MD5 of a key's newest version, None where there is none.

    What is asked follows the files, not the bucket, which may hold millions of others.
    """
    common = os.path.commonprefix([file.key for file in files])  # noqa: RUF071 - S3 knows no folders
    if common or len(files) > _FEW:
        return _listed(s3, bucket, common).get
    return partial(_asked, s3, bucket)


def _listed(s3: Any, bucket: str, prefix: str) -> dict[str, Version]:
    newest = newest_versions(s3, bucket, prefix)
    return {version["Key"]: (version["VersionId"], version["ETag"].strip('"')) for version in newest}


def newest_versions(s3: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield what S3 tells of the newest version of every key that begins so, but for those that are deleted."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        yield from (version for version in page.get("Versions", []) if version["IsLatest"])


def _asked(s3: Any, bucket: str, key: str) -> Version | None:
    try:
        found = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return None
        raise
    return found["VersionId"], found["ETag"].strip('"')


def _upload_one(s3: Any, bucket: str, file: LocalFile, present: Presence) -> Uploaded | Skipped:
    try:
        if (size := file.path.stat().st_size) > MAX_BYTES:
            return Skipped(file, f"{byte_size(size)}, and at most {byte_size(MAX_BYTES)} are admitted")
        content = file.path.read_bytes()
    except OSError as error:
        return Skipped(file, error.strerror or str(error))
    there = present(file.key)
    # One put_object with S3's own encryption: its ETag is the content's MD5.
    if there and there[1] == hashlib.md5(content, usedforsecurity=False).hexdigest():
        return Uploaded(file, _image_id(bucket, file, there[0]), sent=False)
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
    open_ids = dict.fromkeys(image_ids)
    deadline = time.monotonic() + seconds
    start = 0
    while open_ids and time.monotonic() < deadline:
        looked_at, start = _look_at(list(open_ids), start)
        done = [record for record in catalogue.get(looked_at).values() if record["status"] in SETTLED]
        for record in done:
            del open_ids[record["image_id"]]
            settled(record)
        if done:
            deadline = time.monotonic() + seconds
        if open_ids and len(done) < len(looked_at) / 2:
            time.sleep(_POLL_S)
    return list(open_ids)


def _look_at(open_ids: list[str], start: int) -> tuple[list[str], int]:
    """Return which pictures to look at, and where to go on: thousands are not read again at every look.

    The first, which settle first as a rule, and then all others in turn.
    """
    start = start % len(open_ids)
    stop = start + _LOOK
    return list(dict.fromkeys(open_ids[:_LOOK] + open_ids[start:stop])), stop
