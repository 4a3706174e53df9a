"""Objects in buckets: S3 and its twin in memory keep the same promises."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from brigade.inline.memory_storage import MemoryStorage
from kit import aws
from kit.backoff import Policy
from kit.errors import AccessDenied, ObjectArchived, ObjectGone, ServiceUnavailable, Throttled
from kit.events import Source
from kit.storage import S3Storage, Storage

# The MD5 of b"first" and b"second", as S3 tells it.
ETAG_OF_FIRST, ETAG_OF_SECOND = "8b04d5e3775d298e78455efc5ca404d5", "a9f0e61a137d86aa9db53465e0801612"
THING = Source(bucket="source", key="dir/a b+ü(1)%.jpg")


@pytest.fixture(params=["S3", "memory"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "memory":
        return MemoryStorage()
    request.getfixturevalue("s3")
    return S3Storage()


def test_what_is_written_can_be_read(storage: Storage) -> None:
    storage.write(THING.bucket, THING.key, b"0123456789", "image/jpeg")
    assert storage.read(THING) == b"0123456789"


@pytest.mark.parametrize(("start", "stop", "part"), [(0, 4, b"0123"), (3, 5, b"34"), (8, 99, b"89")])
def test_a_range_is_read_without_its_end(storage: Storage, start: int, stop: int, part: bytes) -> None:
    storage.write(THING.bucket, THING.key, b"0123456789", "image/jpeg")
    assert storage.read_range(THING, start, stop) == part


def test_a_part_comes_with_what_the_object_was_uploaded_with(s3: Any) -> None:
    s3.put_object(Bucket=THING.bucket, Key=THING.key, Body=b"0123456789", Metadata={"origin": "drive:a.jpg"})
    assert S3Storage().read_part(THING, 3, 5) == (b"34", {"origin": "drive:a.jpg"})


def test_writing_twice_replaces(storage: Storage) -> None:
    for content in (b"old", b"new"):
        storage.write(THING.bucket, THING.key, content, "image/jpeg")
    assert storage.read(THING) == b"new"


def test_everything_below_a_prefix_is_deleted_and_nothing_else(storage: Storage) -> None:
    for key in ("a/1", "a/2", "ab", "b/1"):
        storage.write("source", key, b"x", "image/jpeg")
    for _ in range(2):
        storage.delete("source", [*storage.stored("source", "a/"), "a/1"])
    assert sorted(storage.stored("source", "")) == ["ab", "b/1"]


def test_it_is_known_when_an_object_was_stored(storage: Storage) -> None:
    before = datetime.now(UTC).replace(microsecond=0)  # S3 knows no less than a second
    storage.write("source", "a", b"x", "image/jpeg")
    [at] = storage.stored("source", "").values()
    assert before <= at <= datetime.now(UTC)


def test_more_than_a_page_of_objects_is_deleted(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "5")
    monkeypatch.setattr("kit.storage.MAX_DELETED", 5)
    for number in range(11):
        s3.put_object(Bucket="source", Key=f"a/{number}", Body=b"")
    keys = S3Storage().stored("source", "a/")
    assert len(keys) == 11
    S3Storage().delete("source", keys)
    assert S3Storage().stored("source", "a/") == {}


def test_what_may_be_cached_says_so(s3: Any) -> None:
    S3Storage().write("source", "a", b"x", "image/jpeg", "public, max-age=31536000, immutable")
    S3Storage().write("source", "b", b"x", "image/jpeg")
    said = [s3.head_object(Bucket="source", Key=key).get("CacheControl") for key in ("a", "b")]
    assert said == ["public, max-age=31536000, immutable", None]


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(("code", "raised"), [("InternalError", ServiceUnavailable), ("AccessDenied", AccessDenied)])
def test_an_object_that_was_not_deleted_is_no_success(
    code: str, raised: type[Exception], s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put_object(Bucket="source", Key="a", Body=b"")
    error = {"Key": "a", "Code": code, "Message": "not so"}
    monkeypatch.setattr(aws.client("s3"), "delete_objects", lambda **_: {"Errors": [error]})
    with pytest.raises(raised, match=f"1 objects were not deleted, the first: a: {code}: not so"):
        S3Storage().delete("source", ["a"])


@pytest.mark.usefixtures("no_waiting")
def test_objects_that_were_not_deleted_at_first_are_deleted_and_the_others_not_again(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("a", "b"):
        s3.put_object(Bucket="source", Key=key, Body=b"")
    client, asked = aws.client("s3"), []
    delete = client.delete_objects

    def in_part(Bucket: str, Delete: Any) -> dict[str, Any]:  # noqa: N803 - boto3's words
        asked.append([each["Key"] for each in Delete["Objects"]])
        if len(asked) > 1:
            return dict(delete(Bucket=Bucket, Delete=Delete))
        delete(Bucket=Bucket, Delete={"Objects": [{"Key": "a"}]})
        return {"Errors": [{"Key": "b", "Code": "SlowDown", "Message": ""}]}

    monkeypatch.setattr(client, "delete_objects", in_part)
    S3Storage().delete("source", ["a", "b"])
    assert asked == [["a", "b"], ["b"]]


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_object_says_that_it_must_be_restored(storage_class: str, s3: Any) -> None:
    s3.put_object(Bucket="source", Key="a", Body=b"x", StorageClass=storage_class)
    with pytest.raises(ObjectArchived, match=r"restore the object, then redrive this: .*InvalidObjectState"):
        S3Storage().read_range(Source(bucket="source", key="a"), 0, 4)


# As S3 words them: a policy, another account's key, a key that is disabled or deleted, a key that the customer keeps.
KEPT = {
    "AccessDenied": "Access Denied",
    "KMS.DisabledException": "arn:aws:kms:… is disabled.",
    "KMS.KMSInvalidStateException": "arn:aws:kms:… is pending deletion.",
    "KMS.NotFoundException": "Key 'arn:aws:kms:…' does not exist",
    "InvalidRequest": "The object was stored using a form of Server Side Encryption. The correct parameters must be "
    "provided to retrieve the object.",
}


class Refusing:
    """An S3 that hands nothing out."""

    def __init__(self, code: str) -> None:
        self.asked = 0
        said = {"Error": {"Code": code, "Message": KEPT.get(code, "")}, "ResponseMetadata": {"HTTPStatusCode": 403}}
        self._error = ClientError(said, "GetObject")  # type: ignore[arg-type]

    def get_object(self, **_: str) -> None:
        self.asked += 1
        raise self._error


@pytest.mark.parametrize("code", KEPT)
def test_an_object_that_is_kept_from_us_says_so_at_once_in_awss_words(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Refusing(code)
    monkeypatch.setattr(aws, "client", lambda _: service)
    with pytest.raises(AccessDenied) as raised:
        S3Storage().read(THING)
    assert "then redrive this" in raised.value.detail
    assert KEPT[code] in raised.value.detail
    assert service.asked == 1


def test_what_no_object_can_help_stays_the_bug_that_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "client", lambda _: Refusing("NoSuchBucket"))
    with pytest.raises(ClientError, match="NoSuchBucket"):
        S3Storage().read(THING)


def test_keys_are_throttled_too(monkeypatch: pytest.MonkeyPatch, no_waiting: None) -> None:
    monkeypatch.setattr(aws, "client", lambda _: Refusing("KMS.ThrottlingException"))
    with pytest.raises(Throttled):
        S3Storage().read(THING)


@pytest.mark.parametrize("how", ["read", "read_range"])
def test_what_is_not_there_is_gone(storage: Storage, how: str) -> None:
    read: dict[str, Callable[[], bytes]] = {
        "read": lambda: storage.read(THING),
        "read_range": lambda: storage.read_range(THING, 0, 4),
    }
    with pytest.raises(ObjectGone):
        read[how]()


def test_the_named_version_is_read_whatever_was_written_since(s3: Any) -> None:
    first = s3.put_object(Bucket="source", Key="a", Body=b"first")["VersionId"]
    s3.put_object(Bucket="source", Key="a", Body=b"second")
    source = Source(bucket="source", key="a", version=first)
    assert S3Storage().read(source) == b"first"
    assert S3Storage().read_range(source, 0, 2) == b"fi"


def test_a_version_that_was_deleted_is_gone(s3: Any) -> None:
    version = s3.put_object(Bucket="source", Key="a", Body=b"first")["VersionId"]
    s3.delete_object(Bucket="source", Key="a", VersionId=version)
    with pytest.raises(ObjectGone):
        S3Storage().read(Source(bucket="source", key="a", version=version))


def test_without_versions_an_overwrite_is_refused_rather_than_mixed_in(s3: Any) -> None:
    etag = s3.put_object(Bucket="source", Key="a", Body=b"first")["ETag"].strip('"')
    source = Source(bucket="source", key="a", etag=etag)
    assert S3Storage().read(source) == b"first"
    s3.put_object(Bucket="source", Key="a", Body=b"second")
    with pytest.raises(ObjectGone):
        S3Storage().read(source)


def test_the_newest_version_is_what_s3_shows(s3: Any) -> None:
    def newest() -> Source | None:
        return S3Storage().newest("source", "a+b ü.jpg")

    s3.put_object(Bucket="source", Key="a+b ü.jpg.bak", Body=b"another")
    assert newest() is None
    first, second = (
        s3.put_object(Bucket="source", Key="a+b ü.jpg", Body=body)["VersionId"] for body in (b"first", b"second")
    )
    found = newest()
    assert found
    assert (found.key, found.version, found.size, found.etag) == ("a+b ü.jpg", second, 6, ETAG_OF_SECOND)
    assert found.uploaded_at.endswith("Z")
    s3.delete_object(Bucket="source", Key="a+b ü.jpg", VersionId=second)
    assert (found := newest())
    assert found.version == first
    s3.delete_object(Bucket="source", Key="a+b ü.jpg")
    assert newest() is None


def test_without_versions_the_newest_is_told_by_its_content(storage: Storage) -> None:
    bucket = boto3.client("s3")
    if isinstance(storage, S3Storage):
        bucket.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Suspended"})
    assert storage.newest("source", "a") is None
    storage.write("source", "a", b"first", "image/jpeg")
    found = storage.newest("source", "a")
    assert found
    assert (found.version, found.etag) == (None, ETAG_OF_FIRST)


def test_an_object_carries_its_media_type(s3: Any) -> None:
    S3Storage().write("source", "a.webp", b"x", "image/webp")
    assert s3.head_object(Bucket="source", Key="a.webp")["ContentType"] == "image/webp"


class HalfWay:
    """An S3 whose answers break off in the body, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.asked = 0

    def get_object(self, **_: str) -> dict[str, StreamingBody]:
        self.asked += 1
        got = b"0123" if self.asked <= self.times else b"0123456789"
        return {"Body": StreamingBody(BytesIO(got), content_length=10)}


def test_a_body_that_breaks_off_is_asked_for_again(monkeypatch: pytest.MonkeyPatch, no_waiting: None) -> None:
    service = HalfWay(times=2)
    monkeypatch.setattr(aws, "client", lambda _: service)
    assert S3Storage().read(THING) == b"0123456789"
    assert service.asked == 3


def test_a_body_that_always_breaks_off_is_a_passing_failure(monkeypatch: pytest.MonkeyPatch, no_waiting: None) -> None:
    service = HalfWay(times=99)
    monkeypatch.setattr(aws, "client", lambda _: service)
    with pytest.raises(ServiceUnavailable, match="IncompleteReadError"):
        S3Storage().read(THING)
    assert service.asked == Policy().attempts
