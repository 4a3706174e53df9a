"""What is removed or replaced in the source bucket loses its outputs, after the grace time."""

import pytest

from tests.support import pictures
from tests.support.journey import Journey, until


@pytest.fixture
def journey(guarded: Journey) -> Journey:
    """These run where IAM is enforced."""
    return guarded


def outputs(journey: Journey, image_id: str) -> list[str]:
    found = []
    for prefix in (f"normalized/{image_id}.", f"renditions/{image_id}/"):
        listing = journey.pipeline.s3.list_objects_v2(Bucket=journey.pipeline.target_bucket, Prefix=prefix)
        found += [thing["Key"] for thing in listing.get("Contents", [])]
    return found


def retired(journey: Journey, image_id: str) -> bool:
    return "retire" in journey.record(image_id)["stages"]


def test_a_removed_key_loses_its_outputs_and_may_come_again(journey: Journey) -> None:
    key = "in/gone.jpg"
    image = journey.put(key, pictures.jpeg())
    (record,) = journey.settled(image)
    assert len(outputs(journey, image.id)) == 1 + len(record["renditions"])

    journey.pipeline.s3.delete_object(Bucket=journey.pipeline.source_bucket, Key=key)

    until(lambda: retired(journey, image.id), "its outputs to be retired")
    assert journey.record(image.id)["status"] == "REMOVED"
    assert outputs(journey, image.id) == []
    again = journey.put(key, pictures.jpeg())
    (record,) = journey.settled(again)
    assert (record["status"], len(outputs(journey, again.id))) == ("READY", 1 + len(record["renditions"]))
    assert journey.record(key)["image_id"] == again.id


def test_a_replaced_picture_loses_its_outputs_when_the_new_one_is_ready(journey: Journey) -> None:
    key = "in/again.jpg"
    old = journey.put(key, pictures.jpeg())
    journey.settled(old)
    broken = journey.put(key, b"no picture at all")
    journey.settled(broken)
    journey.at_rest()
    assert outputs(journey, old.id), "a broken overwrite takes nothing away"

    new = journey.put(key, pictures.jpeg())
    journey.settled(new)

    until(lambda: retired(journey, old.id), "the old outputs to be retired")
    assert (outputs(journey, old.id), bool(outputs(journey, new.id))) == ([], True)
    statuses = [journey.record(image.id)["status"] for image in (old, broken, new)]
    assert statuses == ["SUPERSEDED", "SUPERSEDED", "READY"]


def test_removing_one_version_takes_that_pictures_outputs_alone(journey: Journey) -> None:
    key = "in/versions.jpg"
    old, new = journey.put(key, pictures.jpeg()), journey.put(key, pictures.jpeg())
    journey.settled(old, new)
    assert new.source.version
    journey.pipeline.s3.delete_object(Bucket=journey.pipeline.source_bucket, Key=key, VersionId=new.source.version)
    until(lambda: retired(journey, new.id), "its outputs to be retired")
    assert journey.record(new.id)["status"] == "REMOVED"
