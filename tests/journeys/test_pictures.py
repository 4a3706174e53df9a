"""A picture dropped into the source bucket, and what becomes of it."""

from io import BytesIO

import pytest
from PIL import Image as Pillow

from brigade.dead_letters.stack_queues import dead_letters
from imaging.recipes import load
from infra import names
from services.chain import CHAIN
from tests.support import pictures
from tests.support.journey import UNMATCHED, Journey, until


@pytest.fixture
def journey(guarded: Journey) -> Journey:
    """These run where IAM is enforced."""
    return guarded


RENDITIONS = [rendition.name for rendition in load().named("default").rendition]


def test_a_jpeg_becomes_ready_with_its_ten_renditions(journey: Journey) -> None:
    image = journey.put("in/holiday.jpg", pictures.oriented("JPEG", 6))
    [record] = journey.settled(image)
    assert record["status"] == "READY"
    assert [rendition["name"] for rendition in record["renditions"]] == RENDITIONS
    for stored in (record["master"], *record["renditions"]):
        content = journey.stored(stored)
        assert len(content) == stored["bytes"]
        opened = Pillow.open(BytesIO(content))
        assert (opened.format, opened.size) == (stored["format"], (stored["width"], stored["height"]))
        assert not opened.getexif()
    assert (record["original"]["width"], record["original"]["height"]) == (
        record["master"]["height"],
        record["master"]["width"],
    )
    assert set(record["stages"]) >= {"ingest", "normalize", "resize"}
    assert journey.said(image) == ["READY"]


def test_transparency_is_kept(journey: Journey) -> None:
    [record] = journey.settled(journey.put("in/logo.png", pictures.alpha_png()))
    thumbnail = Pillow.open(BytesIO(journey.stored(record["renditions"][0])))
    assert thumbnail.format == "PNG"
    assert thumbnail.convert("RGBA").getchannel("A").getextrema()[0] == 0


def test_a_key_of_the_training_set_gets_its_one_square(journey: Journey) -> None:
    [record] = journey.settled(journey.put("postpic/cat.JPG", pictures.jpeg((900, 700))))
    assert record["recipe"] == "training"
    [square] = record["renditions"]
    assert (square["name"], square["width"], square["height"], square["format"]) == ("square600", 600, 600, "JPEG")


@pytest.mark.parametrize(
    ("name", "content", "actor", "reason"),
    [
        ("cut-off.jpg", pictures.truncated_jpeg(), "normalize", "corrupt-image"),
        ("text.jpg", pictures.text_named_jpg(), "ingest", "not-an-image"),
        ("empty.png", b"", "ingest", "empty-object"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "ingest", "unsupported-format"),
    ],
)
def test_what_cannot_be_a_picture_waits_as_a_dead_letter(
    journey: Journey, name: str, content: bytes, actor: str, reason: str
) -> None:
    image = journey.put(f"in/{name}", content)
    [record] = journey.settled(image)
    assert record["status"] == "FAILED"
    assert (record["failure"]["actor"], record["failure"]["reason"]) == (actor, reason)

    [letter] = [each for each in dead_letters(journey.pipeline, CHAIN.actor(actor)) if each.image_id == image.id]
    assert (letter.reason, letter.attributes["actor"], letter.attributes["attempts"]) == (reason, actor, "1")
    assert letter.detail == record["failure"]["detail"]
    assert letter.key == f"in/{name}"


@pytest.mark.parametrize(
    "name", ["with space.jpg", "a+b.jpg", "copy (1).jpg", "100%.jpg", "Grüße 東京 🪣.jpg", "a/b/c.jpg", "%2F&=?.jpg"]
)
def test_any_key_arrives_as_it_was_written(journey: Journey, name: str) -> None:
    [record] = journey.settled(journey.put(f"in/{name}", pictures.jpeg()))
    assert (record["status"], record["source"]["key"]) == ("READY", f"in/{name}")
    assert journey.record(f"in/{name}")["image_id"] == record["image_id"]


def test_one_bad_picture_in_a_batch_of_ten_leaves_nine_good(journey: Journey) -> None:
    journey.at_rest()
    journey.pause("ingest", paused=True)
    good = [journey.put(f"in/batch/{i}.jpg", pictures.jpeg()) for i in range(5)]
    bad = journey.put("in/batch/bad.jpg", pictures.text_named_jpg())
    good += [journey.put(f"in/batch/{i}.jpg", pictures.jpeg()) for i in range(5, 9)]
    journey.pause("ingest", paused=False)
    assert [record["status"] for record in journey.settled(*good)] == ["READY"] * 9
    assert journey.settled(bad)[0]["status"] == "FAILED"


def test_a_key_that_no_recipe_matches_is_ignored_and_the_log_says_so(journey: Journey) -> None:
    image = journey.put(f"{UNMATCHED}notes.jpg", pictures.jpeg())
    logs = journey.pipeline.target.client("logs")
    group = f"/aws/lambda/{journey.pipeline.output(names.function(CHAIN.actor('ingest')))}"

    def said() -> bool:
        events = logs.filter_log_events(logGroupName=group)["events"]
        return any("ignored" in event["message"] and image.id in event["message"] for event in events)

    until(said, "the log to say so")
    journey.at_rest()
    assert journey.pipeline.catalog.get([image.id]) == {}
    assert not [each for each in dead_letters(journey.pipeline, CHAIN.actor("ingest")) if each.image_id == image.id]
