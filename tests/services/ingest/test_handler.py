"""ingest on moto: a message in, an announcement or a dead letter out."""

import json

import pytest

from kit.events import Image, ImageIngested, ImageRejected, Source
from services.ingest.handler import handle
from tests.services.ingest.test_notification import TEST_EVENT, in_sns_envelope
from tests.support import pictures
from tests.support.site import UPLOADED_AT, Deployment, notification, s3_event


@pytest.fixture
def deployed(cloud: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment("ingest", monkeypatch)


def test_an_upload_is_announced(deployed: Deployment) -> None:
    content = pictures.jpeg()
    source = deployed.upload("in/a b+ü (1)%.jpg", content)
    assert deployed.deliver(handle, notification(source, "in/a+b%2B%C3%BC+%281%29%25.jpg")) == []
    assert deployed.heard(ImageIngested) == [
        ImageIngested(
            image=Image.of(source),
            recipe="default",
            format="JPEG",
            width=96,
            height=64,
            bytes=len(content),
            catalog_gps="drop",
        )
    ]
    assert deployed.dead_letters() == []


def test_the_version_that_the_notification_names_is_looked_at(deployed: Deployment) -> None:
    first = deployed.upload("a.jpg", pictures.jpeg())
    deployed.upload("a.jpg", pictures.png((10, 10)))
    deployed.deliver(handle, notification(first))
    (event,) = deployed.heard(ImageIngested)
    assert (event.format, event.width) == ("JPEG", 96)


def test_a_text_that_is_called_a_picture_is_dead_lettered_with_its_reason(deployed: Deployment) -> None:
    source = deployed.upload("diary.jpg", pictures.text_named_jpg())
    assert deployed.deliver(handle, notification(source)) == []
    (why,) = deployed.dead_letters()
    assert (why["reason"], why["actor"], why["image_id"]) == ("not-an-image", "ingest", Image.of(source).id)
    (event,) = deployed.heard(ImageRejected)
    assert (event.image, event.actor, event.reason) == (Image.of(source), "ingest", "not-an-image")


@pytest.mark.parametrize("again", [None, pictures.jpeg((90, 60))], ids=["removed", "removed and replaced"])
def test_of_a_version_that_was_deleted_for_ever_nothing_is_said(again: bytes | None, deployed: Deployment) -> None:
    source = deployed.upload("gone.jpg", pictures.jpeg())
    if again:
        deployed.upload("gone.jpg", again)
    deployed.s3.delete_object(Bucket="source", Key="gone.jpg", VersionId=source.version)
    assert deployed.deliver(handle, notification(source)) == []
    assert (deployed.dead_letters(), deployed.heard(ImageRejected)) == ([], [])


def test_an_archived_object_is_dead_lettered_at_once_with_what_to_do(deployed: Deployment) -> None:
    content = pictures.jpeg()
    put = deployed.s3.put_object(Bucket="source", Key="cold.jpg", Body=content, StorageClass="GLACIER")
    source = Source(
        bucket="source", key="cold.jpg", version=put["VersionId"], size=len(content), uploaded_at=UPLOADED_AT
    )
    assert deployed.deliver(handle, notification(source)) == []
    (why,) = deployed.dead_letters()
    assert (why["reason"], why["attempts"]) == ("object-archived", "1")
    assert why["detail"].startswith("restore the object, then redrive this")
    assert [event.reason for event in deployed.heard(ImageRejected)] == ["object-archived"]


def test_the_pipelines_own_output_is_dead_lettered(deployed: Deployment) -> None:
    source = Source(bucket="target", key="renditions/a.jpg", size=9, uploaded_at="2026-11-21T08:00:00.000Z")
    assert deployed.deliver(handle, notification(source)) == []
    assert [why["reason"] for why in deployed.dead_letters()] == ["own-output"]


def test_s3s_test_event_leaves_no_trace(deployed: Deployment) -> None:
    bodies = json.dumps(TEST_EVENT), json.dumps(in_sns_envelope(TEST_EVENT))
    assert deployed.deliver(handle, *bodies) == []
    assert deployed.heard(ImageIngested) == []
    assert deployed.dead_letters() == []


def test_what_is_no_notification_is_dead_lettered(deployed: Deployment) -> None:
    assert deployed.deliver(handle, "hello") == []
    (why,) = deployed.dead_letters()
    assert (why["reason"], "image_id" in why) == ("unreadable-message", False)


def test_of_two_uploads_in_one_notification_the_good_one_goes_on(deployed: Deployment) -> None:
    good, bad = deployed.upload("a.jpg", pictures.jpeg()), deployed.upload("b.jpg", b"no picture")
    both = {"Records": s3_event(bad)["Records"] + s3_event(good)["Records"]}
    assert deployed.deliver(handle, json.dumps(both)) == []
    assert [event.image for event in deployed.heard(ImageIngested)] == [Image.of(good)]
    assert [event.image for event in deployed.heard(ImageRejected)] == [Image.of(bad)]
    assert [why["image_id"] for why in deployed.dead_letters()] == [Image.of(bad).id]


def test_one_bad_upload_in_ten_leaves_nine_announced(deployed: Deployment) -> None:
    sources = [deployed.upload(f"{n}.jpg", pictures.jpeg() if n else b"no picture") for n in range(10)]
    assert deployed.deliver(handle, *map(notification, sources)) == []
    assert len(deployed.heard(ImageIngested)) == 9
    assert len(deployed.dead_letters()) == 1


def test_every_line_of_the_log_names_its_upload(deployed: Deployment, caplog: pytest.LogCaptureFixture) -> None:
    good, marker = deployed.upload("a.jpg", pictures.jpeg()), deployed.upload("holiday/", b"")
    bad = deployed.upload("b.jpg", b"no picture")
    deployed.deliver(handle, *map(notification, (good, marker, bad)))
    lines = {
        (line.getMessage().partition(":")[0], vars(line)["key"], vars(line)["image_id"]) for line in caplog.records
    }
    assert lines == {
        ("image-ingested", "a.jpg", Image.of(good).id),
        ("ignored", "holiday/", Image.of(marker).id),
        ("not-an-image", "b.jpg", Image.of(bad).id),
        ("image-rejected", "b.jpg", Image.of(bad).id),
        ("dead-letter", "b.jpg", Image.of(bad).id),
    }
    assert all(vars(line)["actor"] == "ingest" and vars(line)["trace"] for line in caplog.records)


def test_what_cannot_be_announced_now_stays_in_the_queue(deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", pictures.jpeg())
    deployed.sns.delete_topic(TopicArn="arn:aws:sns:eu-west-1:123456789012:image-ingested")
    body = notification(source)
    assert deployed.deliver(handle, body) == [body]
    assert deployed.dead_letters() == []
