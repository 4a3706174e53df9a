"""The account itself: it must notice each thing that may not be."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks.account import Found, account
from brigade.dead_letters.letter import DeadLetter
from imaging.recipes import parse
from kit.envelope import encode, wrap
from kit.events import Image, ImageIngested, Source
from kit.tracing import Trace

RECIPES = parse('[[recipe]]\nname = "default"\nprefix = "in/"\n[[recipe.rendition]]\nname = "w150"\nwidth = 150\n')
GOOD, BAD, IGNORED = (Image.of(Source(bucket="source", key=key)) for key in ("in/good", "in/bad", "other"))


def record(image: Image, **more: Any) -> dict[str, Any]:
    stored = {"key": f"normalized/{image.id}.jpg", "bytes": 7}
    renditions = [{"name": "w150", "key": f"renditions/{image.id}/w150.jpg", "bytes": 3}]
    return {
        "status": "READY",
        "recipe": "default",
        "source": {"key": image.source.key},
        "master": stored,
        "renditions": renditions,
    } | more


def letter(image: Image, **attributes: str) -> DeadLetter:
    event = ImageIngested(image=image, recipe="default", format="JPEG", width=1, height=1, bytes=1)
    return DeadLetter("m", encode(wrap(event, "ingest", Trace.start())), attributes, datetime.now(UTC))


def is_good(key: str) -> bool:
    return key == GOOD.source.key


FAILED = record(BAD, status="FAILED")
BALANCED = Found(
    uploads={image.id: image.source.key for image in (GOOD, BAD, IGNORED)},
    records={GOOD.id: record(GOOD), BAD.id: FAILED},
    letters=[letter(BAD, reason="corrupt-image")],
    objects={f"normalized/{GOOD.id}.jpg": 7, f"renditions/{GOOD.id}/w150.jpg": 3},
    waiting={"ingest": 0},
)


def test_an_account_that_balances() -> None:
    taken = account(BALANCED, RECIPES, good=is_good)
    assert taken.wrong == []
    assert str(taken) == "3 uploads = 1 ready + 1 dead letters + 1 ignored, unaccounted 0"


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"waiting": {"ingest": 2}}, ["2 messages are left in ingest"]),
        ({"letters": []}, ["unaccounted: in/bad"]),
        ({"letters": [letter(BAD)]}, ["no reason: in/bad", "unaccounted: in/bad"]),
        ({"records": {BAD.id: FAILED}}, ["good, and not ready: in/good", "unaccounted: in/good"]),
        (
            {"records": {GOOD.id: record(GOOD, status="PROCESSING"), BAD.id: FAILED}},
            ["good, and not ready: in/good", "unaccounted: in/good"],
        ),
        (
            {
                "records": {GOOD.id: record(GOOD, status="FAILED"), BAD.id: FAILED},
                "letters": [letter(GOOD, reason="service-unavailable"), letter(BAD, reason="corrupt-image")],
            },
            ["good, and not ready: in/good"],
        ),
        ({"records": {GOOD.id: record(GOOD)}}, ["a dead letter, and yet not FAILED: in/bad"]),
        (
            {"records": {GOOD.id: record(GOOD), BAD.id: record(BAD, status="PROCESSING")}},
            ["a dead letter, and yet not FAILED: in/bad"],
        ),
        (
            {"records": {GOOD.id: record(GOOD), BAD.id: FAILED, IGNORED.id: record(IGNORED)}},
            ["ignored, and yet there is a record: other"],
        ),
        (
            {"records": {GOOD.id: record(GOOD, renditions=[]), BAD.id: FAILED}},
            ["the record of in/good and its recipe do not agree on w150"],
        ),
        (
            {"objects": {f"normalized/{GOOD.id}.jpg": 7}},
            [f"renditions/{GOOD.id}/w150.jpg of in/good should have 3 bytes: None"],
        ),
        (
            {"objects": {f"normalized/{GOOD.id}.jpg": 8, f"renditions/{GOOD.id}/w150.jpg": 3}},
            [f"normalized/{GOOD.id}.jpg of in/good should have 7 bytes: 8"],
        ),
    ],
)
def test_what_may_not_be_is_noticed(change: dict[str, Any], wrong: list[str]) -> None:
    assert account(replace(BALANCED, **change), RECIPES, good=is_good).wrong == wrong


def test_a_picture_that_kills_its_process_leaves_no_reason() -> None:
    taken = account(replace(BALANCED, letters=[letter(BAD)]), RECIPES, killers=["in/bad"])
    assert (taken.failed, taken.wrong) == (1, [])
