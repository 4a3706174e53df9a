"""Looking at dead letters takes nothing away; taking takes the ones that were meant; sending back loses nothing."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from brigade.dead_letters import queue as queues
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.queue_counts import Counts, counts
from kit.backoff import Policy, under

TRACE = "Root=1-6560c4a0-123456789012345678901234;Parent=1234567890123456;Sampled=1"


@pytest.fixture
def pair(cloud: None, monkeypatch: pytest.MonkeyPatch) -> DeadLetterQueue:
    """A queue pair on moto, with twenty-five dead letters in it; there an empty answer is certain at once."""
    monkeypatch.setattr(queues, "LONG_POLL_S", 0)
    sqs: Any = boto3.client("sqs")
    source, dead = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("work", "dead"))
    for number in range(25):
        sqs.send_message(QueueUrl=dead, MessageBody=str(number))
    return DeadLetterQueue(sqs, dead, source)


@pytest.fixture
def at_once() -> Iterator[None]:
    """Two commands that are in each other's way do not wait before they try again."""
    with under(Policy(sleep=lambda _: None)):
        yield


def numbers(letters: list[DeadLetter]) -> list[int]:
    return [int(letter.body) for letter in letters]


def test_a_look_takes_nothing_away(pair: DeadLetterQueue) -> None:
    for _ in range(2):
        assert sorted(numbers(pair.look())) == list(range(25))
        assert counts(pair.sqs, pair.url) == Counts(25, 0, 0)
    assert {letter.reason for letter in pair.look()} == {"unknown"}


def test_a_look_knows_when_there_was_more_than_its_time_was_enough_for(
    pair: DeadLetterQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "HOLD_S", 0)
    assert 0 < len(pair.look()) < 25
    assert not pair.saw_all
    monkeypatch.undo()
    assert len(pair.look()) == 25
    assert pair.saw_all


def test_the_oldest_come_first(pair: DeadLetterQueue) -> None:
    times = [letter.sent_at for letter in pair.look()]
    assert times == sorted(times)


def test_a_look_that_fails_half_way_lets_go_of_what_it_has(
    pair: DeadLetterQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = pair.sqs.receive_message
    calls: list[None] = []

    def two_answers(**asked: Any) -> Any:
        calls.append(None)
        if len(calls) > 2:
            raise ConnectionError
        return receive(**asked)

    monkeypatch.setattr(pair.sqs, "receive_message", two_answers)
    with pytest.raises(ConnectionError):
        pair.look()
    monkeypatch.undo()
    assert counts(pair.sqs, pair.url) == Counts(25, 0, 0)


def test_what_somebody_else_holds_is_waited_for(pair: DeadLetterQueue, at_once: None) -> None:
    held = pair.sqs.receive_message(QueueUrl=pair.url, MaxNumberOfMessages=10, VisibilityTimeout=60)["Messages"]
    told: list[int] = []
    assert pair.saw_all

    def waiting(count: int) -> None:
        told.append(count)
        if len(told) == 2:
            for each in held:
                pair.sqs.change_message_visibility(
                    QueueUrl=pair.url, ReceiptHandle=each["ReceiptHandle"], VisibilityTimeout=0
                )

    assert len(pair.look(30, waiting)) == 25
    assert told == [len(held), len(held)]
    assert pair.saw_all


def test_but_not_for_longer_than_patience_lasts(pair: DeadLetterQueue, at_once: None) -> None:
    held = pair.sqs.receive_message(QueueUrl=pair.url, MaxNumberOfMessages=10, VisibilityTimeout=60)["Messages"]
    assert len(pair.look(0.01)) == 25 - len(held)
    assert not pair.saw_all


def test_taking_yields_what_was_meant_and_lets_go_of_the_rest(pair: DeadLetterQueue) -> None:
    wanted = {letter.message_id: letter for letter in pair.look() if int(letter.body) % 5 == 0}
    taken = [held.letter for held in pair.take(wanted.keys())]
    assert {letter.message_id: letter for letter in taken} == wanted
    assert counts(pair.sqs, pair.url) == Counts(20, 5, 0)


def test_taking_ends_at_once_when_the_caller_has_enough(pair: DeadLetterQueue) -> None:
    with closing(pair.take([letter.message_id for letter in pair.look()])) as taken:
        first = next(taken)
    assert counts(pair.sqs, pair.url) == Counts(24, 1, 0)
    pair.release(first)
    assert counts(pair.sqs, pair.url) == Counts(25, 0, 0)


def test_what_is_gone_is_not_waited_for(pair: DeadLetterQueue) -> None:
    ids = [letter.message_id for letter in pair.look()]
    for held in pair.take(ids[:10]):
        pair.delete(held)
    began = time.monotonic()
    assert {held.letter.message_id for held in pair.take(ids)} == set(ids[10:])
    assert time.monotonic() - began < 10


def test_what_somebody_else_holds_is_taken_as_soon_as_he_lets_go(
    pair: DeadLetterQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {letter.message_id for letter in pair.look()}
    other = DeadLetterQueue(pair.sqs, pair.url, pair.source_url)
    held = list(other.take(sorted(ids)[:3]))
    steps: list[None] = []

    def let_go(_: float) -> None:
        steps.append(None)
        if len(steps) == 2:
            for each in held:
                other.release(each)

    with under(Policy(sleep=let_go)):
        assert {each.letter.message_id for each in pair.take(ids)} == ids
    assert len(steps) == 2


def test_what_somebody_else_never_lets_go_is_given_up(pair: DeadLetterQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [letter.message_id for letter in pair.look()]
    list(DeadLetterQueue(pair.sqs, pair.url, pair.source_url).take(ids[:1]))
    monkeypatch.setattr(queues, "HOLD_S", 1)
    assert list(pair.take(ids[:1])) == []
    assert counts(pair.sqs, pair.url).visible == 24


def test_a_caller_who_takes_his_time_holds_few(pair: DeadLetterQueue) -> None:
    ids = [letter.message_id for letter in pair.look()]
    taken = []
    for held in pair.take(ids, at_once=3):
        taken.append(held.letter.message_id)
        assert counts(pair.sqs, pair.url).held <= 3
        pair.delete(held)
    assert sorted(taken) == sorted(ids)


def test_what_is_sent_back_is_as_it_was_with_its_lineage(pair: DeadLetterQueue) -> None:
    attributes: dict[str, Any] = {
        "type": {"DataType": "String", "StringValue": "brigade.image-ingested"},
        "size": {"DataType": "Number.int", "StringValue": "3"},
        "blob": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        "reason": {"DataType": "String", "StringValue": "corrupt-image"},
        "failed_at": {"DataType": "String", "StringValue": "2026-11-21T08:00:01.000Z"},
        "trace": {"DataType": "String", "StringValue": TRACE},
    }
    pair.sqs.send_message(QueueUrl=pair.url, MessageBody="body ü", MessageAttributes=attributes)
    [letter] = [each for each in pair.look() if each.body == "body ü"]
    pair.send_back(letter, "op1", "me")
    answer = pair.sqs.receive_message(
        QueueUrl=pair.source_url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )
    [sent] = answer["Messages"]
    assert sent["Body"] == "body ü"
    assert sent["Attributes"]["AWSTraceHeader"] == TRACE
    lineage = json.loads(sent["MessageAttributes"].pop("lineage")["StringValue"])
    assert [(each["by"], each["operation"], each["reason"]) for each in lineage] == [("me", "op1", "corrupt-image")]
    assert sent["MessageAttributes"] == {name: attributes[name] for name in ("type", "size", "blob", "trace")}


def test_a_trace_that_is_none_is_not_sent_as_one(pair: DeadLetterQueue) -> None:
    pair.send_back(DeadLetter("m", "b", {"trace": "what I found"}, datetime.now(UTC)), "op1", "me")
    answer = pair.sqs.receive_message(QueueUrl=pair.source_url, MessageSystemAttributeNames=["All"])
    assert "AWSTraceHeader" not in answer["Messages"][0]["Attributes"]


def test_put_leaves_attributes_as_they_are(pair: DeadLetterQueue) -> None:
    letter = DeadLetter(
        "m", "b", {"reason": "x", "failed_at": "y", "n": "1"}, datetime.now(UTC), {"n": "Number"}, TRACE
    )
    pair.put(letter)
    [found] = [each for each in pair.look() if each.body == "b"]
    assert (found.attributes, found.types, found.trace_header) == (letter.attributes, letter.types, TRACE)


def test_a_letter_that_somebody_else_has_received_since_is_left_to_him(pair: DeadLetterQueue) -> None:
    """SQS refuses the receipt, and that is no error: he sends the letter back too, which is harmless."""
    ids = [letter.message_id for letter in pair.look()]
    [held] = pair.take(ids[:1])
    pair.delete(held)
    pair.delete(held)
    assert counts(pair.sqs, pair.url) == Counts(24, 0, 0)


def test_any_other_refusal_to_delete_is_told(pair: DeadLetterQueue) -> None:
    [held] = pair.take([pair.look()[0].message_id])
    pair.url += "-gone"
    with pytest.raises(ClientError):
        pair.delete(held)


def test_how_long_letters_are_kept(pair: DeadLetterQueue) -> None:
    pair.sqs.set_queue_attributes(QueueUrl=pair.url, Attributes={"MessageRetentionPeriod": "86400"})
    assert pair.retention() == timedelta(days=1)


class Flood:
    """A queue of thirty old messages, where new ones arrive as fast as they are read.

    ``begun`` is the time there, in seconds since 1970.
    """

    def __init__(self, begun: float) -> None:
        self.released: set[str] = set()
        self._numbers = self._count()
        self._begun = begun

    def _count(self) -> Iterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        return {"ResponseMetadata": {"HTTPHeaders": {"date": formatdate(self._begun, usegmt=True)}}}

    def receive_message(self, **_: Any) -> dict[str, Any]:
        return {"Messages": [self._message(next(self._numbers)) for _ in range(10)]}

    def _message(self, number: int) -> dict[str, Any]:
        sent = self._begun - 1 if number < 30 else self._begun + 60
        return {
            "MessageId": str(number),
            "ReceiptHandle": f"receipt {number}",
            "Body": "{}",
            "Attributes": {"SentTimestamp": str(int(sent * 1000))},
        }

    def change_message_visibility_batch(self, *, Entries: list[dict[str, Any]], **_: Any) -> dict[str, Any]:  # noqa: N803
        assert len(Entries) <= 10
        self.released |= {entry["ReceiptHandle"] for entry in Entries}
        return {}


@pytest.mark.parametrize("wrong_by_s", [-3600, 0, 3600])
def test_a_look_ends_although_new_letters_come_in_all_the_time_whatever_our_clock_says(wrong_by_s: float) -> None:
    flood = Flood(time.time() + wrong_by_s)
    letters = DeadLetterQueue(flood, "url", "source").look()
    assert {str(number) for number in range(30)} <= {letter.message_id for letter in letters}
    assert flood.released == {f"receipt {letter.message_id}" for letter in letters}


class Slow(Flood):
    """A queue of thirty messages that answers so slowly that the first are back before the last are read."""

    def _count(self) -> Iterator[int]:
        while True:
            yield from range(30)


def test_a_look_that_takes_longer_than_messages_stay_hidden_ends_with_each_of_them_once() -> None:
    slow = Slow(time.time())
    letters = DeadLetterQueue(slow, "url", "source").look()
    assert sorted(int(letter.message_id) for letter in letters) == list(range(30))
    assert slow.released == {f"receipt {number}" for number in range(30)}
