"""An original goes to the archive, is worked on again from there, and leaves nothing when its picture is removed."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from brigade.deploy import deployment, kept
from brigade.pipeline import Pipeline
from brigade.queue_counts import counts
from infra import names
from infra.parameters import GRACE_SECONDS
from kit import outputs
from records.status import Status
from services.archive.actor import ARCHIVE, KEEPS_ORIGINALS, STORAGE_CLASS
from tests.support import pictures
from tests.support.journey import Brigade, Journey, until

STACK = "journeys-archive"
CHOSEN = {STORAGE_CLASS.name: "GLACIER", KEEPS_ORIGINALS.name: "no", GRACE_SECONDS: "0"}


@pytest.fixture(scope="module")
def archiving(journey: Journey, recipes: Path) -> Iterator[Journey]:
    """A stack that archives, and keeps no originals."""
    if journey.own_cloud is None:
        pytest.skip("restores in seconds on the built-in local cloud alone")
    target = journey.pipeline.target
    stack = deployment.deploy(target, STACK, recipes=recipes, version="test", settings=CHOSEN)
    yield replace(journey, pipeline=Pipeline(stack))
    left = kept.by(stack)
    deployment.destroy(stack)
    kept.delete(target, left)


def there(journey: Journey, bucket: str, prefix: str) -> list[str]:
    found = journey.pipeline.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return [each["Key"] for each in found]


def test_an_original_goes_to_the_archive_and_its_picture_lives_on(
    archiving: Journey, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIGADE_STACK", STACK)
    s3, archive = archiving.pipeline.s3, str(archiving.pipeline.archive_bucket)
    key, content = "in/larch & birch.jpg", pictures.jpeg()
    image = archiving.put(key, content)

    def record() -> dict[str, Any]:
        return archiving.record(image.id)

    until(lambda: archiving.pipeline.catalog.get([image.id]) and record()["original_gone"], "the original to be gone")
    first = record()
    assert (first["status"], first["failures"]) == (Status.READY, {})
    copy = {"Bucket": archive, "Key": outputs.archived(image.source)}
    assert (first["archived"]["bucket"], first["archived"]["key"]) == tuple(copy.values())
    assert first["archived"]["sha256"] == hashlib.sha256(content).hexdigest()
    head = s3.head_object(**copy)
    assert (head["StorageClass"], head["ContentLength"]) == ("GLACIER", len(content))
    assert not s3.list_object_versions(Bucket=archiving.pipeline.source_bucket, Prefix=key).get("Versions")
    assert all(archiving.stored(rendition) for rendition in first["renditions"])
    assert "nothing is missing" in brigade("missing")
    assert "GLACIER" in brigade("show", key)

    assert "`brigade restore` makes them readable" in brigade("rerun", "--from", "normalize", "--yes", key, code=1)
    assert "asked for, 3 to 5 hours" in brigade("restore", "--yes", "--days", "2", key)
    until(lambda: 'ongoing-request="false"' in s3.head_object(**copy).get("Restore", ""), "the copy to be restored")
    assert s3.get_object(**copy)["Body"].read() == content

    brigade("rerun", "--from", "normalize", "--yes", "--prefix", "in/larch")
    until(lambda: record()["stages"]["resize"]["at"] > first["stages"]["resize"]["at"], "the picture to be made again")
    until(lambda: record()["status"] == Status.READY, "it to be READY again")
    again = record()
    assert (again["archived"], again["original_gone"]) == (first["archived"], first["original_gone"])
    assert (again["source"], again["failures"]) == (first["source"], {})

    s3.delete_object(Bucket=archiving.pipeline.source_bucket, Key=key)
    # The local cloud does not announce it where there was no object left: that is seen, and mended.
    assert "S3 does not show it any more" in " ".join(brigade("missing", code=1).split())
    brigade("rerun", "--missing", "--from", "ingest", "--yes")
    until(lambda: record()["status"] == Status.REMOVED, "the picture to be removed")
    until(lambda: not there(archiving, archive, image.id), "its copy to be gone")
    left = outputs.everything(image.id)
    target = archiving.pipeline.target_bucket
    until(lambda: not any(there(archiving, target, each) for each in left), "its outputs, too")
    until(lambda: record()["archived"] is None, "its record to forget the copy")


def test_what_the_archive_refused_is_a_dead_letter_and_a_redrive_archives_it(
    archiving: Journey, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIGADE_STACK", STACK)
    s3, archive = archiving.pipeline.s3, str(archiving.pipeline.archive_bucket)
    s3.delete_bucket(Bucket=archive)
    image = archiving.put("in/refused.jpg", pictures.jpeg())
    dead, sqs = archiving.pipeline.output(names.dead_letter_queue(ARCHIVE)), archiving.pipeline.target.client("sqs")
    until(lambda: counts(sqs, dead).visible, "the dead letter")
    assert "unexpected-error" in brigade("dlq", "ls")
    record = archiving.record(image.id)
    assert (record["status"], record["archived"]) == (Status.READY, None)
    assert s3.list_object_versions(Bucket=archiving.pipeline.source_bucket, Prefix="in/refused").get("Versions")
    s3.create_bucket(Bucket=archive)
    brigade("dlq", "redrive", "archive", "--yes", "--watch", "0")
    until(lambda: archiving.record(image.id)["original_gone"], "the original to be archived")
