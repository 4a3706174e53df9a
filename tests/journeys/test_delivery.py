"""Delivery promises no more than at least once, in any order."""

import pytest

from brigade.dead_letters.stack_queues import dead_letters
from records.shown import shown
from services.chain import CHAIN
from tests.support import pictures
from tests.support.journey import Journey


@pytest.fixture
def journey(guarded: Journey) -> Journey:
    """These run where IAM is enforced."""
    return guarded


def test_one_notification_three_times_is_one_record_and_one_announcement(journey: Journey) -> None:
    image = journey.put("in/thrice.jpg", pictures.jpeg())
    for _ in range(2):
        journey.notify(journey.notification(image, size=len(pictures.jpeg()), sequencer="00"))
    [record] = journey.settled(image)
    assert record["status"] == "READY"
    assert journey.said(image) == ["READY"]
    assert len(list(journey.pipeline.catalog.by_key("in/thrice.jpg"))) == 1


def test_of_an_overwritten_key_the_newest_wins(journey: Journey) -> None:
    older = journey.put("in/twice.jpg", pictures.jpeg((300, 200)))
    newer = journey.put("in/twice.jpg", pictures.jpeg((200, 300)))
    journey.settled(older, newer)
    journey.at_rest()
    versions = list(journey.pipeline.catalog.by_key("in/twice.jpg"))
    assert [(version.image_id, version.status) for version in versions] == [
        (newer.id, "READY"),
        (older.id, "SUPERSEDED"),
    ]
    assert versions[1].superseded_by == newer.id
    assert journey.record("in/twice.jpg")["image_id"] == newer.id


def test_an_old_notification_that_comes_late_changes_nothing(journey: Journey) -> None:
    """The newer upload's notification arrives first, the older's when all is over."""
    journey.at_rest()
    older = journey.put("in/late.jpg", pictures.jpeg((300, 200)))
    journey.settled(older)
    newer = journey.put("in/late.jpg", pictures.jpeg((200, 300)))
    journey.settled(newer)
    journey.notify(journey.notification(older, size=1000, sequencer="00"))
    journey.at_rest()
    assert journey.record(newer.id)["status"] == "READY"
    assert journey.record(older.id)["status"] == "SUPERSEDED"


def test_s3s_test_event_is_dropped_quietly(journey: Journey) -> None:
    journey.notify({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "any"})
    journey.at_rest()
    assert not [each for each in dead_letters(journey.pipeline, CHAIN.actor("ingest")) if "TestEvent" in each.body]


def test_a_message_that_nobody_can_read_waits_as_a_dead_letter(journey: Journey) -> None:
    journey.notify({"hello": "world"})
    journey.at_rest()
    [letter] = [each for each in dead_letters(journey.pipeline, CHAIN.actor("ingest")) if "hello" in each.body]
    assert letter.reason == "unreadable-message"


def test_a_picture_that_was_deleted_before_its_turn_is_removed_and_no_failure(journey: Journey) -> None:
    journey.at_rest()
    journey.pause("ingest", paused=True)
    image = journey.put("in/gone.jpg", pictures.jpeg())
    journey.pipeline.s3.delete_object(Bucket=image.source.bucket, Key=image.source.key, VersionId=image.source.version)
    journey.pause("ingest", paused=False)
    journey.at_rest()
    # Of one that nobody had heard of before, the record says that it was removed, and no more.
    record = shown(journey.pipeline.catalog.get([image.id])[image.id])
    assert (record["status"], record["failure"], record["removed_by"]) == ("REMOVED", None, image.id)
    assert not [each for each in dead_letters(journey.pipeline, CHAIN.actor("ingest")) if each.image_id == image.id]
