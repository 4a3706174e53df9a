"""What S3 tells of an object says whether a file holds the same: its ETag, its parts, its checksums."""

import hashlib
from typing import Any

import pytest
from msgspec.structs import replace

from brigade.pictures import bucket_listing as shown
from brigade.pictures.same_bytes import is_same
from kit.events import Source

MIB = 1024 * 1024


def there(s3: Any) -> Source:
    source, _ = shown.at(s3, "source", "k")
    assert source
    return source


def put_in_parts(s3: Any, *parts: bytes) -> None:
    where = {"Bucket": "source", "Key": "k"}
    where["UploadId"] = s3.create_multipart_upload(**where)["UploadId"]
    sent = [
        {"PartNumber": number, "ETag": s3.upload_part(**where, PartNumber=number, Body=part)["ETag"]}
        for number, part in enumerate(parts, 1)
    ]
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": sent})


def content(size: int) -> bytes:
    return hashlib.shake_128(b"seed").digest(size)


@pytest.mark.parametrize(
    "sizes",
    [[8 * MIB, 1000], [5 * MIB, 5 * MIB, 7], [1000], [6_000_001, 5], [7 * MIB, 5 * MIB, 100]],
    ids=["the AWS CLI's", "5 MiB", "one part", "an odd size", "unequal"],
)
def test_an_object_that_came_in_parts_is_known_by_its_parts(s3: Any, sizes: list[int]) -> None:
    whole = content(sum(sizes))
    parts = [whole[sum(sizes[:n]) : sum(sizes[: n + 1])] for n in range(len(sizes))]
    put_in_parts(s3, *parts)
    assert "-" in str(there(s3).etag)
    assert is_same(s3, whole, there(s3))
    assert not is_same(s3, whole[:-1] + b"x", there(s3))
    assert not is_same(s3, whole[:-1], there(s3))


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA1", "CRC32"])
def test_where_the_etag_tells_nothing_a_checksum_does(s3: Any, algorithm: str) -> None:
    s3.put_object(Bucket="source", Key="k", Body=b"content", ChecksumAlgorithm=algorithm)
    encrypted = replace(there(s3), etag="0123456789abcdef0123456789abcdef")
    assert is_same(s3, b"content", encrypted)
    assert not is_same(s3, b"another", encrypted)


class Telling:
    """An S3 that tells this of everything."""

    def __init__(self, **told: Any) -> None:
        self.told = told

    def head_object(self, **_: Any) -> dict[str, Any]:
        return self.told


def test_a_checksum_of_the_parts_checksums_is_not_taken_for_the_contents() -> None:
    crc = "AAAAAA=="  # of no bytes
    told = Source(bucket="b", key="k", etag="0" * 32, size=0)
    assert is_same(Telling(ChecksumCRC32=crc, ChecksumType="FULL_OBJECT"), b"", told)
    assert not is_same(Telling(ChecksumCRC32=crc, ChecksumType="COMPOSITE"), b"", told)


def test_what_may_not_be_asked_counts_as_another(s3: Any) -> None:
    s3.put_object(Bucket="source", Key="k", Body=b"content")
    assert not is_same(s3, b"another", replace(there(s3), version="gone"))
