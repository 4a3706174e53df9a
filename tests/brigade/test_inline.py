"""The whole chain in memory: every actor as Lambda runs it, no server."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from brigade.inline import SOURCE, TARGET, InMemoryChain, notification
from brigade.inline.memory_storage import MemoryStorage
from imaging.recipes import parse
from kit.chain import Chain
from kit.errors import ServiceUnavailable, Throttled
from kit.events import ImageRecalled, ImageSettled, ImageUploaded, Source
from services.chain import CHAIN
from services.moderate.actor import MODERATE
from services.moderate.opinion import Opinion
from tests.support import pictures


@pytest.fixture
def line() -> InMemoryChain:
    return InMemoryChain(CHAIN)


def record(line: InMemoryChain, key: str) -> dict[str, Any]:
    """Return the one record of a key."""
    (found,) = [item for item in line.records.items.values() if item["source"]["key"] == key]
    return found


def dead_letters(line: InMemoryChain) -> dict[str, list[str]]:
    """Return the reasons of the dead letters, by actor."""
    return {
        name: [letter.attributes["reason"] for letter in queue.dead_letters]
        for name, queue in line.queues.items()
        if queue.dead_letters
    }


def outputs(line: InMemoryChain) -> list[str]:
    return [key for bucket, key in line.storage.objects if bucket == TARGET]


@pytest.mark.parametrize("format_", pictures.ORDINARY)
def test_a_picture_becomes_ready_with_a_master_and_ten_renditions(format_: str, line: InMemoryChain) -> None:
    line.upload("a", pictures.ORDINARY[format_]())
    line.run()
    assert record(line, "a")["status"] == "READY"
    assert Counter(key.split("/")[0] for key in outputs(line) if key.startswith(("normalized/", "renditions/"))) == {
        "normalized": 1,
        "renditions": 10,
    }
    assert dead_letters(line) == {}


def test_every_event_is_said_once(line: InMemoryChain) -> None:
    line.upload("a.jpg", pictures.jpeg())
    line.run()
    kinds = [envelope.kind for envelope in line.announced]
    kinds_of_a_way = ["image-described", "image-ingested", "image-normalized", "image-resized", "image-settled"]
    assert len(kinds) == len(set(kinds)) >= len(kinds_of_a_way)
    assert set(kinds) >= set(kinds_of_a_way)
    before = {"image-ingested", "image-normalized", "image-resized"}
    assert before <= set(kinds[: kinds.index(ImageSettled.kind)])


def test_training_makes_one_rendition(line: InMemoryChain) -> None:
    line.upload("postpic/a.JPG", pictures.jpeg((800, 700)))
    line.run()
    (square,) = record(line, "postpic/a.JPG")["renditions"]
    assert (square["name"], square["width"], square["height"]) == ("square600", 600, 600)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_everything_that_is_stored_is_upright(orientation: int, line: InMemoryChain) -> None:
    line.upload("a.jpg", pictures.oriented("JPEG", orientation))
    line.run()
    thumbnail = next(key for key in outputs(line) if "/thumbnail." in key)
    assert pictures.is_scene(pictures.opened(line.storage.objects[TARGET, thumbnail]), tolerance=6)


@pytest.mark.parametrize(
    ("content", "actor", "reason"),
    [
        (pictures.text_named_jpg(), "ingest", "not-an-image"),
        (b"", "ingest", "empty-object"),
        (b"%PDF-1.7" + bytes(99), "ingest", "unsupported-format"),
        (pictures.truncated_jpeg(), "normalize", "corrupt-image"),
    ],
)
def test_what_cannot_be_done_is_dead_lettered_and_the_record_says_why(
    content: bytes, actor: str, reason: str, line: InMemoryChain
) -> None:
    line.upload("a.jpg", content)
    line.run()
    assert dead_letters(line) == {actor: [reason]}
    assert record(line, "a.jpg")["status"] == "FAILED"
    assert record(line, "a.jpg")[f"failure_{actor}"]["reason"] == reason


def test_one_bad_picture_in_ten_leaves_nine_ready(line: InMemoryChain) -> None:
    for n in range(10):
        line.upload(f"{n}.jpg", pictures.jpeg() if n else pictures.truncated_jpeg())
    line.run()
    assert Counter(item["status"] for item in line.records.items.values()) == {"READY": 9, "FAILED": 1}
    assert dead_letters(line) == {"normalize": ["corrupt-image"]}


def test_a_redriven_message_makes_a_failed_picture_ready(line: InMemoryChain) -> None:
    line.upload("a.jpg", pictures.truncated_jpeg())
    line.run()
    line.storage.objects[SOURCE, "a.jpg"] = pictures.jpeg((400, 300))
    line.queues["normalize"].messages.extend(line.queues["normalize"].dead_letters)
    line.run()
    assert record(line, "a.jpg")["status"] == "READY"


def test_a_notification_that_comes_thrice_makes_one_record_and_one_announcement(line: InMemoryChain) -> None:
    content = pictures.jpeg()
    body = notification("a.jpg", content)
    line.upload("a.jpg", content)
    for _ in range(2):
        line.send(ImageUploaded, body)
    line.run()
    assert len(line.records.items) == 1
    assert [envelope.kind for envelope in line.announced].count(ImageSettled.kind) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_uploads_of_a_key_the_newest_wins(order: tuple[int, int], line: InMemoryChain) -> None:
    for n in order:
        line.upload("a.jpg", pictures.jpeg((90 + n, 60)), etag=f"e{n}", sequencer=f"{n}")
        line.run()
    found = {item["source"]["etag"]: item["status"] for item in line.records.items.values()}
    assert found == {"e0": "SUPERSEDED", "e1": "READY"}


@pytest.mark.parametrize("key", ["in/a b+ü (1)%.jpg", "日本/🦊.jpg", "a%2Bb.jpg", "../up.jpg", "a'\"&<b>.jpg"])
def test_awkward_keys_are_no_trouble(key: str, line: InMemoryChain) -> None:
    line.upload(key, pictures.jpeg())
    line.run()
    assert record(line, key)["status"] == "READY"


def test_a_key_that_no_recipe_matches_leaves_nothing() -> None:
    only_in = parse('[[recipe]]\nname = "r"\nprefix = "in/"\n[[recipe.rendition]]\nname = "w"\nwidth = 9\n')
    line = InMemoryChain(CHAIN, stand_ins={"recipes": only_in})
    line.upload("out/a.jpg", pictures.jpeg())
    line.upload("in/a.jpg", pictures.jpeg())
    line.run()
    assert record(line, "in/a.jpg")["status"] == "READY"
    assert len(line.records.items) == 1
    assert dead_letters(line) == {}


GATED = parse('[[recipe]]\nname = "r"\nmoderation = "gate"\n[[recipe.rendition]]\nname = "w"\nwidth = 9\n')


@pytest.mark.parametrize(
    ("confidence", "status", "renditions"), [(3, "READY", 1), (50, "QUARANTINED", 0), (97, "QUARANTINED", 0)]
)
def test_a_gate_lets_pass_what_its_engine_accepts(confidence: int, status: str, renditions: int) -> None:
    def engine(_: bytes) -> Opinion:
        return Opinion(confidence=confidence, model="scripted", version="1")

    line = InMemoryChain(CHAIN, stand_ins={"recipes": GATED, "engine": engine})
    line.upload("a.jpg", pictures.jpeg())
    line.run()
    found = record(line, "a.jpg")
    assert (found["status"], found["moderation"]["confidence"]) == (status, confidence)
    assert len([key for _, key in line.storage.objects if key.startswith("renditions/")]) == renditions


@pytest.mark.parametrize(("mode", "asked"), [("off", 0), ("flag", 1), ("gate", 1)])
def test_only_pictures_whose_recipe_asks_for_it_come_to_the_moderator(mode: str, asked: int) -> None:
    text = f'[[recipe]]\nname = "r"\nmoderation = "{mode}"\n[[recipe.rendition]]\nname = "w"\nwidth = 9\n'
    engine = Opinion(confidence=3, model="scripted", version="1")
    line = InMemoryChain(CHAIN, stand_ins={"recipes": parse(text), "engine": lambda _: engine})
    line.upload("a.jpg", pictures.jpeg())
    line.turn("ingest")
    line.turn("normalize")
    assert len(line.queues["moderate"].messages) == asked
    line.run()
    assert record(line, "a.jpg")["status"] == "READY"


def test_an_engine_that_is_away_for_a_while_delays_a_gated_picture() -> None:
    opinion = Opinion(confidence=3, model="scripted", version="1")
    answers: list[Opinion | Exception] = [*(ServiceUnavailable("away") for _ in range(MODERATE.attempts - 1)), opinion]

    def engine(_: bytes) -> Opinion:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    line = InMemoryChain(CHAIN, stand_ins={"recipes": GATED, "engine": engine})
    line.upload("a.jpg", pictures.jpeg())
    line.run()
    assert record(line, "a.jpg")["status"] == "READY"
    assert (answers, dead_letters(line)) == ([], {})


def test_s3s_test_event_leaves_nothing(line: InMemoryChain) -> None:
    line.send(ImageUploaded, '{"Service": "Amazon S3", "Event": "s3:TestEvent"}')
    line.run()
    assert (line.records.items, line.announced, dead_letters(line)) == ({}, [], {})


class Busy(MemoryStorage):
    """Asks to slow down whoever wants a master, so many times."""

    times = 0

    def read(self, source: Source) -> bytes:
        if self.times and source.bucket == TARGET:
            self.times -= 1
            raise Throttled("slow down")
        return super().read(source)

    def read_range(self, source: Source, start: int, stop: int) -> bytes:
        return super().read(source)[start:stop]


def test_a_passing_failure_is_overcome() -> None:
    line = InMemoryChain(CHAIN, storage=(busy := Busy()))
    busy.times = CHAIN.actor("resize").attempts - 1
    line.upload("a.jpg", pictures.jpeg())
    line.run()
    assert record(line, "a.jpg")["status"] == "READY"
    assert record(line, "a.jpg")["stage_resize"]["attempts"] == CHAIN.actor("resize").attempts


def test_a_failure_that_does_not_pass_is_dead_lettered_after_the_permitted_attempts() -> None:
    line = InMemoryChain(CHAIN, storage=(busy := Busy()))
    busy.times = CHAIN.actor("resize").attempts
    line.upload("a.jpg", pictures.jpeg())
    line.run()
    assert dead_letters(line) == {"resize": ["throttled"]}
    assert record(line, "a.jpg")["failure_resize"]["attempts"] == CHAIN.actor("resize").attempts


def test_one_trace_runs_from_the_notification_to_the_end(line: InMemoryChain) -> None:
    line.upload("a.jpg", pictures.jpeg())
    line.run()
    assert len({envelope.traceparent.split("-")[1] for envelope in line.announced}) == 1


def test_pictures_have_traces_of_their_own(line: InMemoryChain) -> None:
    for key in ("a.jpg", "b.jpg"):
        line.upload(key, pictures.jpeg())
    line.run()
    assert len({envelope.traceparent.split("-")[1] for envelope in line.announced}) == 2


def test_a_shorter_chain_works_as_far_as_it_goes() -> None:
    ingest, normalize = CHAIN.actor("ingest"), CHAIN.actor("normalize")
    actors = (ingest, replace(normalize, batch=1))
    line = InMemoryChain(Chain(origin=ImageUploaded, actors=actors, operator=(ImageRecalled,)))
    line.upload("a.jpg", pictures.jpeg())
    line.run()
    assert [envelope.kind for envelope in line.announced] == ["image-ingested", "image-normalized"]
