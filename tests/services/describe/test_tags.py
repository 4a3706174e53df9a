"""All that was read: what is kept of it, and how it is stored."""

import gzip
import json

import msgspec
import pytest

from services.describe.tags import MOST_CHARACTERS, Said, packed, parse, words, written

ANSWER = rb"""[{
  "SourceFile": "/tmp/brigade-x.jpg",
  "IFD0:Software": 1.10,
  "IFD0:Make": "RECONYX",
  "IPTC:Keywords": ["a","b"],
  "IFD1:ThumbnailImage": "(Binary data 5608 bytes, use -b option to extract)",
  "Canon:SerialNumber": 12e345
}]"""


def test_an_answer_is_read_without_binary_values_and_without_our_files_name() -> None:
    assert set(parse(ANSWER)) == {"IFD0:Software", "IFD0:Make", "IPTC:Keywords", "Canon:SerialNumber"}


def test_what_looks_like_a_number_stays_as_it_was_written() -> None:
    said = Said(parse(ANSWER))
    assert said.first("Software") == "1.10"
    assert said.first("SerialNumber") == "12e345"


@pytest.mark.parametrize("answer", [b"", b"[]", b"{", b'[{"a": 1}, {"b": 2}]', b"no JSON"])
def test_another_answer_is_an_error(answer: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, ValueError)):
        parse(answer)


@pytest.mark.parametrize("answer", [b'[{"IFD0:Make": "Caf\xe9"}]', b'[{"IFD0:Make": "Caf\xed\xa0\x80"}]'])
def test_bytes_that_are_no_text_are_marked_and_what_is_stored_is_json(answer: bytes) -> None:
    tags = parse(answer)
    assert (Said(tags).first("Make") or "").rstrip("\ufffd") == "Caf"
    assert json.loads(gzip.decompress(packed(tags)))["IFD0:Make"].startswith("Caf\ufffd")


@pytest.mark.parametrize("value", [b'"\xff"', b'"\\ud800"', b"\xff", b"[]", b'[["a"]]', b'{"a": "b"}'])
def test_what_is_no_text_is_no_fact(value: bytes) -> None:
    assert words(msgspec.Raw(value)) == ""


def test_exif_is_heard_before_xmp_and_that_before_makers() -> None:
    tags = written({"Nikon:Lens": "n", "XMP-aux:Lens": "x", "IFD0:Lens": "i", "ExifIFD:Lens": "e", "IFD1:Lens": "t"})
    assert list(Said(tags).all("Lens")) == [("ExifIFD", "e"), ("IFD0", "i"), ("XMP-aux", "x"), ("Nikon", "n")]


def test_a_fact_is_one_short_printable_line() -> None:
    (value,) = written({"a": "Evil\x1b[31m\n\t <b>" + "x" * 1000}).values()
    assert words(value).startswith("Evil [31m <b>xxx")
    assert len(words(value)) == MOST_CHARACTERS


def test_the_same_tags_are_stored_as_the_same_bytes_whatever_their_order() -> None:
    tags = parse(ANSWER)
    assert packed(tags) == packed(dict(reversed(list(tags.items()))))
    text = gzip.decompress(packed(tags))
    assert json.loads(text)["IPTC:Keywords"] == ["a", "b"]
    assert b'"IFD0:Software": 1.10' in text
