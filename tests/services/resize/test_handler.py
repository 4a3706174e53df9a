"""resize on moto: a message in; renditions, an announcement or a dead letter out."""

import logging
import re
from typing import Any

import pytest
from msgspec.structs import replace

from imaging.recipes import parse
from kit.events import (
    Event,
    Image,
    ImageJudged,
    ImageModerated,
    ImageNormalized,
    ImageRejected,
    ImageResized,
    Judgement,
    Moderation,
    Source,
    StoredMaster,
    Verdict,
)
from kit.function import Function
from services.resize.actor import RESIZE
from services.resize.handler import act, handle
from tests.support import pictures
from tests.support.site import Deployment, body

IMAGE = Image.of(Source(bucket="source", key="a.jpg", version="v1", uploaded_at="2026-11-21T08:00:00.000Z"))
KEY = f"normalized/{IMAGE.id}.jpg"


@pytest.fixture
def deployed(cloud: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment("resize", monkeypatch)


def normalized(recipe: str = "default", moderation: Moderation = "off") -> ImageNormalized:
    master = StoredMaster(bucket="target", key=KEY, format="JPEG", width=1, height=1, bytes=1, method="m")
    return ImageNormalized(image=IMAGE, recipe=recipe, master=master, moderation=moderation)


def store_master(deployed: Deployment, content: bytes) -> None:
    deployed.s3.put_object(Bucket="target", Key=KEY, Body=content)


def test_every_rendition_is_stored_and_announced_with_its_facts(deployed: Deployment) -> None:
    store_master(deployed, pictures.jpeg((1_600, 1_200)))
    assert deployed.deliver(handle, body(normalized())) == []
    (event,) = deployed.heard(ImageResized)
    assert len(event.renditions) == 10
    assert {r.key for r in event.renditions} == set(deployed.keys("target")) - {KEY}
    for rendition in event.renditions:
        content = deployed.stored(rendition.bucket, rendition.key)
        assert re.fullmatch(rf"renditions/{IMAGE.id}/{rendition.name}\.[0-9a-f]{{8}}\.jpg", rendition.key)
        said = deployed.s3.head_object(Bucket=rendition.bucket, Key=rendition.key)
        assert said["CacheControl"] == "public, max-age=31536000, immutable"
        assert len(content) == rendition.bytes
        assert pictures.opened(content).size == (rendition.width, rendition.height)
        assert rendition.method.startswith("lanczos")


def test_training_makes_one(deployed: Deployment) -> None:
    store_master(deployed, pictures.jpeg((1_600, 1_200)))
    deployed.deliver(handle, body(normalized("training")))
    (event,) = deployed.heard(ImageResized)
    assert [(r.name, r.width, r.height, r.format) for r in event.renditions] == [("square600", 600, 600, "JPEG")]


CROPS = """[[recipe]]
name = "default"
rendition = [
    { name = "crop", width = 20, height = 20, fit = "cover", gravity = "focus" },
    { name = "small", width = 20 },
]"""


def test_a_crop_is_centred_on_what_an_operator_says_or_else_on_what_the_file_says(deployed: Deployment) -> None:
    store_master(deployed, pictures.jpeg())
    master = replace(normalized().master, focus=(0.25, 0.25))
    crops = Function(RESIZE, act, recipes=lambda _: parse(CROPS))
    deployed.deliver(crops, body(normalized()), body(replace(normalized(), master=master)))
    deployed.s3.put_object(Bucket="target", Key=f"focus/{IMAGE.id}.json", Body=b"[0.75, 0.25]")
    deployed.deliver(crops, body(replace(normalized(), master=master)))
    events = deployed.heard(ImageResized)
    assert [event.focus for event in events] == [None, (0.25, 0.25), (0.75, 0.25)]
    crop, small = ([event.renditions[place].key for event in events] for place in (0, 1))
    assert (len(set(crop)), len(set(small))) == (3, 1)  # each its own key, for caches; what is not cut keeps its own
    middles = [pictures.opened(deployed.stored("target", key)).getpixel((12, 5)) for key in crop[1:]]
    scene = pictures.scene()
    assert middles == [pytest.approx(scene.getpixel(place), abs=30) for place in ((24, 16), (72, 16))]


def test_where_no_crop_asks_nobody_looks_for_the_focus(deployed: Deployment) -> None:
    store_master(deployed, pictures.jpeg())
    deployed.s3.put_object(Bucket="target", Key=f"focus/{IMAGE.id}.json", Body=b"[0.75, 0.25]")
    deployed.deliver(handle, body(normalized("training")))
    assert [event.focus for event in deployed.heard(ImageResized)] == [None]


def test_what_normalize_has_said_is_passed_on_and_what_an_operator_says_again_is_not(deployed: Deployment) -> None:
    store_master(deployed, pictures.jpeg())
    made = normalized("training")
    deployed.deliver(handle, body(made, "normalize"), body(made, "operator"))
    passed, again = (event.normalized for event in deployed.heard(ImageResized))
    assert passed
    assert (passed.master, passed.frames, passed.moderation) == (made.master, made.frames, made.moderation)
    assert passed.at
    assert again is None


def test_a_message_that_comes_twice_stores_the_same_again(deployed: Deployment) -> None:
    store_master(deployed, pictures.jpeg())
    message = body(normalized())
    first, again = [
        (deployed.deliver(handle, message), deployed.keys("target"), deployed.heard(ImageResized)) for _ in range(2)
    ]
    assert first == again


@pytest.mark.parametrize(
    ("content", "recipe", "reason"),
    [
        (pictures.jpeg(), "retired", "unknown-recipe"),
        (pictures.truncated_jpeg(), "default", "corrupt-image"),
        (None, "default", "object-gone"),
    ],
)
def test_what_cannot_be_resized_is_dead_lettered_with_its_reason(
    content: bytes | None, recipe: str, reason: str, deployed: Deployment
) -> None:
    if content:
        store_master(deployed, content)
    event = replace(normalized(recipe), image=Image.of(deployed.upload("a.jpg", pictures.jpeg())))
    assert deployed.deliver(handle, body(event)) == []
    (why,) = deployed.dead_letters()
    assert (why["reason"], why["actor"], why["image_id"]) == (reason, "resize", event.image.id)
    assert [event.reason for event in deployed.heard(ImageRejected)] == [reason]


@pytest.mark.parametrize("later", ["nothing", "a delete marker", "a newer upload"])
def test_a_master_that_went_with_its_picture_is_no_failure(later: str, deployed: Deployment) -> None:
    source = deployed.upload("a.jpg", pictures.jpeg())
    deployed.upload("a.jpg.bak", pictures.jpeg())
    if later == "a newer upload":
        deployed.upload("a.jpg", pictures.jpeg((90, 60)))
    else:
        version = {"VersionId": source.version} if later == "nothing" else {}
        deployed.s3.delete_object(Bucket="source", Key="a.jpg", **version)
    assert deployed.deliver(handle, body(replace(normalized(), image=Image.of(source)))) == []
    assert (deployed.dead_letters(), deployed.heard(ImageRejected)) == ([], [])


def test_a_master_that_went_because_the_picture_was_made_again_is_no_failure(deployed: Deployment) -> None:
    event = replace(normalized(), image=Image.of(deployed.upload("a.jpg", pictures.jpeg())))
    newer = f"normalized/{event.image.id}.1234abcd.jpg"
    deployed.s3.put_object(Bucket="target", Key=newer, Body=pictures.jpeg())
    assert deployed.deliver(handle, body(event)) == []
    assert (deployed.dead_letters(), deployed.heard(ImageRejected), deployed.keys("target")) == ([], [], [newer])


def moderated(mode: Moderation, verdict: Verdict) -> ImageModerated:
    said = normalized("training")
    rest: dict[str, Any] = {"confidence": 1, "contains_nudity": False, "labels": (), "model": "m", "model_version": "1"}
    return ImageModerated(image=IMAGE, recipe=said.recipe, master=said.master, mode=mode, verdict=verdict, **rest)


def judged(judgement: Judgement) -> ImageJudged:
    said = normalized("training")
    return ImageJudged(
        image=IMAGE, recipe=said.recipe, master=said.master, judgement=judgement, operation="o", by="ann"
    )


class TestGate:
    @pytest.mark.parametrize(
        "event",
        [normalized("training", "flag"), moderated("gate", "accepted"), judged("approved")],
        ids=["flagged", "accepted", "approved"],
    )
    def test_who_passes_is_resized(self, event: Event, deployed: Deployment) -> None:
        store_master(deployed, pictures.jpeg())
        assert deployed.deliver(handle, body(event)) == []
        assert [len(said.renditions) for said in deployed.heard(ImageResized)] == [1]

    @pytest.mark.parametrize(
        "event",
        [
            normalized("training", "gate"),
            moderated("gate", "refused"),
            moderated("gate", "uncertain"),
            moderated("flag", "accepted"),  # was resized when it was normalized
            moderated("flag", "refused"),
            judged("rejected"),
        ],
        ids=["waiting", "refused", "uncertain", "flagged and accepted", "flagged and refused", "rejected"],
    )
    def test_who_does_not_is_left_alone(
        self, event: Event, deployed: Deployment, caplog: pytest.LogCaptureFixture
    ) -> None:
        store_master(deployed, pictures.jpeg())
        with caplog.at_level(logging.INFO, logger="brigade"):
            assert deployed.deliver(handle, body(event)) == []
        assert deployed.keys("target") == [KEY]
        assert (deployed.heard(ImageResized), deployed.dead_letters()) == ([], [])
        assert f"left alone: {event.kind} does not let this picture pass" in caplog.messages

    def test_a_mode_that_is_not_known_lets_nobody_pass(self, deployed: Deployment) -> None:
        store_master(deployed, pictures.jpeg())
        deployed.deliver(handle, body(normalized("training", "gate")).replace('"gate"', '"Gate"'))
        [why] = deployed.dead_letters()
        assert why["reason"] == "unreadable-message"
        assert deployed.keys("target") == [KEY]
