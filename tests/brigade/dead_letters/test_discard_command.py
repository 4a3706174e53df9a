"""`brigade dlq discard`, `export`, `import`: nothing is deleted that is not in a file first, and files come back."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brigade.dead_letters.letters_file import read
from brigade.dead_letters.queue import DeadLetterQueue
from tests.brigade.dead_letters.conftest import Brigade, only_operation
from tests.support.desk import Desk, ingested, lines
from tests.support.moto import ACTING


def test_what_is_discarded_is_in_a_file_on_record_and_told_of(desk: Desk, brigade: Brigade, tmp_path: Path) -> None:
    letters = [desk.bury("normalize", ingested(f"in/{name}.jpg")) for name in ("a", "b")]
    code, said = brigade("discard", "normalize", "--yes")
    assert code == 0, said
    assert desk.letters("normalize") == []
    [path] = tmp_path.glob("brigade-dlq-normalize-*.jsonl")
    assert sorted(read(path), key=lambda each: each.message_id) == sorted(letters, key=lambda each: each.message_id)
    assert f"2 dead letters discarded (operation {only_operation(brigade)['id']}); {path.name} holds them" in said
    assert only_operation(brigade)["outcomes"] == {"discarded": 2}
    assert sorted((each.action, each.image.source.key) for each in desk.told()) == [
        ("discarded", "in/a.jpg"),
        ("discarded", "in/b.jpg"),
    ]


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        (("--reason", "too-slow"), {"in/a.jpg", "out/c.jpg"}),
        (("--key", "in/*"), {"out/c.jpg"}),
        (("--key", "*", "--reason", "corrupt-image"), {"in/b.jpg"}),
    ],
)
def test_filters_choose(desk: Desk, brigade: Brigade, choice: tuple[str, ...], left: set[str]) -> None:
    desk.bury("normalize", ingested("in/a.jpg"))
    desk.bury("normalize", ingested("in/b.jpg"), reason="too-slow")
    desk.bury("normalize", ingested("out/c.jpg"))
    assert brigade("discard", "normalize", *choice, "--yes")[0] == 0
    assert {letter.key for letter in desk.letters("normalize")} == left


def test_messages_are_named_by_the_beginnings_of_their_ids(desk: Desk, brigade: Brigade, tmp_path: Path) -> None:
    a, b, c = (desk.bury("normalize", ingested(f"in/{name}.jpg")) for name in ("a", "b", "c"))
    archive = tmp_path / "mine.jsonl"
    names = (a.message_id[:10], c.message_id, c.message_id[:12])
    code, said = brigade("discard", "normalize", *names, "--archive", str(archive), "--yes")
    assert code == 0, said
    assert [letter.message_id for letter in desk.letters("normalize")] == [b.message_id]
    assert {line["message_id"] for line in lines(archive)} == {a.message_id, c.message_id}


def test_it_asks_first_and_without_a_terminal_it_does_nothing(desk: Desk, brigade: Brigade, tmp_path: Path) -> None:
    letter = desk.bury("normalize", ingested())
    code, said = brigade("discard", "normalize")
    assert code == 1
    assert "corrupt-image" in said
    assert "error: Discard 1 dead letter, written to brigade-dlq-normalize-" in said
    assert "add --yes" in said
    assert desk.letters("normalize") == [letter]
    assert not list(tmp_path.glob("*.jsonl"))


def test_where_the_archive_cannot_be_written_nothing_is_deleted(desk: Desk, brigade: Brigade, tmp_path: Path) -> None:
    letter = desk.bury("normalize", ingested())
    there = tmp_path / "there.jsonl"
    there.touch()
    for path, line in ((there, "is there already — name another file"), (tmp_path / "no" / "a", "No such file")):
        code, said = brigade("discard", "normalize", "--archive", str(path), "--yes")
        assert code == 1
        assert line in said
    assert desk.letters("normalize") == [letter]
    assert desk.told() == []
    operations = json.loads(brigade("history", "--json")[1])
    assert [each["outcomes"] for each in operations] == [{"left": 1}, {"left": 1}]
    assert "planned" not in brigade("history")[1]


def test_the_archive_is_on_the_disk_before_the_first_is_deleted(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.bury("normalize", ingested())
    happened: list[str] = []

    def noted(what: str, work: Callable[..., None]) -> Callable[..., None]:
        def do(*given: Any) -> None:
            happened.append(what)
            work(*given)

        return do

    monkeypatch.setattr(os, "fsync", noted("fsync", os.fsync))
    monkeypatch.setattr(DeadLetterQueue, "delete", noted("delete", DeadLetterQueue.delete))
    assert brigade("discard", "normalize", "--yes")[0] == 0
    assert happened == ["fsync", "fsync", "delete"]


def test_when_nothing_is_chosen_nothing_happens(desk: Desk, brigade: Brigade, tmp_path: Path) -> None:
    desk.bury("normalize", ingested())
    code, said = brigade("discard", "normalize", "--reason", "too-slow", "--yes")
    assert (code, said) == (0, f"{ACTING}\nno dead letter of normalize is to be discarded\n")
    assert json.loads(brigade("history", "--json")[1]) == []
    assert brigade("discard", "normalize", "zzz", "--yes")[0] == 1
    assert "whose dead letters?" in brigade("discard", "--yes")[1]
    assert not list(tmp_path.glob("*.jsonl"))
