"""Envelopes: what is put in comes out again, and what is no envelope is refused with the place."""

import json
import re
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.envelope import MAX_BYTES, decode, encode, now, wrap
from kit.errors import AnnouncementTooLarge, UnreadableMessage
from kit.events import Image, Source, StoredRendition
from kit.events import ImageResized as Resized
from kit.tracing import Trace
from tests.support.stand import ImagePraised, ImageSeen, image

TRACE = Trace("0" * 31 + "1", "0" * 15 + "2")
BODY = encode(wrap(ImageSeen(image=image()), "look", TRACE))


@given(key=st.text(min_size=1), version=st.none() | st.text(), size=st.none() | st.integers(0, 2**40), shade=st.text())
def test_an_event_comes_out_of_its_envelope_as_it_was_put_in(
    key: str, version: str | None, size: int | None, shade: str
) -> None:
    event = ImageSeen(image=Image.of(Source(bucket="b", key=key, version=version, size=size)), shade=shade)
    envelope = wrap(event, "look", TRACE, version="7", attempts=3, queued_ms=12, worked_ms=34)
    assert decode(encode(envelope), [ImageSeen]) == (envelope, event)


def test_an_envelope_is_a_cloud_event() -> None:
    content = json.loads(BODY)
    assert content["specversion"] == "1.0"
    assert content["type"] == "brigade.image-seen"
    assert content["source"] == "brigade/look"
    assert content["subject"] == content["data"]["image"]["id"] == image().id
    assert content["datacontenttype"] == "application/json"
    assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in content)  # CloudEvents allows no others


def test_every_envelope_has_an_id_of_its_own() -> None:
    event = ImageSeen(image=image())
    assert wrap(event, "look", TRACE).id != wrap(event, "look", TRACE).id


def test_who_speaks_and_what_is_said_can_be_read_off() -> None:
    envelope, _ = decode(BODY, [ImageSeen])
    assert (envelope.actor, envelope.kind) == ("look", "image-seen")


def test_the_event_is_found_among_all_that_the_actor_hears() -> None:
    _, event = decode(BODY, [ImagePraised, ImageSeen])
    assert isinstance(event, ImageSeen)


def changed(path: str, value: Any) -> str:
    content = json.loads(BODY)
    place = content
    *way, last = path.split(".")
    for word in way:
        place = place[word]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return json.dumps(content)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "Input data was truncated"),
        ("hello", "JSON is malformed"),
        (BODY[:-20], "truncated"),
        ("[]", "Expected `object`, got `array`"),
        ("null", "Expected `object`, got `null`"),
        ("{}", "missing required field `type`"),
        ('{"type": "brigade.image-seen"}', "missing required field `source`"),
        (changed("data", None), "missing required field `data`"),
        (changed("data", "text"), "Expected `object`, got `str`"),
        (changed("data.image", None), "missing required field `image`"),
        (changed("data.image.id", 7), r"Expected `str`, got `int` - at `\$.image.id`"),
        (changed("data.image.source.key", None), r"missing required field `key` - at `\$.image.source`"),
        (changed("data.image.source.size", "large"), r"at `\$.image.source.size`"),
        (changed("attempts", "many"), r"at `\$.attempts`"),
        (changed("type", "brigade.image-eaten"), "nobody here hears events of type 'brigade.image-eaten'"),
        (changed("type", "image-seen"), "nobody here hears events of type 'image-seen'"),
        ('{"Records": []}', "missing required field"),
        ('{"type": "\udcff"}', "codec can't encode"),
    ],
)
def test_what_is_no_event_that_we_hear_is_unreadable_and_says_why(body: str, words: str) -> None:
    with pytest.raises(UnreadableMessage, match=words):
        decode(body, [ImageSeen])


def test_fields_that_a_later_version_adds_do_no_harm() -> None:
    content = json.loads(BODY)
    content |= {"mood": "sunny"}
    content["data"]["image"]["source"]["owner"] = "somebody"
    assert decode(json.dumps(content), [ImageSeen])[1] == ImageSeen(image=image())


def test_fields_that_an_earlier_version_lacked_have_a_default() -> None:
    assert decode(changed("data.shade", None), [ImageSeen])[1] == ImageSeen(image=image())


@given(st.text())
def test_no_text_at_all_does_worse_than_unreadable(body: str) -> None:
    with pytest.raises(UnreadableMessage):
        decode(body, [ImageSeen])


def test_what_is_too_large_for_a_message_says_so() -> None:
    stored = StoredRendition(
        name="n" * 63, bucket="b" * 63, key="k" * 200, format="JPEG", width=1, height=1, bytes=1, method="m" * 100
    )
    event = Resized(image=image("ü" * 512), recipe="r" * 63, renditions=(stored,) * 600)
    assert len(encode(wrap(msgspec.structs.replace(event, renditions=(stored,) * 400), "resize", TRACE))) < MAX_BYTES
    with pytest.raises(AnnouncementTooLarge, match=r"^image-resized has \d{3},\d{3} bytes; the limit is 261,120$"):
        encode(wrap(event, "resize", TRACE))


def test_the_time_is_utc_to_the_millisecond() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", now())
    assert datetime.fromisoformat(now()).utcoffset() is not None
