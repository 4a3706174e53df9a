"""The stand-ins do as AWS does: records and buckets in memory beside DynamoDB's and S3's, step by step."""

import hashlib
from random import Random
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from kit.errors import ObjectArchived, ObjectGone
from kit.events import Source
from kit.outputs import archived
from kit.storage import S3Storage
from records.status import Status
from services.archive.copies import Copy, S3Copies
from services.catalog.memory import MemoryRecords
from services.catalog.records import DynamoRecords
from tests.simulation.storage import ARCHIVE, MemoryCopies, VersionedStorage
from tests.support.moto import REGION
from tests.support.site import TABLE, create_table

KEY, IMAGES = "source/a.jpg", ("a", "b", "m")
STEPS, STORIES = 40, 3


def _steps(random: Random) -> list[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    """Draw calls of the records' methods: few pictures, orders and times, so that they meet."""

    def facts() -> dict[str, Any]:
        at, order = f"0{random.randint(1, 4)}", f"0{random.randint(1, 6)}"
        base = {"source_key": KEY, "upload_order": order, "entered_at": "t", "stage_x": {"at": at}}
        part = random.choice(("original", "master", "renditions", "colour", "judged_approved"))
        return base | {part: {"n": random.randint(1, 2)}}

    def order() -> str:
        return f"0{random.randint(1, 6)}"

    def one() -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        image, other, removal = random.choice(IMAGES), random.choice(IMAGES), random.random() < 0.4
        return random.choice(
            (
                ("merge", (image, facts()), {}),
                ("merge", (image, facts()), {}),
                ("complete", (image, facts() | {"renditions": [random.randint(1, 2)]}, "e"), {}),
                ("change_status", (image, random.choice(list(Status)), random.choice(list(Status)), "e"), {}),
                ("claim_newest", (KEY, order(), image), {"removal": image == "m"}),
                ("outdate", (image, order()), {"by": other, "removal": removal}),
                ("recall", (image, order()), {}),
                ("remove", (image,), {"by": other}),
                ("forget", (image, {"stage_retire": {"at": order()}}, ["colour", "master"]), {}),
                ("withdraw", (image, {"n": 1}), {}),
                ("newest", (KEY,), {}),
                ("get", (image,), {}),
            )
        )

    known: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [("merge", (image, facts()), {}) for image in IMAGES]
    return [*known, *(one() for _ in range(STEPS))]


@pytest.mark.usefixtures("cloud")
def test_records_in_memory_do_as_dynamodb_does() -> None:
    for seed in range(STORIES):
        create_table()
        real, twin = DynamoRecords(TABLE), MemoryRecords()
        for number, (method, given, words) in enumerate(_steps(Random(seed))):  # noqa: S311 - to be repeated
            said = [getattr(records, method)(*given, **words) for records in (real, twin)]
            step = f"story {seed}, step {number}: {method} {given} {words}"
            assert said[0] == said[1], step
            for image in IMAGES:
                assert real.get(image) == twin.get(image), step
        boto3.client("dynamodb").delete_table(TableName=TABLE)


def test_the_bucket_in_memory_shows_what_s3_shows(s3: Any) -> None:
    real, twin, random = S3Storage(), VersionedStorage(), Random(1)  # noqa: S311 - to be repeated
    copies = MemoryCopies(twin, lambda _: None)
    twins: dict[str, str] = {}  # S3's versions by ours
    for _ in range(60):
        key = random.choice(("a", "ab", "b"))
        match random.choice(("put", "put", "hide", "erase")):
            case "put":
                content = bytes([random.randrange(9)])
                twins[twin.put(key, content).version or ""] = s3.put_object(Bucket="source", Key=key, Body=content)[
                    "VersionId"
                ]
            case "hide" if twin.newest("source", key):
                twins[twin.hide(key).version or ""] = s3.delete_object(Bucket="source", Key=key)["VersionId"]
            case "erase" if entries := twin.versions[key]:
                version = random.choice(entries).source.version or ""
                twin.erase(key, version)
                s3.delete_object(Bucket="source", Key=key, VersionId=twins[version])
        for name in ("a", "ab", "b"):
            ours, theirs = twin.newest("source", name), real.newest("source", name)
            assert (ours and (twins[ours.version or ""], ours.etag)) == (theirs and (theirs.version, theirs.etag))
            assert ours is None or theirs is None or twin.read(ours) == real.read(theirs)
            assert twin.is_empty("source", name) == real.is_empty("source", name)
            for entry in twin.versions[name]:
                same = replace(entry.source, version=twins[entry.source.version or ""])
                assert copies.is_alone(entry.source) == S3Copies().is_alone(same)
    gone = Source(bucket="source", key="a", version="v999")
    with pytest.raises(ObjectGone):
        twin.read(gone)


def test_the_archive_in_memory_does_as_s3_does(s3: Any) -> None:
    s3.create_bucket(Bucket=ARCHIVE, CreateBucketConfiguration={"LocationConstraint": REGION})
    twin = VersionedStorage()
    ours = twin.put("a", b"bytes")
    theirs = replace(ours, version=s3.put_object(Bucket="source", Key="a", Body=b"bytes")["VersionId"])

    def erase(source: Source) -> None:
        twin.erase(source.key, source.version or "")

    copies = MemoryCopies(twin, erase)
    for source, of, reads in ((ours, copies, twin), (theirs, S3Copies(), S3Storage(ARCHIVE))):
        key = archived(source)
        assert of.look(ARCHIVE, key) is None
        made = of.make(source, ARCHIVE, key, "DEEP_ARCHIVE")
        assert of.look(ARCHIVE, key) == made == Copy(5, hashlib.sha256(b"bytes").hexdigest(), "DEEP_ARCHIVE")
        for _ in range(2):
            of.erase(source)
        assert reads.is_empty("source", "a")
        if source is ours:  # S3 has the copy restored first
            assert reads.read(source) == b"bytes"
        else:
            with pytest.raises(ObjectArchived):
                reads.read(source)
