"""Whether what S3 holds is, byte for byte, what a file holds: by what S3 tells of it, without fetching it."""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping
from itertools import accumulate, pairwise
from typing import Any

from botocore.exceptions import ClientError

from kit.events import Source

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
_CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "ChecksumSHA256": lambda content: hashlib.sha256(content).digest(),
    "ChecksumSHA1": lambda content: hashlib.sha1(content, usedforsecurity=False).digest(),
    "ChecksumCRC32": lambda content: zlib.crc32(content).to_bytes(4, "big"),
}


def is_same(s3: Any, content: bytes, there: Source) -> bool:
    """Return whether an object has this content; what cannot be told counts as another.

    An ETag is the content's MD5, or that of its parts' MD5s and their number; neither, where KMS encrypts it.
    """
    if there.size != len(content) or not there.etag:
        return False
    if there.etag == _md5(content).hex():
        return True
    count = int(there.etag.partition("-")[2] or 0)
    where = {"Bucket": there.bucket, "Key": there.key} | ({"VersionId": there.version} if there.version else {})
    try:
        return _has_checksum(content, s3.head_object(ChecksumMode="ENABLED", **where)) or (
            count > 0 and _etag(content, _part_sizes(s3, where, count)) == there.etag
        )
    except ClientError:
        return False


def _has_checksum(content: bytes, told: Mapping[str, Any]) -> bool:
    if told.get("ChecksumType", "FULL_OBJECT") != "FULL_OBJECT":
        return False
    return any(
        base64.b64encode(digest(content)).decode() == told[name] for name, digest in _CHECKSUMS.items() if name in told
    )


def _part_sizes(s3: Any, where: dict[str, str], count: int) -> list[int]:
    sizes = []
    for number in range(1, count + 1):
        answer = s3.head_object(PartNumber=number, **where)
        if "PartsCount" not in answer:  # local clouds tell it of a GET of the newest version, whose body is left unread
            answer = s3.get_object(Bucket=where["Bucket"], Key=where["Key"], PartNumber=number)
            answer["Body"].close()
        sizes.append(answer["ContentLength"])
    return sizes


def _etag(content: bytes, sizes: list[int]) -> str:
    parts = pairwise(accumulate(sizes, initial=0))
    return f"{_md5(b''.join(_md5(content[start:stop]) for start, stop in parts)).hex()}-{len(sizes)}"


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()
