"""Archived originals: they are where they should be, are worked on again, and must be restored where they are cold."""

import pytest

from brigade.__main__ import main
from infra import names
from kit import outputs
from kit.actor import Bucket
from kit.envelope import decode
from kit.events import Image, ImageArchived, ImageSettled
from services.archive.actor import ARCHIVE
from services.normalize.actor import NORMALIZE
from tests.support import story
from tests.support.deployed import Deployed
from tests.support.moto import REGION

Said = pytest.CaptureFixture[str]


@pytest.fixture
def deployed(deployed: Deployed) -> Deployed:
    """A stack with an archive."""
    deployed.pipeline.s3.create_bucket(Bucket="archive", CreateBucketConfiguration={"LocationConstraint": REGION})
    has = deployed.pipeline.stack.outputs
    has[names.bucket(Bucket.ARCHIVE)] = "archive"
    has[names.function(ARCHIVE)] = "brigade-archive"
    for name in (names.queue(ARCHIVE), names.dead_letter_queue(ARCHIVE)):
        has[name] = deployed.sqs.create_queue(QueueName=f"brigade-{name}")["QueueUrl"]
    deployed.functions.feed(ARCHIVE)
    return deployed


def archived(deployed: Deployed, key: str = "in/a.jpg", storage_class: str = "GLACIER") -> Image:
    """Have a picture whose only original is in the archive."""
    image = deployed.ready(key)
    where = outputs.archived(image.source)
    deployed.pipeline.s3.put_object(Bucket="archive", Key=where, Body=b"x", StorageClass=storage_class)
    facts = {"bucket": "archive", "key": where, "storage_class": storage_class, "bytes": 1, "sha256": "ab"}
    said = ImageArchived(image=image, original="unwanted", **facts)  # type: ignore[arg-type]
    deployed.catalog(story.said(said, "archive"))
    deployed.pipeline.s3.delete_object(Bucket="source", Key=key, VersionId=image.source.version)
    deployed.catalog(story.said(story.removed(image, whole_key=False), "ingest"))
    return image


def test_nothing_is_missing_of_it_until_its_outputs_are_or_its_key_is_deleted(deployed: Deployed, capsys: Said) -> None:
    image = archived(deployed)
    assert main(["missing"]) == 0
    deployed.pipeline.s3.delete_object(Bucket="target", Key=f"renditions/{image.id}/large.png")
    assert main(["missing"]) == 1
    assert "large" in capsys.readouterr().out
    deployed.store(image)
    passing = deployed.upload("in/a.jpg")  # moto puts no delete marker where there is nothing
    for version in ({}, {"VersionId": passing.source.version}):
        deployed.pipeline.s3.delete_object(Bucket="source", Key="in/a.jpg", **version)
    assert main(["missing"]) == 1
    assert "S3 does not show it any more" in " ".join(capsys.readouterr().out.split())


def test_a_cold_one_has_to_be_restored_before_it_is_worked_on_again(deployed: Deployed, capsys: Said) -> None:
    archived(deployed)
    again = ["rerun", "--from", "normalize", "--yes", "in/a.jpg"]
    assert main(again) == 1
    assert "archived in GLACIER: `brigade restore` makes it readable" in capsys.readouterr().err
    assert deployed.received(NORMALIZE) == []
    assert main(["restore", "--yes", "in/a.jpg"]) == 0
    assert "in/a.jpg: GLACIER: asked for, 3 to 5 hours" in capsys.readouterr().err
    assert main(again) == 0  # moto restores at once
    assert len(deployed.received(NORMALIZE)) == 1


def test_below_a_prefix_archived_ones_are_worked_on_again_too(deployed: Deployed) -> None:
    archived(deployed, "in/2026/a.jpg", "GLACIER_IR")
    archived(deployed, "in/2025/b.jpg", "GLACIER_IR")
    deployed.ready("in/2026/c.jpg")
    assert main(["rerun", "--from", "normalize", "--yes", "--prefix", "in/2026/"]) == 0
    assert len(deployed.received(NORMALIZE)) == 2


def test_what_knows_no_such_tier_or_is_never_cold_is_said(deployed: Deployed, capsys: Said) -> None:
    archived(deployed, "in/deep.jpg", "DEEP_ARCHIVE")
    archived(deployed, "in/instant.jpg", "GLACIER_IR")
    assert main(["restore", "--yes", "--tier", "Expedited", "in/deep.jpg"]) == 1
    assert "DEEP_ARCHIVE knows no Expedited — use Standard or Bulk" in capsys.readouterr().err
    assert main(["restore", "--yes", "in/instant.jpg"]) == 0
    assert "GLACIER_IR: readable at any time" in capsys.readouterr().err
    deployed.ready("in/plain.jpg")
    assert main(["restore", "--yes", "in/plain.jpg"]) == 1
    assert "left: in/plain.jpg: it is not archived" in capsys.readouterr().err


def test_a_ready_picture_is_archived_by_hand_and_no_other(deployed: Deployed, capsys: Said) -> None:
    ready = deployed.ready("in/a.jpg")
    failed = deployed.upload("in/b.jpg")
    deployed.catalog(story.said(story.rejected(failed, "ingest"), "ingest"))
    assert main(["archive", "--yes", "in/a.jpg", "in/b.jpg"]) == 1
    assert "left: in/b.jpg: archive has nothing to do for a picture that is FAILED" in capsys.readouterr().err
    [message] = deployed.received(ARCHIVE)
    _, event = decode(message["Body"], [ImageSettled])
    assert event.image.id == ready.id


def test_a_stack_without_an_archive_says_how_to_get_one(deployed: Deployed, capsys: Said) -> None:
    deployed.ready("in/a.jpg")
    del deployed.pipeline.stack.outputs[names.bucket(Bucket.ARCHIVE)]
    for command in ("archive", "restore"):
        assert main([command, "--yes", "in/a.jpg"]) == 1
        assert "stack brigade has no archive — `brigade deploy --set ArchiveStorageClass" in capsys.readouterr().err
