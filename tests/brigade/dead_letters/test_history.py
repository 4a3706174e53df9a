"""Every change is on record: from its beginning, while it goes on, and however it ends."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from brigade.dead_letters.letter import DeadLetter
from brigade.operations import operation as operations
from brigade.operations.operation import PLANNED, Recording, who
from brigade.operations.storage import FileHistory, History, S3History
from brigade.target import Target, local_target
from brigade.terminal import OperatorError
from kit.outputs import OPERATIONS
from tests.support.desk import Desk, entries, ingested


@pytest.fixture(params=["bucket", "folder"])
def history(request: pytest.FixtureRequest, desk: Desk, tmp_path: Path) -> History:
    target = desk.pipeline.target
    return S3History(target, "target") if request.param == "bucket" else FileHistory(target, tmp_path / "operations")


@pytest.fixture
def letters(desk: Desk) -> list[DeadLetter]:
    return [desk.bury("normalize", ingested(f"in/{name}.jpg")) for name in ("a", "b", "c")]


def test_an_operation_is_recorded_with_every_message_and_what_came_of_it(
    history: History, letters: list[DeadLetter]
) -> None:
    with history.begin("redrive", where="normalize", messages=entries(letters)) as operation:
        operation.note(letters[0].message_id, "redriven")
        operation.note(letters[1].message_id, "redriven")
    [kept] = history.newest()
    assert (kept.id, kept.command, kept.where) == (operation.id, "redrive", "normalize")
    assert kept.by == operation.by == "arn:aws:sts::123456789012:user/moto"
    assert kept.begun_at <= kept.ended_at
    assert [(each.message_id, each.outcome) for each in kept.messages] == [
        (letters[0].message_id, "redriven"),
        (letters[1].message_id, "redriven"),
        (letters[2].message_id, PLANNED),
    ]
    assert dict(kept.outcomes) == {"redriven": 2, PLANNED: 1}
    assert (kept.messages[0].key, kept.messages[0].reason) == ("in/a.jpg", "corrupt-image")
    assert kept.messages[0].image_id == letters[0].images()[0].id


def test_what_is_planned_is_on_record_before_anything_is_done(history: History, letters: list[DeadLetter]) -> None:
    with history.begin("discard", where="normalize", messages=entries(letters)):
        [kept] = history.newest()
        assert dict(kept.outcomes) == {PLANNED: 3}
        assert not kept.ended_at


def planned(count: int) -> operations.Operation:
    entries = [operations.Entry(message_id=str(number)) for number in range(count)]
    return operations.Operation(id="1", command="edit", where="resize", by="ada", begun_at="t", messages=entries)


def test_it_is_written_again_while_it_goes_on_but_not_for_every_message(
    letters: list[DeadLetter], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("brigade.operations.operation.time.monotonic", lambda: clock[0])
    writes: list[dict[str, int]] = []
    recording = Recording(planned(4), lambda now: writes.append(dict(now.outcomes)))
    recording.note("0", "redriven")
    clock[0] += 0.9
    recording.note("1", "redriven")
    assert writes == [{PLANNED: 4}]
    clock[0] += 0.2
    recording.note("2", "redriven")
    recording.note("3", "redriven")
    assert writes == [{PLANNED: 4}, {PLANNED: 1, "redriven": 3}]
    recording.end()
    assert writes[-1] == {"redriven": 4}


def test_a_record_that_takes_long_to_write_is_written_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, writes = [0.0], []

    def slow(_: operations.Operation) -> None:
        clock[0] += 2
        writes.append(clock[0])

    monkeypatch.setattr("brigade.operations.operation.time.monotonic", lambda: clock[0])
    recording = Recording(planned(1), slow)
    for _ in range(100):
        clock[0] += 1
        recording.note("0", "redriven")
    assert writes == [2, 24, 46, 68, 90, 112]


def test_one_that_is_broken_off_keeps_what_it_had_done_and_the_first_error(
    history: History, letters: list[DeadLetter]
) -> None:
    def interrupted() -> None:
        with history.begin("redrive", where="normalize", messages=entries(letters)) as operation:
            operation.note(letters[0].message_id, "redriven")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    [kept] = history.newest()
    assert dict(kept.outcomes) == {"redriven": 1, PLANNED: 2}
    assert kept.ended_at


def test_what_cannot_be_recorded_is_not_begun(desk: Desk, letters: list[DeadLetter]) -> None:
    with (
        pytest.raises(ClientError, match="NoSuchBucket"),
        S3History(desk.pipeline.target, "nowhere").begin("discard", where="x", messages=entries(letters)),
    ):
        pytest.fail("it was begun")


class Failing(FileHistory):
    """The disk is full after the first write."""

    def _put(self, name: str, content: bytes) -> None:
        if list(self._names()):
            raise OSError(28, "No space left on device")
        super()._put(name, content)


def test_a_record_that_cannot_be_completed_is_an_error_only_at_the_end(
    desk: Desk, letters: list[DeadLetter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "_EVERY_S", 0)
    done: list[DeadLetter] = []

    def redrive() -> None:
        history = Failing(desk.pipeline.target, tmp_path / "full")
        with history.begin("redrive", where="normalize", messages=entries(letters)) as operation:
            for letter in letters:
                operation.note(letter.message_id, "redriven")
                done.append(letter)

    with pytest.raises(OperatorError, match=r"was not completed: .*No space left"):
        redrive()
    assert done == letters


def test_the_first_error_is_the_one_that_is_told(desk: Desk, letters: list[DeadLetter], tmp_path: Path) -> None:
    history = Failing(desk.pipeline.target, tmp_path / "full")
    with pytest.raises(ZeroDivisionError), history.begin("redrive", where="normalize", messages=entries(letters)):
        raise ZeroDivisionError


def test_operations_are_listed_newest_first_and_found_by_the_beginning_of_their_ids(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    for identity in ("20261121T060000Z-aa", "20261121T080000Z-cc", "20261121T070000Z-bb"):
        monkeypatch.setattr("brigade.operations.storage.new_id", lambda identity=identity: identity)
        with history.begin("redrive", where="resize", messages=[]):
            pass
    assert [each.id[-2:] for each in history.newest()] == ["cc", "bb", "aa"]
    assert history.find("20261121T07").id == "20261121T070000Z-bb"
    with pytest.raises(OperatorError, match="3 operations begin with '2026'"):
        history.find("2026")
    with pytest.raises(OperatorError, match="there is no operation '1999'"):
        history.find("1999")


def test_a_damaged_record_is_named(history: History) -> None:
    history._put("20261121T060000Z-aa.json", b'{"id": 1}')
    with pytest.raises(OperatorError, match=r"operations/20261121T060000Z-aa\.json is damaged"):
        list(history.newest())


def test_records_lie_below_their_prefix_and_in_their_folder(
    desk: Desk, letters: list[DeadLetter], tmp_path: Path
) -> None:
    target = desk.pipeline.target
    with S3History(target, "target").begin("redrive", where="normalize", messages=entries(letters)) as operation:
        pass
    content: Any = desk.pipeline.s3.get_object(Bucket="target", Key=f"{OPERATIONS}{operation.id}.json")["Body"].read()
    assert json.loads(content)["messages"][0]["outcome"] == PLANNED
    with FileHistory(target, tmp_path / "deep" / "folder").begin(
        "edit", where="other", messages=entries(letters)
    ) as operation:
        pass
    assert [path.name for path in (tmp_path / "deep" / "folder").iterdir()] == [f"{operation.id}.json"]


def test_ids_sort_by_time_and_tell_operators_apart_who_are_at_it_at_the_same_moment() -> None:
    made = [operations.new_id() for _ in range(50)]
    assert all(re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{6}", each) for each in made)
    to_the_millisecond = [each[:20] for each in made]
    assert sorted(to_the_millisecond) == to_the_millisecond
    assert len(set(made)) > 45


@pytest.mark.usefixtures("cloud")
def test_on_aws_it_is_the_callers_arn_and_on_a_local_cloud_the_user_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert who(Target("eu-west-1")) == "arn:aws:sts::123456789012:user/moto"
    monkeypatch.setattr("socket.gethostname", lambda: "desk")
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    assert who(local_target("http://127.0.0.1:9")) == "ada@desk"

    def nameless() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    monkeypatch.setattr("os.getuid", lambda: 1234)
    assert who(local_target("http://127.0.0.1:9")) == "1234@desk"
