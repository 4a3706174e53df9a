"""Objects in buckets: one protocol, and S3 behind it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

from botocore.exceptions import ClientError

from kit import aws, outputs
from kit.batches import DENIED, delete_objects
from kit.errors import AccessDenied, ObjectArchived, ObjectGone, ServiceUnavailable, aws_code
from kit.events import Source
from kit.retry import call

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
MAX_DELETED = 1_000


class Storage(Protocol):
    """Where objects are. Every method may raise Retryable; reading raises what kit.errors.READING names."""

    def read(self, source: Source) -> bytes:
        """Return the whole of exactly that version: of one that is gone, from its copy in the archive."""

    def read_range(self, source: Source, start: int, stop: int) -> bytes:
        """Return bytes ``start`` to ``stop`` (exclusive), fewer at the object's end."""

    def read_part(self, source: Source, start: int, stop: int | None) -> tuple[bytes, dict[str, str]]:
        """Return the same bytes (None: to the end), and the metadata that the object was uploaded with."""

    def newest(self, bucket: str, key: str) -> Source | None:
        """Return the version that S3 shows under a key; None where there is none, or a delete marker."""

    def is_empty(self, bucket: str, key: str) -> bool:
        """Whether S3 has neither a version nor a delete marker of a key."""

    def write(self, bucket: str, key: str, content: bytes, media_type: str, caching: str = "") -> None:
        """Store an object, whole or not at all; ``caching`` is its Cache-Control."""

    def stored(self, bucket: str, prefix: str) -> dict[str, datetime]:
        """Return the keys with this prefix, each with the time when its object was stored."""

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete these objects; one that is gone already is no failure."""


class S3Storage:
    """S3. get_object and put_object only: transfer threads lose the trace's segment.

    ``archive`` is the bucket with copies of originals; empty: there is none.
    """

    def __init__(self, archive: str = "") -> None:
        self._archive = archive

    def read(self, source: Source) -> bytes:
        return self._get(source)[0]

    def read_range(self, source: Source, start: int, stop: int) -> bytes:
        return self.read_part(source, start, stop)[0]

    def read_part(self, source: Source, start: int, stop: int | None) -> tuple[bytes, dict[str, str]]:
        part = {"Range": f"bytes={start}-{stop - 1 if stop else ''}"} if start or stop else {}
        content, answer = self._get(source, **part)
        return content, answer.get("Metadata", {})

    def newest(self, bucket: str, key: str) -> Source | None:
        found = latest(_newest_entry(bucket, key).get("Versions", []), key)
        return listed(bucket, found) if found else None

    def is_empty(self, bucket: str, key: str) -> bool:
        page = _newest_entry(bucket, key)
        return not latest([*page.get("Versions", []), *page.get("DeleteMarkers", [])], key)

    def write(self, bucket: str, key: str, content: bytes, media_type: str, caching: str = "") -> None:
        more: dict[str, Any] = {"CacheControl": caching} if caching else {}
        call(aws.client("s3").put_object, Bucket=bucket, Key=key, Body=content, ContentType=media_type, **more)

    def stored(self, bucket: str, prefix: str) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        more: dict[str, Any] = {}
        while True:
            page = call(aws.client("s3").list_objects_v2, Bucket=bucket, Prefix=prefix, **more)
            found |= {each["Key"]: each["LastModified"] for each in page.get("Contents", [])}
            if "NextContinuationToken" not in page:
                return found
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        left = iter(keys)
        while some := [{"Key": key} for key in islice(left, MAX_DELETED)]:
            if refused := delete_objects(aws.client("s3"), bucket, some, ask=call):
                why = ServiceUnavailable if all(each.passing for each in refused) else AccessDenied
                raise why(
                    f"{len(refused)} objects were not deleted, the first: {refused[0].thing['Key']}: {refused[0]}"
                )

    def _get(self, source: Source, **more: str) -> tuple[bytes, dict[str, Any]]:
        try:
            return get(source, **more)
        except ObjectGone:
            if not (self._archive and source.version):
                raise
        return get(Source(bucket=self._archive, key=outputs.archived(source)), **more)


def get(source: Source, **more: Any) -> tuple[bytes, dict[str, Any]]:
    """Return the bytes of exactly that version, and S3's answer; raises what kit.errors.READING names."""
    if source.version:
        more["VersionId"] = source.version
    elif source.etag:
        # Without versions, an overwrite between event and read is refused rather than mixed in.
        more["IfMatch"] = source.etag

    def ask() -> tuple[bytes, dict[str, Any]]:  # the body too is read under the retry policy
        answer = aws.client("s3").get_object(Bucket=source.bucket, Key=source.key, **more)
        return answer["Body"].read(), dict(answer)

    try:
        return call(ask)
    except ClientError as error:
        raise meaning(error) from error


def _newest_entry(bucket: str, key: str) -> dict[str, Any]:
    # A listing and no HEAD: who may list need not be allowed to read. A key sorts before those that begin with it,
    # its newest version or marker before the older ones.
    return dict(call(aws.client("s3").list_object_versions, Bucket=bucket, Prefix=key, MaxKeys=1))


def latest(entries: Iterable[dict[str, Any]], key: str) -> dict[str, Any] | None:
    """Return a key's newest entry among a listing's versions or delete markers; None without one."""
    return next((each for each in entries if each["Key"] == key and each["IsLatest"]), None)


def listed(bucket: str, version: dict[str, Any]) -> Source:
    """Return one version of a listing; a listing has no sequencers."""
    return Source(
        bucket=bucket,
        key=version["Key"],
        version=None if version["VersionId"] == "null" else version["VersionId"],
        etag=version["ETag"].strip('"'),
        size=version["Size"],
        uploaded_at=version["LastModified"].astimezone(UTC).isoformat().replace("+00:00", "Z"),
    )


def meaning(error: ClientError) -> Exception:
    """Translate S3's refusal to return an object; return the same error where the cause is not the object.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. Where a customer keeps the key (SSE-C), reading
    without it is an invalid request.
    """
    code = aws_code(error)
    if code == "InvalidObjectState":
        return ObjectArchived(f"restore the object, then redrive this: {error}")
    if code in (DENIED, "InvalidRequest") or code.startswith("KMS."):
        return AccessDenied(f"let the function's role read the object and use its key, then redrive this: {error}")
    return error
