"""`brigade dlq discard`, `export`, `import`: nothing is deleted that is not in a file first, and files come back."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brigade.dead_letters import queue as queues
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.letters_file import read
from brigade.dead_letters.queue import DeadLetterQueue, ReceivedLetter
from tests.brigade.dead_letters.conftest import Brigade
from tests.support.desk import Desk, ingested
from tests.support.moto import ACTING


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def only_operation(brigade: Brigade) -> dict[str, Any]:
    [operation] = json.loads(brigade("history", "--json")[1])
    return dict(operation)


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


def test_of_more_than_can_be_received_it_discards_what_it_saw_and_says_so(
    desk: Desk, brigade: Brigade, out_of_time: None, tmp_path: Path
) -> None:
    desk.fill("normalize", 12)
    code, said = brigade("discard", "normalize", "--archive", "a.jsonl", "--yes")
    assert code == 1
    assert "10 dead letters discarded" in said
    assert "error: not all dead letters were seen: normalize has more" in said
    assert len(lines(tmp_path / "a.jsonl")) == 10
    assert brigade("discard", "normalize", "--archive", "b.jsonl", "--yes")[0] == 0
    assert len(lines(tmp_path / "b.jsonl")) == 2


def test_what_is_named_need_not_be_everything(desk: Desk, brigade: Brigade, out_of_time: None) -> None:
    first, *others = desk.fill("normalize", 12)
    code, said = brigade("discard", "normalize", first, "--yes")
    assert code == 0
    assert "warning: 10 dead letters were seen, and that is not all: normalize has more" in said
    assert {each.message_id for each in desk.letters("normalize")} == set(others)


def test_a_search_that_did_not_see_everything_has_not_found_nothing(
    desk: Desk, brigade: Brigade, out_of_time: None
) -> None:
    desk.fill("normalize", 12)
    code, said = brigade("discard", "normalize", "--reason", "too-slow", "--yes")
    assert code == 1
    assert "error: not all dead letters were seen" in said


def test_an_export_of_more_than_can_be_received_says_that_it_is_not_all(
    desk: Desk, brigade: Brigade, out_of_time: None, tmp_path: Path
) -> None:
    desk.fill("normalize", 12)
    code, said = brigade("export", "normalize", "--out", "a.jsonl")
    assert code == 1
    assert "10 dead letters of normalize written to a.jsonl, and left in the queue" in said
    assert "error: not all dead letters were seen: normalize has more" in said
    assert len(lines(tmp_path / "a.jsonl")) == 10
    assert brigade("export", "normalize", "--out", "b.jsonl")[0] == 0


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


def test_what_somebody_else_takes_meanwhile_is_said(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        desk.bury("normalize", ingested(f"in/{name}.jpg"))
    look = DeadLetterQueue.look

    def look_and_lose(queue: DeadLetterQueue, *rest: Any) -> Any:
        found = look(queue, *rest)
        [taken] = queue.take([found[0].message_id])
        queue.delete(taken)
        return found

    monkeypatch.setattr(DeadLetterQueue, "look", look_and_lose)
    code, said = brigade("discard", "normalize", "--yes")
    assert code == 1
    assert "1 dead letter discarded" in said
    assert "error: 1 of 2 were gone already: somebody else has taken them" in said
    assert only_operation(brigade)["outcomes"] == {"gone": 1, "discarded": 1}


def test_the_archive_holds_what_was_discarded_and_nothing_that_somebody_else_took(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    letters = [desk.bury("normalize", ingested(f"in/{name}.jpg")) for name in ("a", "b", "c")]
    take = DeadLetterQueue.take

    def second(queue: DeadLetterQueue, message_ids: Any) -> Any:
        [other] = take(queue, [letters[0].message_id])
        queue.delete(other)
        return take(queue, message_ids)

    monkeypatch.setattr(DeadLetterQueue, "take", second)
    code, said = brigade("discard", "normalize", "--archive", "a.jsonl", "--yes")
    assert code == 1
    assert "2 dead letters discarded" in said
    assert "a.jsonl holds them\n" in said
    assert {line["message_id"] for line in lines(tmp_path / "a.jsonl")} == {each.message_id for each in letters[1:]}
    assert [path.name for path in tmp_path.glob("a.jsonl*")] == ["a.jsonl"]


def test_an_archive_that_cannot_be_made_smaller_stays_as_it_was(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lost = desk.bury("normalize", ingested("in/a.jpg"))
    desk.bury("normalize", ingested("in/b.jpg"))
    take = DeadLetterQueue.take

    def without_one(queue: DeadLetterQueue, message_ids: set[str]) -> Any:
        return take(queue, message_ids - {lost.message_id})

    def no_space(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DeadLetterQueue, "take", without_one)
    monkeypatch.setattr(Path, "replace", no_space)
    code, said = brigade("discard", "normalize", "--archive", "a.jsonl", "--yes")
    assert code == 1
    assert "1 dead letter discarded" in said
    assert "a.jsonl holds all 2 that were chosen" in said
    assert "error: No space left on device" in said
    assert len(lines(tmp_path / "a.jsonl")) == 2
    assert [path.name for path in tmp_path.glob("a.jsonl*")] == ["a.jsonl"]


def test_what_is_there_but_not_met_again_is_not_called_gone(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a queue so large that a second look does not come to what the first one saw."""
    desk.fill("normalize", 11)
    letter = desk.bury("normalize", ingested())
    look = DeadLetterQueue.look

    def look_and_run_out_of_time(queue: DeadLetterQueue, *rest: Any) -> Any:
        found = look(queue, *rest)
        monkeypatch.setattr(queues, "HOLD_S", 0)
        return found

    monkeypatch.setattr(DeadLetterQueue, "look", look_and_run_out_of_time)
    code, said = brigade("discard", "normalize", letter.message_id, "--yes")
    assert code == 1
    assert "error: 1 of 1 were not met again, and left" in said
    assert only_operation(brigade)["outcomes"] == {"left": 1}


def test_one_that_breaks_off_says_what_it_did(desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        desk.bury("normalize", ingested(f"in/{name}.jpg"))
    delete = DeadLetterQueue.delete
    deleted: list[ReceivedLetter] = []

    def once(queue: DeadLetterQueue, held: ReceivedLetter) -> None:
        if deleted:
            raise KeyboardInterrupt
        deleted.append(held)
        delete(queue, held)

    monkeypatch.setattr(DeadLetterQueue, "delete", once)
    code, said = brigade("discard", "normalize", "--yes")
    assert code == 130
    assert "1 dead letter discarded" in said
    assert "holds all 2 that were chosen" in said
    assert only_operation(brigade)["outcomes"] == {"discarded": 1, "planned": 1}
    assert len(desk.told()) == 1


def test_when_nothing_is_chosen_nothing_happens(desk: Desk, brigade: Brigade, tmp_path: Path) -> None:
    desk.bury("normalize", ingested())
    code, said = brigade("discard", "normalize", "--reason", "too-slow", "--yes")
    assert (code, said) == (0, f"{ACTING}\nno dead letter of normalize is to be discarded\n")
    assert json.loads(brigade("history", "--json")[1]) == []
    assert brigade("discard", "normalize", "zzz", "--yes")[0] == 1
    assert "whose dead letters?" in brigade("discard", "--yes")[1]
    assert not list(tmp_path.glob("*.jsonl"))


def test_export_leaves_the_letters_where_they_are(desk: Desk, brigade: Brigade, tmp_path: Path) -> None:
    letters = [desk.bury("normalize", ingested("in/a.jpg")), desk.bury("normalize", ingested("in/b.jpg"), reason="x")]
    code, said = brigade("export", "normalize", "--out", "all.jsonl")
    assert (code, said) == (0, "2 dead letters of normalize written to all.jsonl, and left in the queue\n")
    assert {line["message_id"] for line in lines(tmp_path / "all.jsonl")} == {each.message_id for each in letters}
    assert brigade("export", "normalize", "--reason", "x", "--out", "some.jsonl")[0] == 0
    assert [line["message_id"] for line in lines(tmp_path / "some.jsonl")] == [letters[1].message_id]
    assert len(desk.letters("normalize")) == 2
    code, said = brigade("export", "normalize", "--out", "all.jsonl")
    assert code == 1
    assert "all.jsonl is there already" in said


def test_what_was_discarded_comes_back_by_import(desk: Desk, brigade: Brigade) -> None:
    lineage = '[{"at":"2026-11-21T08:00:00Z","by":"ada","operation":"op","reason":"corrupt-image"}]'
    before = desk.bury("normalize", ingested(), lineage=lineage, note="mine")
    assert brigade("discard", "normalize", "--archive", "a.jsonl", "--yes")[0] == 0
    code, said = brigade("import", "a.jsonl", "normalize")
    assert code == 0, said
    assert "1 dead letter imported into the dead-letter queue of normalize" in said
    [after] = desk.letters("normalize")
    assert (after.body, after.attributes, after.lineage) == (before.body, before.attributes, before.lineage)
    newest, _ = json.loads(brigade("history", "--json")[1])
    assert (newest["command"], newest["outcomes"]) == ("import", {"imported": 1})
    assert newest["messages"][0]["message_id"] == before.message_id


def test_nothing_is_imported_when_a_line_is_wrong(desk: Desk, brigade: Brigade, tmp_path: Path) -> None:
    desk.bury("normalize", ingested())
    assert brigade("export", "normalize", "--out", "a.jsonl")[0] == 0
    with (tmp_path / "a.jsonl").open("a") as file:
        file.write("{}\n")
    code, said = brigade("import", "a.jsonl", "normalize")
    assert code == 1
    assert "a.jsonl, line 2 is no dead letter: Object missing required field `message_id`" in said
    assert len(desk.letters("normalize")) == 1
    assert json.loads(brigade("history", "--json")[1]) == []


def test_another_actors_letters_are_refused(desk: Desk, brigade: Brigade) -> None:
    letter = desk.bury("normalize", ingested())
    assert brigade("export", "normalize", "--out", "a.jsonl")[0] == 0
    code, said = brigade("import", "a.jsonl", "resize")
    assert code == 1
    assert f"message {letter.message_id} is a dead letter of normalize, not of resize" in said
    assert desk.letters("resize") == []


@pytest.mark.parametrize("foreign", [False, True])
def test_an_import_that_breaks_off_says_how_far_it_came(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch, foreign: bool
) -> None:
    urls = [desk.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("orders", "orders-dead")]
    pair = ("--queue", urls[0], "--dlq", urls[1]) if foreign else ()
    for name in ("a", "b"):
        desk.bury("normalize", ingested(f"in/{name}.jpg"))
    assert brigade("export", "normalize", "--out", "a.jsonl")[0] == 0
    put = DeadLetterQueue.put
    sent: list[DeadLetter] = []

    def once(queue: DeadLetterQueue, letter: DeadLetter) -> None:
        if sent:
            raise PermissionError(13, "Permission denied")
        sent.append(letter)
        put(queue, letter)

    monkeypatch.setattr(DeadLetterQueue, "put", once)
    code, said = brigade("import", "a.jsonl", *(pair or ("normalize",)))
    assert code == 1
    [operation] = json.loads(brigade("history", *pair, "--json")[1])
    assert "error: 1 of 2 were imported, then: Permission denied" in said
    assert f"`brigade {' '.join(('history', operation['id'], *pair))}` says which" in said
    assert operation["outcomes"] == {"imported": 1, "planned": 1}


def test_a_file_that_is_not_there_is_a_wrong_call(desk: Desk, brigade: Brigade) -> None:
    code, said = brigade("import", "nowhere.jsonl", "normalize")
    assert code == 2
    assert "nowhere.jsonl" in said
    assert brigade("export", "normalize")[0] == 2


def test_any_pair_of_queues_will_do(desk: Desk, brigade: Brigade, tmp_path: Path) -> None:
    source, dead = (desk.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("orders", "orders-dead"))
    pair = ("--queue", source, "--dlq", dead)
    blob = {"DataType": "Binary", "BinaryValue": b"\x00\xff"}
    identity = desk.sqs.send_message(QueueUrl=dead, MessageBody="anything", MessageAttributes={"blob": blob})
    assert "no dead letter begins with 'zzz'" in brigade("discard", "zzz", *pair, "--yes")[1]
    assert brigade("discard", identity["MessageId"][:9], *pair, "--yes")[0] == 0
    [path] = tmp_path.glob("brigade-dlq-orders-dead-*.jsonl")
    assert brigade("import", str(path), *pair)[0] == 0
    [message] = desk.sqs.receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"]
    assert (message["Body"], message["MessageAttributes"]["blob"]["BinaryValue"]) == ("anything", b"\x00\xff")
    code, said = brigade("history", *pair)
    assert code == 0
    assert "1 discarded" in said
    assert "1 imported" in said
    assert desk.told() == []
