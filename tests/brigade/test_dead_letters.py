"""Looking at dead letters takes nothing away, and ends."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from brigade.dead_letters import look


def message(number: int) -> dict[str, Any]:
    return {
        "MessageId": str(number),
        "ReceiptHandle": f"receipt {number}",
        "Body": "{}",
        "Attributes": {"SentTimestamp": str(1000 + number)},
    }


class Slow:
    """A queue of thirty messages that answers so slowly that the first are visible again before the last are read."""

    def __init__(self) -> None:
        self.released: list[str] = []
        self.batches = self._round()

    def _round(self) -> Iterator[list[dict[str, Any]]]:
        while True:
            for start in (0, 10, 20):
                yield [message(number) for number in range(start, start + 10)]

    def receive_message(self, **_: Any) -> dict[str, Any]:
        return {"Messages": next(self.batches)}

    def change_message_visibility_batch(self, *, Entries: list[dict[str, Any]], **_: Any) -> None:  # noqa: N803
        self.released += [entry["ReceiptHandle"] for entry in Entries]


def test_a_look_that_takes_longer_than_messages_stay_hidden_ends_with_each_of_them_once() -> None:
    queue = Slow()
    assert [letter.message_id for letter in look(queue, "url")] == [str(number) for number in range(30)]
    assert {f"receipt {number}" for number in range(30)} == set(queue.released)


@pytest.mark.usefixtures("cloud")
def test_a_look_takes_nothing_away() -> None:
    sqs: Any = boto3.client("sqs")
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    for number in range(12):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    assert sorted(int(letter.body) for letter in look(sqs, url)) == list(range(12))
    assert len(look(sqs, url)) == 12
    [reason] = {letter.reason for letter in look(sqs, url)}
    assert reason == "unknown"
