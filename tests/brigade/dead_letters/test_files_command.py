"""`brigade dlq export` and `import`: what is in a file comes back as it was."""

import json
from pathlib import Path

import pytest

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from tests.brigade.dead_letters.conftest import Brigade
from tests.support.desk import Desk, ingested, lines


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
