"""Dead letters in a file are whole, and what is no dead letter is refused with the number of its line."""

import base64
import json
import string
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.letters_file import read, write
from brigade.dead_letters.limits import MOST_BYTES, unsendable
from brigade.terminal import OperatorError

AT = datetime(2026, 11, 21, 8, 0, 0, 123000, tzinfo=UTC)


def letter(
    body: str = "{}", attributes: Mapping[str, str] | None = None, types: Mapping[str, str] | None = None
) -> DeadLetter:
    return DeadLetter(message_id="m1", body=body, attributes=attributes or {}, sent_at=AT, types=types or {})


# What SQS lets through: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
text = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff", min_codepoint=0x20)
    | st.sampled_from("\t\n\r"),
    min_size=1,
)
attributes = st.dictionaries(st.text(string.ascii_letters + string.digits + "_-", min_size=1), text, max_size=10)


@given(
    found=st.lists(
        st.builds(
            DeadLetter,
            message_id=st.uuids().map(str),
            body=text,
            attributes=attributes,
            sent_at=st.datetimes(timezones=st.just(UTC)),
            types=st.just({}),
            trace_header=st.sampled_from(["", "Root=1-6560c4a0-123456789012345678901234"]),
        ),
        unique_by=lambda each: each.message_id,
        max_size=4,
    )
)
def test_what_was_written_is_read_as_it_was(found: list[DeadLetter]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "letters.jsonl")
        write(found, path, "resize")
        assert read(path) == found


def test_a_line_says_where_the_letter_was_and_keeps_attributes_that_are_no_text(tmp_path: Path) -> None:
    blob = base64.b64encode(b"\x00\xff").decode()
    one = letter("body", {"count": "3", "blob": blob}, {"count": "Number", "blob": "Binary"})
    write([one], tmp_path / "a.jsonl", "resize")
    line = json.loads((tmp_path / "a.jsonl").read_text())
    assert line == {
        "message_id": "m1",
        "queue": "resize",
        "sent_at": "2026-11-21T08:00:00.123000Z",
        "body": "body",
        "attributes": {"count": "3", "blob": blob},
        "types": {"count": "Number", "blob": "Binary"},
    }
    assert read(tmp_path / "a.jsonl") == [one]


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("precious")
    with pytest.raises(OperatorError, match="is there already"):
        write([letter()], path, "resize")
    assert path.read_text() == "precious"


def test_letters_are_on_the_disk_when_write_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    path = tmp_path / "a.jsonl"
    monkeypatch.setattr("os.fsync", lambda _: synced.append(path.read_bytes()))
    write([letter(), letter()], path, "resize")
    file, folder = synced
    assert file == folder == path.read_bytes()
    assert file.count(b"\n") == 2


GOOD: dict[str, Any] = {
    "message_id": "m1",
    "queue": "q",
    "sent_at": "2026-11-21T08:00:00Z",
    "body": "{}",
    "attributes": {},
}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"not json", "malformed"),
        (b"[1]", "Expected `object`"),
        (b"\xff\xfe", "."),
        (b'{"x":' + b"[" * 100_000, "recursion"),
        ({"body": None}, "Expected `str`"),
        ({"sent_at": "yesterday"}, "RFC3339"),
        ({"sent_at": "2026-11-21T08:00:00"}, "timezone"),
        ({"attributes": {"a": 1}}, "Expected `str`"),
        ({"body": ""}, "its body is empty"),
        ({"attributes": {f"a{n}": "x" for n in range(11)}}, "it has 11 attributes, and SQS takes 10"),
    ],
)
def test_a_line_that_is_no_letter_is_named(line: bytes | dict[str, Any], why: str, tmp_path: Path) -> None:
    text = json.dumps(GOOD | line).encode() if isinstance(line, dict) else line
    path = tmp_path / "a.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b"\n\n" + text + b"\n")
    with pytest.raises(OperatorError, match=rf"a\.jsonl, line 3 is no dead letter: .*{why}"):
        read(path)


def test_a_letter_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{json.dumps(GOOD)}\n")
    with pytest.raises(OperatorError, match="line 2 is no dead letter: line 1 has the message m1 already"):
        read(path)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (letter("a\x00b"), "its body holds the character U+0000"),
        (letter("a\ufffe"), "its body holds the character U+FFFE"),
        (letter("x" * (MOST_BYTES + 1)), f"it has {MOST_BYTES + 1} bytes, and SQS takes {MOST_BYTES}"),
        (letter("x", {"a": "y" * MOST_BYTES}), f"it has {MOST_BYTES + 8} bytes"),
        (letter("x", {"a b": "y"}), "its attribute 'a b' has a name that SQS does not take"),
        (letter("x", {"AWS.a": "y"}), "its attribute 'AWS.a' has a name"),
        (letter("x", {"a..b": "y"}), "its attribute 'a..b' has a name"),
        (letter("x", {".a": "y"}), "its attribute '.a' has a name"),
        (letter("x", {"a": ""}), "its attribute 'a' is empty"),
        (letter("x", {"a": "\x00"}), "its attribute 'a' holds a character"),
        (letter("x", {"a": "y"}, {"a": "Text"}), "its attribute 'a' is of type 'Text'"),
        (letter("x", {"a": "y"}, {"a": "Number"}), "its attribute 'a' is no number"),
        (letter("x", {"a": "?"}, {"a": "Binary"}), "its attribute 'a' is not in Base64"),
    ],
)
def test_what_sqs_would_refuse_is_known_before(found: DeadLetter, why: str) -> None:
    assert unsendable(found).startswith(why)


@pytest.mark.parametrize(
    "found",
    [
        letter("x" * MOST_BYTES),
        letter("x", {"a": "-1.5e3"}, {"a": "Number.int"}),
        letter("x", {"a": "AP8="}, {"a": "Binary.png"}),
        letter("x", {"a": "😀"}, {"a": "String.key"}),
        letter("x", {f"a-b_c.{n}": "y" for n in range(10)}),
    ],
)
def test_what_sqs_takes_is_let_through(found: DeadLetter) -> None:
    assert unsendable(found) == ""
