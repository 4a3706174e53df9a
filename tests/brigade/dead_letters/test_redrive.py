"""Which letters are sent back, and what becomes of each: sent once at least, deleted only after that."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from brigade.dead_letters import queue as queues
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.letter import Redrive as Redriven
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.dead_letters.redrive import Pace, Redrive, RedriveResult, plan
from brigade.operations.operation import Operation, Recording
from brigade.queue_counts import Counts, counts
from kit.backoff import Policy, under

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
REASONS = ("corrupt-image", "object-gone")
QUICK = Pace(watch_s=0, poll_s=0)


def letter(number: int, reason: str, past: list[str]) -> DeadLetter:
    attributes = {"reason": reason, "failed_at": "2026-11-21T08:00:01.000Z"}
    for before in past:
        redrive = Redriven(at="2026-11-21T09:00:00.000Z", by="me", operation="op", reason=before)
        attributes |= DeadLetter("", "", attributes, AT).redriven(redrive)
    return DeadLetter(str(number), "{}", attributes, AT)


letters = st.lists(st.tuples(st.sampled_from(REASONS), st.lists(st.sampled_from(REASONS), max_size=4)), max_size=8).map(
    lambda found: [letter(number, *each) for number, each in enumerate(found)]
)


def in_vain(one: DeadLetter) -> int:
    """How many redrives, the last ones, were of the failure that it has now."""
    runs = [(reason, len(list(run))) for reason, run in groupby(each.reason for each in one.lineage)]
    return runs[-1][1] if runs and runs[-1][0] == one.reason else 0


@given(letters, st.integers(1, 4), st.booleans(), st.none() | st.integers(1, 4))
def test_a_letter_is_sent_back_held_back_or_beyond_the_limit(
    found: list[DeadLetter], most: int, force: bool, limit: int | None
) -> None:
    made = plan(found, most_redrives=most, force=force, limit=limit)
    able = [each for each in found if force or in_vain(each) < most]
    assert made.letters == able[:limit]
    assert made.held_back == [each for each in found if each not in able]


def test_a_letter_that_fails_for_another_reason_now_may_go_again() -> None:
    [one] = plan([letter(0, "object-gone", ["corrupt-image"] * 3)], most_redrives=3).letters
    assert one.reason == "object-gone"


@pytest.mark.parametrize(("rate", "most"), [(None, 80), (100, 80), (1, 30), (0.2, 6), (0.01, 1)])
def test_no_more_is_held_than_can_be_sent_in_half_of_the_time(rate: float | None, most: int) -> None:
    assert Pace(rate=rate).at_once == most


class Bench:
    """A queue pair on moto with dead letters in it, and an operation that notes what came of them."""

    def __init__(self, count: int) -> None:
        sqs: Any = boto3.client("sqs")
        source, dead = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("work", "dead"))
        self.queue = DeadLetterQueue(sqs, dead, source)
        for number in range(count):
            self.fail(str(number))
        self.letters = self.queue.look()
        self.operation = self._recording()

    def _recording(self) -> Recording:
        from brigade.operations.operation import Entry

        entries = [Entry(message_id=each.message_id) for each in self.letters]
        self.kept = Operation(id="op", command="redrive", where="work", by="me", begun_at="", messages=entries)
        return Recording(self.kept, lambda _: None)

    def fail(self, body: str, **attributes: str) -> None:
        facts = {"reason": "corrupt-image", "failed_at": "2026-11-21T08:00:01.000Z"} | attributes
        typed = {name: {"DataType": "String", "StringValue": value} for name, value in facts.items()}
        self.queue.sqs.send_message(QueueUrl=self.queue.url, MessageBody=body, MessageAttributes=typed)

    def run(self, pace: Pace = QUICK, **more: Any) -> RedriveResult:
        return Redrive(self.queue, self.letters, self.operation, pace, **more).run()

    def outcomes(self) -> dict[str, int]:
        return dict(self.kept.outcomes)

    def waiting(self) -> list[str]:
        """Return the bodies in the source queue."""
        sqs, bodies = self.queue.sqs, []
        while messages := sqs.receive_message(QueueUrl=self.queue.source_url, MaxNumberOfMessages=10).get("Messages"):
            bodies += [each["Body"] for each in messages]
        return sorted(bodies, key=int)


@pytest.fixture
def bench(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Bench]]:
    monkeypatch.setattr(queues, "LONG_POLL_S", 0)
    with under(Policy(sleep=lambda _: None)):
        yield Bench


def test_everything_is_sent_back_noted_and_told(bench: Callable[[int], Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brigade.dead_letters.redrive.WAVES", (3, 5))
    one = bench(15)
    steps: list[None] = []
    told: list[DeadLetter] = []
    account = one.run(step=lambda: steps.append(None), tell=told.extend)
    assert account == RedriveResult(redriven=15)
    assert one.waiting() == [str(number) for number in range(15)]
    assert one.queue.look() == []
    assert one.outcomes() == {"redriven": 15}
    assert len(steps) == 15
    assert sorted(each.message_id for each in told) == sorted(each.message_id for each in one.letters)


def test_what_fails_meanwhile_is_not_touched(bench: Callable[[int], Bench]) -> None:
    one = bench(3)
    one.fail("99")
    assert one.run() == RedriveResult(redriven=3)
    assert [each.body for each in one.queue.look()] == ["99"]


def test_what_somebody_else_has_taken_is_counted(bench: Callable[[int], Bench]) -> None:
    one = bench(5)
    for held in DeadLetterQueue(one.queue.sqs, one.queue.url, "").take([each.message_id for each in one.letters[:2]]):
        one.queue.delete(held)
    assert one.run() == RedriveResult(redriven=3, taken=2)
    assert one.outcomes() == {"redriven": 3, "planned": 2}


class TooLong(DeadLetterQueue):
    """So many letters that a look does not come to all of them."""

    def look(self, *rest: Any) -> list[DeadLetter]:
        found = super().look(*rest)
        self.saw_all = False
        return found


def test_what_a_look_did_not_come_to_is_not_said_to_be_taken(bench: Callable[[int], Bench]) -> None:
    one = bench(5)
    for held in one.queue.take([each.message_id for each in one.letters[:2]]):
        one.queue.delete(held)
    one.queue = TooLong(one.queue.sqs, one.queue.url, one.queue.source_url)
    assert one.run() == RedriveResult(redriven=3, left=2)


class ComesBack(DeadLetterQueue):
    """The actor fails again, at once, and writes the letter with its lineage and another reason."""

    def send_back(self, letter: DeadLetter, operation: str, by: str) -> None:
        redrive = Redriven(at="2026-11-21T09:00:00.000Z", by=by, operation=operation, reason=letter.reason)
        facts = {"reason": "object-gone", "failed_at": "2026-11-21T09:00:01.000Z"}
        self._send(self.url, letter, letter.redriven(redrive) | facts, "")


def test_it_stops_after_ten_when_too_much_comes_straight_back(bench: Callable[[int], Bench]) -> None:
    one = bench(30)
    one.queue = ComesBack(one.queue.sqs, one.queue.url, one.queue.source_url)
    account = one.run()
    assert (account.redriven, account.left, account.taken, account.stopped) == (10, 20, 0, True)
    assert [each.reason for each in account.came_back] == ["object-gone"] * 10
    assert len(one.queue.look()) == 30
    assert one.outcomes() == {"redriven": 10, "planned": 20}


def test_what_comes_back_does_not_matter_up_to_the_share_that_was_said(bench: Callable[[int], Bench]) -> None:
    one = bench(30)
    one.queue = ComesBack(one.queue.sqs, one.queue.url, one.queue.source_url)
    account = one.run(Pace(watch_s=0, poll_s=0, stop_at=1))
    assert (account.redriven, len(account.came_back), account.stopped) == (30, 30, False)


def test_letters_of_an_earlier_redrive_are_not_counted_as_coming_back(bench: Callable[[int], Bench]) -> None:
    one = bench(1)
    one.fail("7", lineage='[{"at":"","by":"","operation":"earlier","reason":"corrupt-image"}]')
    assert one.run().came_back == []


def test_the_queue_is_watched_until_it_is_worked_off(
    bench: Callable[[int], Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bench(3)
    busy = [Counts(3, 0, 0), Counts(0, 3, 0), Counts(0, 0, 1), Counts(0, 0, 0), Counts(0, 0, 0)]
    asked: list[Counts] = []

    def answer(sqs: Any, url: str) -> Counts:
        if url != one.queue.source_url:
            return counts(sqs, url)
        asked.append(busy[len(asked)])
        return asked[-1]

    monkeypatch.setattr("brigade.dead_letters.queue.counts", answer)
    assert one.run(Pace(poll_s=0)).redriven == 3
    assert asked == busy


def test_the_queue_is_not_watched_for_longer_when_much_is_back_already(bench: Callable[[int], Bench]) -> None:
    """The source queue is never worked off here; only the dead-letter queue's depth ends the waiting."""
    one = bench(3)
    steps: list[None] = []

    def step() -> None:
        steps.append(None)

    run = Redrive(one.queue, one.letters, one.operation, Pace(poll_s=0, watch_s=60), step)
    depth = iter([0, 0, 2])
    run._depth = lambda: next(depth)  # type: ignore[method-assign]
    assert run.run().redriven == 3
    assert next(depth, None) is None


def test_a_queue_that_nobody_works_off_is_watched_no_longer_than_said(bench: Callable[[int], Bench]) -> None:
    one = bench(3)
    assert one.run(Pace(poll_s=0, watch_s=0.05)) == RedriveResult(redriven=3)


def test_the_rate_is_kept(bench: Callable[[int], Bench]) -> None:
    one = bench(12)
    slept: list[float] = []
    with under(Policy(sleep=slept.append)):
        one.run(Pace(rate=0.5, watch_s=0))
    pauses = [seconds for seconds in slept if seconds]
    assert len(pauses) == 11  # before each but the first
    assert all(1 < seconds <= 2 for seconds in pauses)


def test_a_letter_that_was_sent_and_would_not_go_is_deleted_in_the_end(
    bench: Callable[[int], Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bench(3)
    delete, receipts = one.queue.sqs.delete_message, iter(["stale"])

    def delete_late(*, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        if next(receipts, None):
            one.queue.sqs.change_message_visibility(QueueUrl=QueueUrl, ReceiptHandle=ReceiptHandle, VisibilityTimeout=0)
            raise ClientError({"Error": {"Code": "ReceiptHandleIsInvalid", "Message": "Stale."}}, "DeleteMessage")
        delete(QueueUrl=QueueUrl, ReceiptHandle=ReceiptHandle)

    monkeypatch.setattr(one.queue.sqs, "delete_message", delete_late)
    assert one.run() == RedriveResult(redriven=3)
    assert one.queue.look() == []
    assert one.waiting() == ["0", "1", "2"]


class Refuses(DeadLetterQueue):
    """SQS does not take one of the messages, and after so many it does not answer any more."""

    def __init__(self, bench: Bench, code: str, body: str) -> None:
        super().__init__(bench.queue.sqs, bench.queue.url, bench.queue.source_url)
        self._code = code
        self._body = body

    def send_back(self, letter: DeadLetter, operation: str, by: str) -> None:
        if letter.body == self._body:
            raise ClientError({"Error": {"Code": self._code, "Message": "Too long."}}, "SendMessage")
        super().send_back(letter, operation, by)


def test_a_letter_that_sqs_does_not_take_stays_and_the_others_go(bench: Callable[[int], Bench]) -> None:
    one = bench(5)
    one.queue = Refuses(one, "InvalidParameterValue", "3")
    assert one.run() == RedriveResult(redriven=4, refused=1)
    assert [each.body for each in one.queue.look()] == ["3"]
    assert one.outcomes() == {"redriven": 4, "not sent: Too long.": 1}


def test_when_sqs_fails_what_was_sent_is_known_and_nothing_is_lost(bench: Callable[[int], Bench]) -> None:
    one = bench(9)
    one.queue = Refuses(one, "ServiceUnavailable", "3")
    told: list[DeadLetter] = []
    run = Redrive(one.queue, one.letters, one.operation, QUICK, tell=told.extend)
    with pytest.raises(ClientError):
        run.run()
    assert run.account.redriven == len(told) == one.outcomes()["redriven"]
    found = counts(one.queue.sqs, one.queue.url)
    assert found.visible + found.held == 9 - run.account.redriven
    assert found.held <= 1 + 8  # what was in hand; it is free again after HOLD_S seconds
    assert len(one.waiting()) == run.account.redriven


def test_stopped_between_sending_and_deleting_there_are_two_rather_than_none(
    bench: Callable[[int], Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bench(1)

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(one.queue, "delete", killed)
    with pytest.raises(KeyboardInterrupt):
        one.run()
    assert one.waiting() == ["0"]
    assert counts(one.queue.sqs, one.queue.url) == Counts(1, 0, 0)  # nobody waits until it is seen again
