"""`brigade dlq redrive`: it says what will happen, asks, does it, and says what came of it."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from brigade.dead_letters import queue as queues
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.flow import mappings
from tests.support.desk import Desk, ingested
from tests.support.moto import ACTING

Brigade = Callable[..., tuple[int, str]]
YES = ("--yes", "--watch", "0")
LINEAGE = json.dumps([{"at": "", "by": "ann", "operation": f"op{n}", "reason": "corrupt-image"} for n in range(3)])


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """On moto an empty answer is certain at once."""
    monkeypatch.setattr(queues, "LONG_POLL_S", 0)


def test_the_plan_is_shown_and_nothing_happens_without_an_answer(desk: Desk, brigade: Brigade) -> None:
    for key in ("in/a.jpg", "in/b.jpg"):
        desk.bury("resize", ingested(key))
    desk.bury("resize", ingested("in/c.jpg"), reason="object-gone")
    code, said = brigade("redrive", "resize")
    assert code == 1
    assert (
        "error: Send 3 dead letters back to the queue of resize? There is no terminal to answer on — add --yes" in said
    )
    rows = [line.split() for line in said.splitlines()]
    assert ["corrupt-image", "2", "0"] in rows
    assert ["object-gone", "1", "0"] in rows
    assert len(desk.letters("resize")) == 3
    assert desk.sent_back("resize") == []


def test_a_dry_run_says_the_same_and_needs_no_answer(desk: Desk, brigade: Brigade) -> None:
    desk.bury("resize", ingested())
    code, said = brigade("redrive", "resize", "--dry-run")
    assert code == 0
    assert "corrupt-image" in said
    assert len(desk.letters("resize")) == 1
    assert desk.told() == []


def test_letters_go_back_and_the_catalog_hears_of_it(desk: Desk, brigade: Brigade) -> None:
    letter = desk.bury("resize", ingested("in/a.jpg"))
    desk.bury("normalize", ingested("in/b.jpg"))
    code, said = brigade("redrive", "resize", *YES)
    assert code == 0
    assert "1 redriven, 0 came straight back, 0 left, 0 were taken by somebody else" in said
    [sent] = desk.sent_back("resize")
    assert sent["Body"] == letter.body
    [event] = desk.told()
    assert (event.action, event.actor, event.image.id) == ("redriven", "resize", letter.image_id)
    assert event.failed_at == letter.failed_at
    [redrive] = json.loads(sent["MessageAttributes"]["lineage"]["StringValue"])
    assert (redrive["operation"], redrive["by"]) == (event.operation, event.by)
    assert desk.letters("resize") == []
    assert len(desk.letters("normalize")) == 1
    code, said = brigade("history", "--json")
    [operation] = json.loads(said)
    assert operation["id"] == event.operation


def test_filters_and_limit_choose_the_oldest_that_match(desk: Desk, brigade: Brigade) -> None:
    keys = [f"in/{name}.jpg" for name in "abcd"]
    for key in keys:
        desk.bury("resize", ingested(key), reason="object-gone" if key == "in/a.jpg" else "corrupt-image")
    assert brigade("redrive", "resize", "--reason", "corrupt-image", "--limit", "2", *YES)[0] == 0
    assert [letter.key for letter in desk.letters("resize")] == ["in/a.jpg", "in/d.jpg"]
    assert len(desk.sent_back("resize")) == 2


def test_a_letter_that_failed_alike_after_three_redrives_is_left_with_a_warning(desk: Desk, brigade: Brigade) -> None:
    desk.bury("resize", ingested(), lineage=LINEAGE)
    code, said = brigade("redrive", "resize", *YES)
    assert code == 0
    assert "warning: 1 dead letter failed for the same reason after 3 redrives, and will be left" in said
    assert len(desk.letters("resize")) == 1
    assert brigade("redrive", "resize", "--max-redrives", "4", "--dry-run")[1].count("warning") == 0
    assert brigade("redrive", "resize", "--force", *YES)[0] == 0
    assert desk.letters("resize") == []
    [sent] = desk.sent_back("resize")
    assert len(json.loads(sent["MessageAttributes"]["lineage"]["StringValue"])) == 4


def test_of_more_than_can_be_received_it_redrives_what_it_saw_and_says_so(
    desk: Desk, brigade: Brigade, out_of_time: None
) -> None:
    desk.fill("resize", 12)
    code, said = brigade("redrive", "resize", "--yes", "--watch", "0")
    assert code == 1
    assert (
        "warning: 10 dead letters seen, and that is not all: resize has more than can be received in a minute" in said
    )
    assert "10 redriven" in said
    assert "error: not all dead letters were seen: resize has more than" in said
    assert "give the command again for the rest" in said
    assert len(desk.letters("resize")) == 2
    assert brigade("redrive", "resize", "--reason", "x", *YES)[0] == 0


def test_as_many_as_were_asked_for_are_enough(desk: Desk, brigade: Brigade, out_of_time: None) -> None:
    desk.fill("resize", 12)
    assert brigade("redrive", "resize", "--limit", "3", *YES)[0] == 0


def test_nothing_matches(desk: Desk, brigade: Brigade) -> None:
    desk.bury("resize", ingested())
    said = f"{ACTING}\nno dead letter of resize is to be redriven\n"
    assert brigade("redrive", "resize", "--reason", "x", *YES) == (0, said)


def test_an_actor_must_be_named(brigade: Brigade) -> None:
    code, said = brigade("redrive", *YES)
    assert code == 1
    assert "whose dead letters?" in said


def test_any_pair_is_redriven_and_nobody_is_told(desk: Desk, brigade: Brigade) -> None:
    queue, dlq = (desk.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("theirs", "theirs-dead"))
    desk.sqs.send_message(QueueUrl=dlq, MessageBody=ingested())
    code, said = brigade("redrive", "--queue", queue, "--dlq", dlq, *YES)
    assert code == 0
    assert "theirs-dead" in said
    assert "1 redriven" in said
    assert len(desk.sqs.receive_message(QueueUrl=queue)["Messages"]) == 1
    assert desk.told() == []


@pytest.fixture
def comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is sent back fails again at once."""

    def send_back(queue: DeadLetterQueue, letter: DeadLetter, operation: str, by: str) -> None:
        lineage = json.dumps([{"at": "", "by": by, "operation": operation, "reason": letter.reason}])
        queue._send(queue.url, letter, {**letter.attributes, "lineage": lineage}, "")

    monkeypatch.setattr(DeadLetterQueue, "send_back", send_back)


@pytest.mark.usefixtures("comes_back")
def test_it_stops_by_itself_when_too_much_comes_straight_back(desk: Desk, brigade: Brigade) -> None:
    for number in range(12):
        desk.bury("resize", ingested(f"in/{number}.jpg"))
    code, said = brigade("redrive", "resize", *YES)
    assert code == 1
    assert "10 redriven, 10 came straight back (10 corrupt-image), 2 left, 0 were taken by somebody else" in said
    assert (
        "error: 10 of 10 came straight back, and more than 50% is too much: stopped — `brigade dlq show resize`" in said
    )
    assert len(desk.letters("resize")) == 12
    assert brigade("redrive", "resize", "--stop-at", "1", *YES)[0] == 0


def test_a_letter_that_sqs_does_not_take_is_an_error_at_the_end(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import ClientError

    def refuse(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "InvalidParameterValue", "Message": "Too long."}}, "SendMessage")

    desk.bury("resize", ingested())
    monkeypatch.setattr(DeadLetterQueue, "send_back", refuse)
    code, said = brigade("redrive", "resize", *YES)
    assert code == 1
    assert "error: 1 dead letter could not be sent, and stayed — `brigade history` says why for each" in said
    assert len(desk.letters("resize")) == 1


def test_what_was_done_is_said_when_it_is_broken_off(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    desk.bury("resize", ingested())
    monkeypatch.setattr(DeadLetterQueue, "send_back", stop)
    code, said = brigade("redrive", "resize", *YES)
    assert code == 130
    assert "0 redriven; give the command again to go on (operation " in said


class Sqs:
    """SQS as far as moving by itself is concerned."""

    rates: list[int | None]

    def __init__(self) -> None:
        self.rates = []

    def __call__(self, *_: Any) -> "Sqs":
        return self

    def run(self, rate: int | None = None) -> Iterator[int]:
        self.rates.append(rate)
        yield from (0, 1, 2)


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> Sqs:
    sqs = Sqs()
    monkeypatch.setattr("brigade.commands.dlq_native.MoveTask", sqs)
    return sqs


def test_sqs_may_move_all_by_itself_and_it_is_recorded_and_told(desk: Desk, brigade: Brigade, native: Sqs) -> None:
    for key in ("in/a.jpg", "in/b.jpg"):
        desk.bury("resize", ingested(key))
    assert "add --yes" in brigade("redrive", "resize", "--native")[1]
    assert brigade("redrive", "resize", "--native", "--dry-run")[0] == 0
    assert native.rates == []
    code, said = brigade("redrive", "resize", "--native", "--rate", "5", "--yes")
    assert code == 0
    assert "SQS moved 2 dead letters" in said
    assert native.rates == [5]
    assert {event.image.source.key for event in desk.told()} == {"in/a.jpg", "in/b.jpg"}
    [operation] = json.loads(brigade("history", "--json")[1])
    assert operation["command"] == "redrive --native"


@pytest.mark.parametrize(
    "more",
    [
        ["--reason", "x"],
        ["--image", "x"],
        ["--limit", "3"],
        ["--since", "2h"],
        ["--key", "*"],
        ["--max-redrives", "3"],
        ["--force"],
        ["--stop-at", "0.5"],
        ["--watch", "20"],
    ],
)
def test_sqs_itself_knows_no_filter_and_no_caution_which_is_not_passed_over(
    desk: Desk, brigade: Brigade, native: Sqs, more: list[str]
) -> None:
    code, said = brigade("redrive", "resize", "--native", "--yes", *more)
    assert code == 1
    assert f"error: SQS moves all letters or none, as fast as --rate says, and knows no {more[0]} — leave that" in said
    assert native.rates == []


def test_several_of_them_are_named_together(brigade: Brigade) -> None:
    assert "knows no --force and --watch" in brigade("redrive", "resize", "--native", "--watch", "1", "--force")[1]


@pytest.fixture
def paused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mappings, "find", lambda *_: mappings.Mapping(("uuid",), mappings.DISABLED, None))


@pytest.mark.usefixtures("paused")
def test_a_paused_actor_is_said_to_be_and_not_watched(desk: Desk, brigade: Brigade) -> None:
    desk.bury("resize", ingested())
    began = time.monotonic()
    code, said = brigade("redrive", "resize", "--yes")
    assert time.monotonic() - began < 15
    assert code == 0
    assert "resize is paused: what is sent back waits in its queue until `brigade resume resize`\n" in said
    assert "watching" not in said
    assert len(desk.sent_back("resize")) == 1


@pytest.mark.usefixtures("paused")
def test_nor_does_sqs_itself_wake_it(desk: Desk, brigade: Brigade, native: Sqs) -> None:
    desk.bury("resize", ingested())
    assert "resize is paused" in brigade("redrive", "resize", "--native", "--yes")[1]
    assert native.rates == [None]


@pytest.mark.parametrize("rate", ["0.5", "501", "2.5"])
def test_a_rate_that_sqs_does_not_take(brigade: Brigade, native: Sqs, rate: str) -> None:
    code, said = brigade("redrive", "resize", "--native", "--yes", "--rate", rate)
    assert code == 1
    assert "error: SQS moves from 1 to 500 letters a second, a whole number — change --rate" in said


def test_interrupted_the_operator_hears_that_sqs_goes_on(
    desk: Desk, brigade: Brigade, native: Sqs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(rate: int | None = None) -> Iterator[int]:
        yield 0
        raise KeyboardInterrupt

    desk.bury("resize", ingested())
    monkeypatch.setattr(native, "run", interrupted)
    code, said = brigade("redrive", "resize", "--native", "--yes")
    assert code == 130
    assert "SQS goes on by itself; `aws sqs cancel-message-move-task` stops it" in said


def test_letters_that_another_command_holds_are_left(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were there when the plan was made, cannot be got hold of, and are there again at the end."""
    letter = desk.bury("resize", ingested())

    def nothing(*_: Any) -> Iterator[Any]:
        yield from ()

    monkeypatch.setattr(DeadLetterQueue, "take", nothing)
    code, said = brigade("redrive", "resize", *YES)
    assert code == 1
    assert "error: 1 dead letter could not be got hold of — give the command again" in said
    assert [each.message_id for each in desk.letters("resize")] == [letter.message_id]
