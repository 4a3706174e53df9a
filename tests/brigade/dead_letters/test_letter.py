"""What a dead letter says of itself, and what it becomes when it is sent back."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from brigade.dead_letters.letter import DeadLetter, Redrive
from kit.events import Image, ImageIngested, Source
from kit.queue import MOST_ATTRIBUTES, Message, dead_letter_attributes
from tests.support.site import body, picture, s3_event

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
TRACE = "Root=1-6560c4a0-123456789012345678901234;Parent=1234567890123456;Sampled=1"
FACTS = {
    "reason": "corrupt-image",
    "detail": "a marker is missing",
    "actor": "resize",
    "image_id": "the picture",
    "attempts": "2",
    "failed_at": "2026-11-21T08:00:01.000Z",
    "trace": TRACE,
}


def letter(text: str = "{}", attributes: dict[str, str] | None = None, **more: Any) -> DeadLetter:
    return DeadLetter("m1", text, attributes or {}, AT, **more)


def redrive(reason: str = "corrupt-image", operation: str = "op1") -> Redrive:
    return Redrive(at="2026-11-21T09:00:00.000Z", by="me", operation=operation, reason=reason)


def ingested(image: Image) -> str:
    return body(ImageIngested(image=image, recipe="default", format="JPEG", width=4, height=3, bytes=9), "ingest")


def test_what_the_actor_wrote_is_read() -> None:
    one = letter(attributes=FACTS)
    assert (one.reason, one.detail, one.actor) == ("corrupt-image", "a marker is missing", "resize")
    assert (one.image_id, one.attempts, one.trace) == ("the picture", 2, TRACE)
    assert one.since == datetime(2026, 11, 21, 8, 0, 1, tzinfo=UTC)


def test_one_that_sqs_itself_moved_says_what_is_known() -> None:
    image = picture("a.jpg")
    one = letter(ingested(image), trace_header=TRACE)
    assert (one.reason, one.actor, one.attempts, one.failed_at) == ("unknown", "", None, "")
    assert "stopped before it could say why" in one.detail
    assert (one.image_id, one.key, one.trace, one.since) == (image.id, "a.jpg", TRACE, AT)


@pytest.mark.parametrize("text", ["{}", "any order", '{"order": 1}'])
def test_of_anybody_elses_message_nothing_is_made_up(text: str) -> None:
    assert (letter(text).reason, letter(text).detail) == ("unknown", "the message does not say why")


def test_a_trace_is_found_in_the_envelope_at_last() -> None:
    text = ingested(picture())
    assert letter(text).trace == json.loads(text)["awstraceheader"]
    assert letter("no event").trace == ""


def test_a_notification_names_all_its_pictures() -> None:
    sources = [Source(bucket="source", key=key, version="v", uploaded_at="2026-11-21T08:00:00Z") for key in "ab"]
    one = letter(json.dumps({"Records": [record for source in sources for record in s3_event(source)["Records"]]}))
    assert one.key == "a, b"
    assert [image.id for image in one.images()] == [Image.of(source).id for source in sources]
    assert one.image_id == Image.of(sources[0]).id


def test_an_event_without_a_picture_names_none() -> None:
    event = json.loads(ingested(picture()))
    assert letter(json.dumps(event | {"data": {"image": 7}})).images() == []


@given(st.text() | st.binary().map(bytes.hex) | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
@example('{"x":' + "[" * 100_000)
@example('[{"x":' + "[" * 100_000)
def test_no_body_and_no_attribute_is_too_odd_to_be_looked_at(text: str) -> None:
    one = letter(text, dict.fromkeys(FACTS, text) | {"lineage": text})
    assert one.key == ""
    assert one.lineage == ()
    assert one.attempts is None or one.attempts >= 0
    assert one.since.tzinfo
    assert letter(text).image_id == ""


@pytest.mark.parametrize("text", ["2026-11-21T10:00:00", "2026-11-21T10:00:00Z", "2026-11-21T11:00:00+01:00"])
def test_a_time_of_failure_without_zone_is_utc(text: str) -> None:
    assert letter(attributes={"failed_at": text}).since == datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_sent_back_it_keeps_what_is_its_own_and_the_failure_becomes_lineage() -> None:
    sent = letter(attributes={"type": "brigade.image-ingested"} | FACTS).redriven(redrive())
    assert json.loads(sent.pop("lineage")) == [
        {"at": "2026-11-21T09:00:00.000Z", "by": "me", "operation": "op1", "reason": "corrupt-image"}
    ]
    assert sent == {
        "type": "brigade.image-ingested",
        "actor": "resize",
        "image_id": "the picture",
        "trace": TRACE,
    }


def test_lineage_grows_at_its_end() -> None:
    once = letter(attributes=letter(attributes=FACTS).redriven(redrive("corrupt-image", "op1")) | FACTS)
    twice = letter(attributes=once.redriven(redrive("object-gone", "op2")))
    assert [each.operation for each in twice.lineage] == ["op1", "op2"]


def test_words_of_another_sender_are_its_own() -> None:
    """A message that SQS itself moved has no time of failure: what it calls a reason is not ours."""
    own = {"reason": "birthday", "detail": "cake", "attempts": "many"}
    assert letter(attributes=own).redriven(redrive()).items() > own.items()


def test_a_message_with_as_many_attributes_as_sqs_takes_keeps_them_all() -> None:
    own = {f"own-{number}": "x" for number in range(MOST_ATTRIBUTES)}
    assert letter(attributes=own).redriven(redrive()) == own
    nine = dict(list(own.items())[1:])
    assert letter(attributes=nine).redriven(redrive()).keys() == {"lineage", *nine}


@given(
    own=st.dictionaries(st.sampled_from([f"own-{number}" for number in range(10)]), st.just("x"), max_size=2),
    failures=st.lists(st.sampled_from(["corrupt-image", "object-gone"]), min_size=1, max_size=5),
)
def test_over_any_number_of_failures_and_redrives_nothing_of_its_own_is_lost(
    own: dict[str, str], failures: list[str]
) -> None:
    attributes = own
    for reason in failures:
        why = FACTS | {"reason": reason}
        dead = letter(attributes=dead_letter_attributes(Message(id="m", body="{}", attributes=attributes), why))
        attributes = dead.redriven(redrive(reason))
        assert attributes.items() >= own.items()
        assert len(attributes) <= MOST_ATTRIBUTES
    lineage = msgspec.json.decode(attributes["lineage"], type=list[Redrive])
    assert [each.reason for each in lineage] == failures
