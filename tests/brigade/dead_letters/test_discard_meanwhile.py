"""`brigade dlq discard` where others take letters meanwhile, time runs out, or it breaks off."""

from pathlib import Path
from typing import Any

import pytest

from brigade.dead_letters import queue as queues
from brigade.dead_letters.queue import DeadLetterQueue, ReceivedLetter
from tests.brigade.dead_letters.conftest import Brigade, only_operation
from tests.support.desk import Desk, ingested, lines


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
    assert "warning: 10 dead letters seen, and that is not all: normalize has more" in said
    assert {each.message_id for each in desk.letters("normalize")} == set(others)


def test_a_search_that_did_not_see_everything_has_not_found_nothing(
    desk: Desk, brigade: Brigade, out_of_time: None
) -> None:
    desk.fill("normalize", 12)
    code, said = brigade("discard", "normalize", "--reason", "too-slow", "--yes")
    assert code == 1
    assert "error: not all dead letters were seen" in said


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
