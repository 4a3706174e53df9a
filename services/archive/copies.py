"""Originals and their copies in S3."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

from kit import aws
from kit.errors import ObjectGone, aws_code
from kit.events import Source
from kit.retry import call
from kit.storage import get, meaning

# What says how an object is to be read, and what its owner has noted; tags stay behind.
_KEPT = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Metadata")


@dataclass(frozen=True)
class Copy:
    """An object as S3 describes it; ``sha256`` is S3's own, hexadecimal, empty where it has none."""

    bytes: int
    sha256: str
    storage_class: str


class Copies(Protocol):
    """What is done with originals and their copies. Every method may raise Retryable and AccessDenied."""

    def look(self, bucket: str, key: str) -> Copy | None:
        """Return what is stored under a key, also what must be restored before it can be read; None: nothing."""

    def make(self, source: Source, bucket: str, key: str, storage_class: str) -> Copy:
        """Copy exactly that version; what S3 stores has the SHA-256 of what it gave, or nothing is stored.

        Raises ObjectGone and ObjectArchived.
        """

    def is_alone(self, source: Source) -> bool:
        """Whether S3 would show no other upload under its key if this version were gone."""

    def erase(self, source: Source) -> None:
        """Delete exactly that version for ever; one that is gone already is no failure."""


class S3Copies:
    """S3."""

    def look(self, bucket: str, key: str) -> Copy | None:
        try:
            head = _ask("head_object", Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        except ObjectGone:
            return None
        checksum = base64.b64decode(head.get("ChecksumSHA256", "")).hex()
        return Copy(head["ContentLength"], checksum, head.get("StorageClass", "STANDARD"))

    def make(self, source: Source, bucket: str, key: str, storage_class: str) -> Copy:
        # CopyObject would tell the SHA-256 of what it has stored, but there is none of the source to compare it with:
        # so the bytes come through here. Admission takes no picture above imaging.limits.MAX_BYTES.
        content, found = get(source)
        digest = hashlib.sha256(content)
        _ask(
            "put_object",
            Bucket=bucket,
            Key=key,
            Body=content,
            StorageClass=storage_class,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=base64.b64encode(digest.digest()).decode(),  # S3 refuses other bytes
            **{name: found[name] for name in _KEPT if found.get(name)},
        )
        return Copy(len(content), digest.hexdigest(), storage_class)

    def is_alone(self, source: Source) -> bool:
        # A key sorts before those that begin with it, its newest version before the older ones.
        page = _ask("list_object_versions", Bucket=source.bucket, Prefix=source.key, MaxKeys=2)
        return not any(
            each["Key"] == source.key and each["VersionId"] != source.version for each in page.get("Versions", [])
        )

    def erase(self, source: Source) -> None:
        _ask("delete_object", Bucket=source.bucket, Key=source.key, VersionId=source.version)


def _ask(operation: str, **words: Any) -> Any:
    try:
        return call(getattr(aws.client("s3"), operation), **words)
    except ClientError as error:
        if aws_code(error) == "404":  # HEAD's answer has no body, hence no code
            raise ObjectGone(str(error)) from error
        raise meaning(error) from error
