"""A body is edited as readable JSON, comes back as it was but for what was changed, and is checked."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brigade.dead_letters.editing import difference, edit, editor, mistake, readable, revised
from brigade.dead_letters.letter import DeadLetter
from brigade.terminal import OperatorError
from kit.actor import Actor
from kit.events import Source
from services.ingest.actor import INGEST
from services.normalize.actor import NORMALIZE
from tests.support.desk import ingested, uploaded

SOURCE = Source(bucket="source", key="in/a.jpg", version="v1", uploaded_at="2026-11-21T08:00:00.000Z")


def letter(body: str) -> DeadLetter:
    return DeadLetter(message_id="1", body=body, attributes={}, sent_at=datetime.now(UTC))


def test_json_is_indented_and_its_numbers_and_strings_stay_as_they_were() -> None:
    body = '{"a":1e3,"b":"\\u00fcü","c":[1.10]}'
    shown = readable(body)
    assert shown == '{\n  "a": 1e3,\n  "b": "\\u00fcü",\n  "c": [\n    1.10\n  ]\n}\n'
    assert revised(letter(body), shown).body == body


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(json_values)
def test_whatever_json_it_is_it_means_the_same_afterwards(value: object) -> None:
    body = json.dumps(value)
    assert json.loads(revised(letter(body), readable(body)).body) == value


@pytest.mark.parametrize("body", ["no json", "", "{", "[" * 100_000])
def test_a_body_that_is_no_json_is_shown_as_it_is(body: str) -> None:
    assert readable(body) == body


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "it is no JSON: "),
        ("[" * 100_000, "it is no JSON: "),
        ("{}", "Object missing required field"),
        (ingested().replace("image-ingested", "image-eaten"), "nobody here hears events of type 'brigade.image-eaten'"),
        (ingested().replace('"width":40', '"width":"wide"'), "Expected `int`, got `str` - at `$.width`"),
        (ingested().replace('"key":"', '"key":"other/'), "its image.id is not that of this bucket, key and version"),
        (ingested().replace("JPEG", "JP\ufffeG"), "its body holds the character U+FFFE"),
    ],
)
def test_what_would_fail_again_is_said(text: str, why: str) -> None:
    assert mistake(letter("x"), text, NORMALIZE).startswith(why)


OTHER = Source(bucket="source", key="in/b.jpg", version="v1", uploaded_at="2026-11-21T08:00:00.000Z")


@pytest.mark.parametrize(
    ("before", "after", "actor"),
    [
        (ingested(source=SOURCE), ingested(source=OTHER), NORMALIZE),
        (uploaded(SOURCE), uploaded(OTHER), INGEST),
        (uploaded(SOURCE), uploaded(SOURCE, OTHER), INGEST),
        (uploaded(SOURCE, OTHER), uploaded(OTHER), INGEST),
    ],
)
def test_a_message_stays_about_the_same_pictures(before: str, after: str, actor: Actor) -> None:
    """Else the picture that it was about would be PROCESSING for good."""
    assert mistake(letter(before), after, actor).startswith("it was about another picture, which would wait for it")
    assert mistake(letter(before), before, actor) == ""


def test_what_could_not_be_read_before_may_be_about_any_picture() -> None:
    assert mistake(letter(uploaded(SOURCE)[:-1]), uploaded(SOURCE), INGEST) == ""


def test_what_the_actor_hears_is_let_through() -> None:
    assert mistake(letter("x"), ingested(), NORMALIZE) == ""
    assert mistake(letter("x"), uploaded(SOURCE), INGEST) == ""


def test_ingests_messages_are_read_by_its_own_rules() -> None:
    assert mistake(letter("x"), '{"Records":[{}]}', INGEST).startswith("not a notification from S3")
    assert mistake(letter("x"), '{"Records":[]}', INGEST).startswith("it tells ingest of no picture")


def test_of_a_foreign_pair_nothing_is_known_but_that_it_is_json() -> None:
    assert mistake(letter("x"), '{"anything": true}', None) == ""
    assert mistake(letter("x"), "anything", None).startswith("it is no JSON")


def test_the_difference_is_a_unified_diff() -> None:
    assert list(difference('{\n  "a": 1\n}\n', '{\n  "a": 2\n}\n')) == [
        "--- as it was",
        "+++ as it will be",
        "@@ -1,3 +1,3 @@",
        " {",
        '-  "a": 1',
        '+  "a": 2',
        " }",
    ]


def test_the_editor_is_visual_then_editor_then_vi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("vi", "nano", "code"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert editor({"VISUAL": "code --wait", "EDITOR": "nano"}) == ["code", "--wait"]
    assert editor({"VISUAL": "", "EDITOR": "nano"}) == ["nano"]
    assert editor({}) == ["vi"]
    with pytest.raises(OperatorError, match="the editor 'emacs' is not installed — set EDITOR"):
        editor({"EDITOR": "emacs"})
    with pytest.raises(OperatorError, match="no command: No closing quotation"):
        editor({"EDITOR": "nano '"})
    (tmp_path / "vi").unlink()
    with pytest.raises(OperatorError, match="the editor 'vi' is not installed"):
        editor({})
    with pytest.raises(OperatorError, match="the editor ' ' is not installed"):
        editor({"EDITOR": " "})


def python(code: str) -> list[str]:
    return [sys.executable, "-c", f"import sys, pathlib; path = pathlib.Path(sys.argv[1]); {code}"]


def test_what_the_editor_saves_is_what_comes_back() -> None:
    assert edit("ä\r\nb", python("path.write_bytes(path.read_bytes().replace(b'b', b'c'))")) == "ä\r\nc"


def test_an_editor_that_fails_changes_nothing() -> None:
    with pytest.raises(OperatorError, match="ended with 3 — the message was left as it was"):
        edit("a", python("sys.exit(3)"))
    with pytest.raises(OperatorError, match=r"cannot be read: .* — save it as UTF-8"):
        edit("a", python("path.write_bytes(bytes([255]))"))
    with pytest.raises(OperatorError, match=r"cannot be read: .*No such file"):
        edit("a", python("path.unlink()"))
