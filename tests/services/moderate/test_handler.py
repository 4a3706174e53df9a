"""moderate on moto: a message in; a verdict, a dead letter, or a message that waits out."""

import logging

import pytest

from imaging.recipes import Recipes, parse
from kit.events import (
    Image,
    ImageModerated,
    ImageNormalized,
    ImageRejected,
    Moderation,
    ModerationLabel,
    Source,
    StoredMaster,
)
from kit.function import Function
from services.moderate import handler
from services.moderate.actor import MODERATE, MODERATOR
from services.moderate.handler import act
from services.moderate.opinion import Engine, Opinion
from services.moderate.reasons import Unviewable
from tests.support import pictures
from tests.support.site import Deployment, body

IMAGE = Image.of(Source(bucket="source", key="a.jpg", version="v1", uploaded_at="2026-11-21T08:00:00.000Z"))
KEY = f"normalized/{IMAGE.id}.jpg"
MASTER = StoredMaster(bucket="target", key=KEY, format="JPEG", width=96, height=64, bytes=1, method="m")
PHOTO = pictures.jpeg()
LABELS = (ModerationLabel(name="Explicit", confidence=64),)


def recipes(words: str = 'moderation = "gate"') -> Recipes:
    return parse(f'recipe = [{{ name = "default", rendition = [{{ name = "a", width = 9 }}], {words} }}]')


def normalized(moderation: Moderation, recipe: str = "default") -> str:
    return body(ImageNormalized(image=IMAGE, recipe=recipe, master=MASTER, moderation=moderation))


def unsure(content: bytes) -> Opinion:
    assert content == PHOTO, "the engine sees the master"
    return Opinion(confidence=64, labels=LABELS, model="scripted", version="3")


def blind(_: bytes) -> Opinion:
    raise Unviewable("too dark")


@pytest.fixture
def deployed(cloud: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    made = Deployment("moderate", monkeypatch)
    made.s3.put_object(Bucket="target", Key=KEY, Body=PHOTO)
    monkeypatch.setenv(MODERATOR.variable, "none")
    return made


def handle(engine: Engine | None = None, words: str = 'moderation = "gate"') -> Function:
    return Function(MODERATE, act, recipes=lambda _: recipes(words), engine=lambda _: engine)


def test_the_verdict_is_announced_with_all_that_goes_on(deployed: Deployment) -> None:
    assert deployed.deliver(handle(unsure), normalized("gate")) == []
    assert deployed.heard(ImageModerated) == [
        ImageModerated(
            image=IMAGE,
            recipe="default",
            master=MASTER,
            mode="gate",
            verdict="uncertain",
            contains_nudity=True,
            confidence=64,
            labels=LABELS,
            model="scripted",
            model_version="3",
        )
    ]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ('moderation = "flag", moderation_refuse = 60', "refused"),
        ('moderation = "flag", moderation_accept = 70', "accepted"),
    ],
)
def test_the_recipe_as_it_is_now_has_the_thresholds(words: str, verdict: str, deployed: Deployment) -> None:
    deployed.deliver(handle(unsure, words), normalized("flag"))
    [event] = deployed.heard(ImageModerated)
    assert (event.mode, event.verdict) == ("flag", verdict)


def test_the_mode_is_what_it_was_when_the_picture_was_normalized(deployed: Deployment) -> None:
    deployed.deliver(handle(unsure, 'moderation = "off"'), normalized("gate"))
    [event] = deployed.heard(ImageModerated)
    assert event.mode == "gate"


@pytest.mark.parametrize("engine", [unsure, None], ids=["an engine", "no engine"])
def test_nothing_is_asked_or_said_of_a_picture_whose_recipe_wants_no_moderation(
    engine: Engine | None, deployed: Deployment
) -> None:
    deployed.s3.delete_object(Bucket="target", Key=KEY)
    assert deployed.deliver(handle(engine), normalized("off")) == []
    assert (deployed.heard(ImageModerated), deployed.dead_letters()) == ([], [])


class TestWithoutAnEngine:
    def test_a_gated_picture_waits(self, deployed: Deployment) -> None:
        message = normalized("gate")
        assert deployed.deliver(handle(), message) == [message]
        assert (deployed.heard(ImageModerated), deployed.dead_letters()) == ([], [])

    def test_and_at_last_it_waits_among_the_dead_letters(self, deployed: Deployment) -> None:
        assert deployed.deliver(handle(), normalized("gate"), attempts=MODERATE.attempts) == []
        [why] = deployed.dead_letters()
        assert (why["reason"], why["detail"]) == (
            "no-moderator",
            "No moderation engine is here: `brigade deploy --set Moderator=…` chooses one.",
        )
        assert [event.reason for event in deployed.heard(ImageRejected)] == ["no-moderator"]

    def test_a_picture_that_would_be_flagged_goes_its_way_and_the_log_says_so(
        self, deployed: Deployment, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING, logger="brigade"):
            assert deployed.deliver(handle(), normalized("flag")) == []
        assert "not moderated: no moderation engine is here" in caplog.messages
        assert (deployed.heard(ImageModerated), deployed.dead_letters()) == ([], [])


@pytest.mark.parametrize(
    ("engine", "recipe", "stored", "reason"),
    [
        (blind, "default", True, "unviewable"),
        (unsure, "retired", True, "unknown-recipe"),
        (unsure, "default", False, "object-gone"),
    ],
)
def test_what_cannot_be_moderated_is_dead_lettered_with_its_reason(
    engine: Engine, recipe: str, stored: bool, reason: str, deployed: Deployment
) -> None:
    if not stored:
        deployed.s3.delete_object(Bucket="target", Key=KEY)
    image = Image.of(deployed.upload("a.jpg", PHOTO))
    message = body(ImageNormalized(image=image, recipe=recipe, master=MASTER, moderation="gate"))
    assert deployed.deliver(handle(engine), message) == []
    [why] = deployed.dead_letters()
    assert (why["reason"], why["actor"], why["image_id"]) == (reason, "moderate", image.id)


def test_a_wrong_choice_of_engine_is_said_at_the_first_message(
    deployed: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODERATOR.variable, "nobody")
    wrong = Function(MODERATE, act, **handler.handle.parts)
    with pytest.raises(Exception, match="BRIGADE_MODERATOR is 'nobody'"):
        deployed.deliver(wrong, normalized("off"))
