"""`brigade dlq edit`: mended by hand, checked, shown, and only then sent back."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from brigade.dead_letters.queue import DeadLetterQueue
from tests.brigade.dead_letters.conftest import Brigade
from tests.support.desk import Desk, ingested
from tests.support.moto import ACTING

Editor = Callable[..., None]


@pytest.fixture
def saves(monkeypatch: pytest.MonkeyPatch) -> Editor:
    """Let the editor make these replacements in what it is given, one at each time that it is opened."""

    def arrange(*replacements: tuple[str, str]) -> None:
        code = "\n".join(
            (
                "import os, pathlib, sys",
                "path, opened = pathlib.Path(sys.argv[-1]), pathlib.Path('opened')",
                f"replacements = {replacements!r}",
                "count = len(opened.read_bytes()) if opened.exists() else 0",
                "opened.write_bytes(b'.' * (count + 1))",
                "path.write_text(path.read_text().replace(*replacements[count]))",
            )
        )
        with open("editor.py", "w", encoding="utf-8") as file:
            file.write(code)
        monkeypatch.setenv("VISUAL", f"{sys.executable} {file.name}")

    return arrange


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Sit at the terminal and answer; returns the questions."""

    def arrange(*given: bool) -> list[str]:
        questions: list[str] = []
        replies: Iterator[bool] = iter(given)

        def confirm(question: str, **_: Any) -> bool:
            questions.append(question)
            return next(replies)

        monkeypatch.setattr("click.confirm", confirm)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        return questions

    return arrange


def test_the_mended_message_is_sent_back_with_its_lineage_and_told_of(
    desk: Desk, brigade: Brigade, saves: Editor
) -> None:
    letter = desk.bury("normalize", ingested(), note="mine")
    other = desk.bury("normalize", ingested("in/other.jpg"))
    saves(('"recipe": "default"', '"recipe": "posters"'))
    code, said = brigade("edit", "normalize", letter.message_id[:8], "--yes")
    assert code == 0, said
    assert '-    "recipe": "default"' in said
    assert '+    "recipe": "posters"' in said

    [message] = desk.sent_back("normalize")
    assert message["Body"] == letter.body.replace('"recipe":"default"', '"recipe":"posters"')
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    [redrive] = json.loads(attributes["lineage"])
    assert redrive["reason"] == "corrupt-image"
    assert attributes["note"] == "mine"
    assert "reason" not in attributes
    assert [each.message_id for each in desk.letters("normalize")] == [other.message_id]

    [operation] = json.loads(brigade("history", "--json")[1])
    assert (operation["command"], operation["where"], operation["outcomes"]) == ("edit", "normalize", {"redriven": 1})
    assert redrive["operation"] == operation["id"]
    [told] = desk.told()
    assert (told.action, told.image.id, told.operation) == ("redriven", letter.image_id, operation["id"])


@pytest.mark.parametrize("replacement", [("x", "x"), ('{\n  "type"', '{     "type"')])
def test_an_unchanged_message_stays_where_it_is(
    desk: Desk, brigade: Brigade, saves: Editor, replacement: tuple[str, str]
) -> None:
    letter = desk.bury("normalize", ingested())
    saves(replacement)
    code, said = brigade("edit", "normalize", letter.message_id, "--yes")
    assert (code, said) == (0, f"{ACTING}\nnothing was changed, nothing was sent\n")
    assert desk.letters("normalize") == [letter]
    assert json.loads(brigade("history", "--json")[1]) == []


def test_a_mistake_is_said_and_may_be_mended(
    desk: Desk, brigade: Brigade, saves: Editor, answers: Callable[..., list[str]]
) -> None:
    letter = desk.bury("normalize", ingested())
    saves(('"width": 40', '"width": "wide"'), ('"width": "wide"', '"width": 50'))
    questions = answers(True, True)
    code, said = brigade("edit", "normalize", letter.message_id)
    assert code == 0, said
    assert "that would fail again: Expected `int`, got `str` - at `$.width`" in said
    assert questions == ["Edit again?", "Send it back like this?"]
    [message] = desk.sent_back("normalize")
    assert '"width":50' in message["Body"]


@pytest.mark.parametrize(
    ("replacement", "question"), [(('"width"', '"breadth"'), "Edit again?"), (("40", "50"), "Send it back like this?")]
)
def test_who_says_no_changes_nothing(  # noqa: PLR0917 - fixtures
    desk: Desk,
    brigade: Brigade,
    saves: Editor,
    answers: Callable[..., list[str]],
    replacement: tuple[str, str],
    question: str,
) -> None:
    letter = desk.bury("normalize", ingested())
    saves(replacement)
    questions = answers(False)
    code, said = brigade("edit", "normalize", letter.message_id)
    assert code == 1
    assert "\nnothing was changed\n" in said
    assert questions == [question]
    assert desk.letters("normalize") == [letter]
    assert desk.sent_back("normalize") == []


def test_without_a_terminal_a_mistake_is_an_error_and_so_is_a_question(
    desk: Desk, brigade: Brigade, saves: Editor
) -> None:
    letter = desk.bury("normalize", ingested())
    saves(("{", ""), ("40", "50"))
    code, said = brigade("edit", "normalize", letter.message_id, "--yes")
    assert code == 1
    assert "error: not sent: it is no JSON" in said
    code, said = brigade("edit", "normalize", letter.message_id)
    assert code == 1
    assert "add --yes" in said
    assert desk.letters("normalize") == [letter]


def test_a_body_that_was_no_json_can_be_mended(desk: Desk, brigade: Brigade, saves: Editor) -> None:
    letter = desk.bury("normalize", ingested()[:-1], reason="unreadable-message")
    saves((letter.body, letter.body + "}"))
    code, said = brigade("edit", "normalize", letter.message_id, "--yes")
    assert code == 0, said
    [message] = desk.sent_back("normalize")
    assert message["Body"] == letter.body + "}"


def test_one_that_somebody_else_takes_meanwhile_is_not_sent_twice(
    desk: Desk, brigade: Brigade, saves: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = desk.bury("normalize", ingested())
    saves(("40", "50"))
    look = DeadLetterQueue.look

    def look_and_lose(queue: DeadLetterQueue, *rest: Any) -> Any:
        found = look(queue, *rest)
        desk.sqs.purge_queue(QueueUrl=queue.url)
        return found

    monkeypatch.setattr(DeadLetterQueue, "look", look_and_lose)
    code, said = brigade("edit", "normalize", letter.message_id, "--yes")
    assert code == 1
    assert "somebody else has taken the message meanwhile — nothing was sent" in said
    assert desk.sent_back("normalize") == []
    [operation] = json.loads(brigade("history", "--json")[1])
    assert operation["outcomes"] == {"gone": 1}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["normalize"], "name one message — `brigade dlq show normalize` lists them"),
        (["normalize", "a", "b"], "name one message"),
        (["normalize", "zzz"], "no dead letter begins with 'zzz'"),
        (["paint", "a"], "no actor is named paint; there are ingest, "),
    ],
)
def test_what_may_be_named_wrongly(desk: Desk, brigade: Brigade, arguments: list[str], line: str) -> None:
    code, said = brigade("edit", *arguments)
    assert code == 1
    assert line in said


def test_on_a_foreign_pair_nothing_but_json_is_asked_and_the_history_is_in_files(
    desk: Desk, brigade: Brigade, saves: Editor
) -> None:
    source, dead = (desk.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("orders", "orders-dead"))
    identity = desk.sqs.send_message(QueueUrl=dead, MessageBody='{"order":1}')["MessageId"]
    saves(("1", "2"))
    pair = ("--queue", source, "--dlq", dead)
    code, said = brigade("edit", identity, *pair, "--yes")
    assert code == 0, said
    [message] = desk.sqs.receive_message(QueueUrl=source)["Messages"]
    assert message["Body"] == '{"order":2}'
    [operation] = json.loads(brigade("history", *pair, "--json")[1])
    assert (operation["where"], operation["outcomes"]) == ("orders-dead", {"redriven": 1})
    assert json.loads(brigade("history", "--json")[1]) == []
    assert desk.told() == []
