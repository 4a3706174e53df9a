"""archive: a verified copy of every READY original, and none of a removed one; whatever comes first, twice or late."""

import hashlib
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from kit import aws
from kit.errors import ObjectGone
from kit.events import Event, Image, ImageArchived, ImageSettled, Source
from kit.storage import S3Storage
from records.attribute_values import write
from records.status import Status
from services.archive.actor import KEEPS_ORIGINALS, STORAGE_CLASS
from services.archive.handler import handle
from tests.support.site import TABLE, UPLOADED_AT, Deployment, body

CONTENT = b"all that the camera wrote"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = "dir/a b+ü(1)%.jpg"


class Stage(Deployment):
    """archive's surroundings, with one picture that is READY."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.choose("DEEP_ARCHIVE", keeps="no")
        self.image = Image.of(replace(self.upload(NAME, CONTENT), size=None))
        self.key = f"{self.image.id}/a b+ü(1)%.jpg"
        self.note(Status.READY)

    def choose(self, storage_class: str, keeps: str) -> None:
        self.monkeypatch.setenv(STORAGE_CLASS.variable, storage_class)
        self.monkeypatch.setenv(KEEPS_ORIGINALS.variable, keeps)

    def note(self, status: Status, archived: ImageArchived | None = None) -> None:
        """Be the catalog."""
        source = {name: getattr(self.image.source, name) for name in ("bucket", "key", "version")}
        item: dict[str, Any] = {"image_id": self.image.id, "status": status, "source": source}
        item["entered_at"] = UPLOADED_AT
        if archived:
            names = ("bucket", "key", "storage_class", "bytes", "sha256", "original")
            item["archived"] = {name: getattr(archived, name) for name in names} | {"at": "2026-11-28T09:00:00Z"}
        boto3.client("dynamodb").put_item(TableName=TABLE, Item={name: write(value) for name, value in item.items()})

    def tell(self, event: Event, **more: Any) -> list[str]:
        return self.deliver(handle, body(event), **more)

    def settle(self, status: Status) -> list[str]:
        return self.tell(ImageSettled(image=self.image, status=status, settled=1))

    def archive(self) -> ImageArchived:
        """Have the picture archived, and the record say so."""
        assert self.settle(Status.READY) == []
        [archived] = self.heard(ImageArchived)
        self.note(Status.READY, archived)
        return archived

    def has_original(self) -> bool:
        return bool(self.s3.list_object_versions(Bucket="source").get("Versions"))


@pytest.fixture
def stage(cloud: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage("archive", monkeypatch)


def test_a_ready_picture_is_copied_in_the_class_that_was_chosen(stage: Stage) -> None:
    archived = stage.archive()
    assert archived == ImageArchived(
        image=stage.image,
        bucket="archive",
        key=stage.key,
        storage_class="DEEP_ARCHIVE",
        bytes=len(CONTENT),
        sha256=SHA256,
        original="unwanted",
    )
    head = stage.s3.head_object(Bucket="archive", Key=stage.key)
    assert (head["StorageClass"], head["ContentLength"]) == ("DEEP_ARCHIVE", len(CONTENT))
    assert stage.has_original()


def test_a_copy_keeps_what_its_owner_has_noted_and_no_tags(stage: Stage) -> None:
    stage.choose("GLACIER_IR", keeps="yes")
    noted = {"ContentType": "image/x-raw", "CacheControl": "no-store", "Metadata": {"by": "ann"}}
    put = stage.s3.put_object(Bucket="source", Key="a.raw", Body=CONTENT, Tagging="a=b", **noted)
    stage.image = Image.of(Source(bucket="source", key="a.raw", version=put["VersionId"]))
    stage.note(Status.READY)
    archived = stage.archive()
    found = stage.s3.get_object(Bucket="archive", Key=archived.key)
    assert found["Body"].read() == CONTENT
    assert {name: found[name] for name in noted} == noted
    assert "TagCount" not in found


def test_the_original_goes_when_the_record_names_its_copy(stage: Stage) -> None:
    archived = stage.archive()
    assert stage.tell(archived) == []
    assert not stage.has_original()
    assert stage.tell(archived) == []  # and once more


def test_until_then_it_stays_and_the_message_too(stage: Stage) -> None:
    assert stage.settle(Status.READY) == []
    [archived] = stage.heard(ImageArchived)
    assert len(stage.tell(archived)) == 1
    assert stage.has_original()


def test_a_deployment_that_keeps_originals_deletes_none(stage: Stage) -> None:
    stage.choose("STANDARD_IA", keeps="yes")
    archived = stage.archive()
    assert archived.original == "kept"
    stage.tell(archived)
    stage.tell(replace(archived, original="unwanted"))  # said before that was decided otherwise
    assert stage.has_original()


def test_an_original_stays_above_another_version_which_s3_would_show(stage: Stage) -> None:
    stage.image = Image.of(stage.upload(NAME, b"newer"))
    stage.note(Status.READY)
    assert stage.archive().original == "kept"


def test_an_original_stays_where_its_copy_is_gone(stage: Stage) -> None:
    archived = stage.archive()
    stage.s3.delete_object(Bucket="archive", Key=stage.key)
    assert stage.tell(archived) == []
    assert stage.has_original()


def test_a_copy_that_the_record_names_is_not_made_again(stage: Stage) -> None:
    stage.archive()
    before = stage.s3.head_object(Bucket="archive", Key=stage.key)["ETag"]
    stage.s3.put_object(Bucket="source", Key="other", Body=b"")
    assert stage.settle(Status.READY) == []
    assert stage.heard(ImageArchived) == []
    assert stage.s3.head_object(Bucket="archive", Key=stage.key)["ETag"] == before


def test_a_copy_of_other_bytes_is_replaced(stage: Stage) -> None:
    stage.archive()
    stage.s3.put_object(Bucket="archive", Key=stage.key, Body=b"x" * len(CONTENT), ChecksumAlgorithm="SHA256")
    assert stage.archive().sha256 == SHA256


def test_what_was_archived_beside_its_original_may_lose_that_later(stage: Stage) -> None:
    stage.choose("DEEP_ARCHIVE", keeps="yes")
    assert stage.archive().original == "kept"
    stage.choose("DEEP_ARCHIVE", keeps="no")
    assert stage.archive().original == "unwanted"
    stage.choose("DEEP_ARCHIVE", keeps="yes")
    stage.settle(Status.READY)
    assert stage.heard(ImageArchived) == []  # nor is that taken back: it may be gone by now


def test_a_removed_picture_loses_its_copy_and_no_other_does(stage: Stage) -> None:
    stage.archive()
    stage.s3.put_object(Bucket="archive", Key="another/a.jpg", Body=b"x")
    stage.note(Status.REMOVED)
    for _ in range(2):
        assert stage.settle(Status.REMOVED) == []
    assert stage.keys("archive") == ["another/a.jpg"]


@pytest.mark.parametrize("status", [Status.REMOVED, Status.SUPERSEDED, Status.FAILED])
def test_what_the_record_says_counts_and_not_the_message(stage: Stage, status: Status) -> None:
    stage.note(status)
    assert stage.settle(Status.READY) == []
    assert (stage.keys("archive"), stage.heard(ImageArchived)) == ([], [])
    assert stage.has_original()


def test_a_late_word_of_a_removal_takes_nothing_from_a_picture_that_is_back(stage: Stage) -> None:
    stage.archive()
    assert stage.settle(Status.REMOVED) == []
    assert stage.keys("archive") == [stage.key]


def test_a_picture_that_is_removed_while_it_is_copied_leaves_no_copy(stage: Stage) -> None:
    s3 = aws.client("s3")
    put: Callable[..., Any] = s3.put_object

    def removed_meanwhile(**words: Any) -> Any:
        answer = put(**words)
        stage.note(Status.REMOVED)
        return answer

    stage.monkeypatch.setattr(s3, "put_object", removed_meanwhile)
    assert stage.settle(Status.READY) == []
    assert (stage.keys("archive"), stage.heard(ImageArchived)) == ([], [])


def test_a_picture_that_nobody_knows_is_left_alone(stage: Stage) -> None:
    boto3.client("dynamodb").delete_item(TableName=TABLE, Key={"image_id": {"S": stage.image.id}})
    assert stage.settle(Status.READY) == []
    assert stage.keys("archive") == []


def test_an_original_that_waits_to_be_restored_is_a_dead_letter(stage: Stage) -> None:
    put = stage.s3.put_object(Bucket="source", Key="cold.jpg", Body=CONTENT, StorageClass="GLACIER")
    stage.image = Image.of(Source(bucket="source", key="cold.jpg", version=put["VersionId"]))
    stage.note(Status.READY)
    assert stage.settle(Status.READY) == []
    assert [why["reason"] for why in stage.dead_letters()] == ["object-archived"]


def test_while_the_archive_refuses_messages_stay(stage: Stage) -> None:
    stage.s3.delete_bucket(Bucket="archive")
    assert len(stage.settle(Status.READY)) == 1
    assert stage.has_original()


def test_who_reads_an_original_that_is_gone_reads_its_copy(stage: Stage) -> None:
    stage.choose("GLACIER_IR", keeps="no")
    stage.tell(stage.archive())
    assert S3Storage("archive").read(stage.image.source) == CONTENT
    assert S3Storage("archive").read_range(stage.image.source, 4, 8) == CONTENT[4:8]
    for elsewhere in (replace(stage.image.source, key="other"), replace(stage.image.source, version=None)):
        with pytest.raises(ObjectGone):
            S3Storage("archive").read(elsewhere)
    with pytest.raises(ObjectGone):
        S3Storage().read(stage.image.source)


@pytest.mark.parametrize("key", ["dir/", "x" * 1_024, "d/" + "ü" * 500 + ".jpg"])
def test_every_key_has_a_place_in_the_archive(stage: Stage, key: str) -> None:
    stage.image = Image.of(replace(stage.image.source, key=key, version=stage.upload(key, CONTENT).version))
    stage.note(Status.READY)
    archived = stage.archive()
    assert stage.keys("archive") == [archived.key]
