"""Pictures at the gate, through the real chain: what a moderation engine accepts passes, and nothing else does."""

from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image as Pillow

from kit.events import Image
from tests.support import pictures
from tests.support.journey import Brigade, Journey, until
from tests.support.moderator import Moderator, moderating

# To the moderator, dark is nude.
WHITE, GREY, BLACK = 255, 128, 0


@pytest.fixture(scope="module", autouse=True)
def moderator(journey: Journey) -> Iterator[Moderator]:
    with moderating(journey) as moderator:
        yield moderator


def shade(light: int) -> bytes:
    return pictures.encoded(Pillow.new("RGB", (100, 100), (light, light, light)), "PNG")


def outputs(journey: Journey, image: Image) -> list[str]:
    """Return which of a picture's outputs are there: its master, its renditions."""
    target = journey.pipeline.target_bucket
    prefixes = {"normalized": f"normalized/{image.id}.", "renditions": f"renditions/{image.id}/"}
    listings = {kind: journey.pipeline.s3.list_objects_v2(Bucket=target, Prefix=prefixes[kind]) for kind in prefixes}
    return [kind for kind, listing in listings.items() if listing["KeyCount"]]


def held(journey: Journey, key: str, light: int) -> tuple[Image, dict[str, Any]]:
    """Upload what will be held back; return its record once nothing more happens."""
    image = journey.put(key, shade(light))
    [record] = journey.settled(image)
    journey.at_rest()
    assert record["status"] == "QUARANTINED"
    assert outputs(journey, image) == ["normalized"]
    return image, record


def original_is_there(journey: Journey, image: Image) -> bool:
    found = journey.pipeline.s3.list_object_versions(Bucket=image.source.bucket, Prefix=image.source.key)
    return image.source.version in {each["VersionId"] for each in found.get("Versions", [])}


def test_what_is_accepted_becomes_ready(journey: Journey) -> None:
    image = journey.put("gate/white.png", shade(WHITE))
    [record] = journey.settled(image)
    assert record["status"] == "READY"
    moderation = until(lambda: journey.record(image.id)["moderation"], "the verdict")
    assert (moderation["verdict"], moderation["confidence"], moderation["contains_nudity"]) == ("accepted", 0, False)
    assert outputs(journey, image) == ["normalized", "renditions"]
    assert journey.said(image)[-1] == "READY"


def test_what_is_refused_is_held_back_and_the_record_says_why(journey: Journey) -> None:
    image, record = held(journey, "gate/black.png", BLACK)
    moderation = record["moderation"]
    assert (moderation["verdict"], moderation["confidence"], moderation["contains_nudity"]) == ("refused", 100, True)
    assert moderation["labels"] == [{"name": "Explicit", "parent": "", "confidence": 100}]
    assert (moderation["mode"], moderation["model"], moderation["version"]) == ("gate", "rekognition", "7.0")
    assert original_is_there(journey, image)
    assert journey.said(image) == ["QUARANTINED"]


def test_what_is_uncertain_is_held_back_until_somebody_approves_it(journey: Journey, brigade: Brigade) -> None:
    image, record = held(journey, "gate/grey.png", GREY)
    assert (record["moderation"]["verdict"], record["moderation"]["confidence"]) == ("uncertain", 50)
    assert image.id in brigade("ls", "--status", "quarantined")
    assert "approved: 1 of 1 picture" in brigade("approve", "gate/grey.png", "--yes")
    until(lambda: journey.record(image.id)["status"] == "READY", "the approved picture")
    assert outputs(journey, image) == ["normalized", "renditions"]
    assert journey.said(image)[-1] == "READY"
    shown = brigade("show", image.id)
    assert "uncertain, nudity 50 %" in shown
    assert "approved by" in shown
    assert "approve" in brigade("dlq", "history")


def test_what_is_rejected_loses_its_master_and_keeps_its_original(journey: Journey, brigade: Brigade) -> None:
    image, _ = held(journey, "gate/rejected.png", BLACK)
    brigade("reject", image.id, "--yes")
    until(lambda: outputs(journey, image) == [], "the master to go")
    assert journey.record(image.id)["status"] == "REMOVED"
    assert original_is_there(journey, image)


def test_and_that_too_where_it_is_wished(journey: Journey, brigade: Brigade) -> None:
    image, _ = held(journey, "gate/gone.png", BLACK)
    brigade("reject", image.id, "--delete-original", "--yes")
    assert not original_is_there(journey, image)
    until(lambda: journey.record(image.id)["removed_by"], "the removal to be known")
    until(lambda: outputs(journey, image) == [], "the master to go")


def test_while_the_moderator_is_away_a_picture_waits_and_then_becomes_ready(
    journey: Journey, moderator: Moderator
) -> None:
    moderator.away, moderator.failures = True, 0
    image = journey.put("gate/patient.png", shade(WHITE))
    until(lambda: moderator.failures > 6, "a second delivery to fail")  # six attempts are one call
    record = journey.record(image.id)
    assert (record["status"], record["moderation"]) == ("PROCESSING", None)
    assert outputs(journey, image) == ["normalized"]
    moderator.away = False
    [record] = journey.settled(image)
    assert record["status"] == "READY"
    assert outputs(journey, image) == ["normalized", "renditions"]


def test_what_is_only_flagged_does_not_wait(journey: Journey, moderator: Moderator) -> None:
    moderator.away, moderator.failures = True, 0
    image = journey.put("flag/black.png", shade(BLACK))
    [record] = journey.settled(image)
    assert (record["status"], record["moderation"]) == ("READY", None)
    moderator.away = False
    moderation = until(lambda: journey.record(image.id)["moderation"], "the verdict")
    assert (moderation["verdict"], moderation["mode"]) == ("refused", "flag")
    assert journey.record(image.id)["status"] == "READY"
