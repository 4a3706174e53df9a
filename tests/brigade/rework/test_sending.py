"""Messages go in batches, at a rate, and none is dropped in silence."""

import itertools
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from brigade.rework import sending
from brigade.rework.orders import Order
from brigade.rework.sending import send
from kit.tracing import Trace

ORDERS = [Order(str(n), f"{n}.jpg", f"body {n}", Trace.start().header) for n in range(25)]
Refuse = Callable[[str, int], bool]  # a message's body, and how often it was offered


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sending, "time", clock)
    return clock


class Choosy:
    """A queue that does not take every message."""

    def __init__(self, refuse: Refuse, sender_fault: bool = False) -> None:
        self.offered: list[list[str]] = []
        self.taken: list[str] = []
        self.traces: dict[str, str] = {}
        self._refuse = refuse
        self._fault = {"SenderFault": sender_fault, "Code": "InternalError", "Message": "Not now."}

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        bodies = [entry["MessageBody"] for entry in Entries]
        self.offered.append(bodies)
        self.traces |= {
            entry["MessageBody"]: entry["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"] for entry in Entries
        }
        before = list(itertools.chain(*self.offered))
        refused = [entry for entry, body in zip(Entries, bodies, strict=True) if self._refuse(body, before.count(body))]
        out = {entry["Id"] for entry in refused}
        self.taken += [entry["MessageBody"] for entry in Entries if entry["Id"] not in out]
        return {"Failed": [{"Id": entry["Id"]} | self._fault for entry in refused]}


@pytest.mark.usefixtures("cloud")
def test_every_message_arrives() -> None:
    sqs: Any = boto3.client("sqs")
    url = sqs.create_queue(QueueName="queue")["QueueUrl"]
    assert [(order.image_id, why) for order, why in send(sqs, url, ORDERS)] == [(str(n), "") for n in range(25)]
    arrived: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        arrived += [message["Body"] for message in messages]
    assert sorted(arrived) == sorted(order.body for order in ORDERS)


def test_every_message_carries_its_trace_where_sqs_keeps_it() -> None:
    queue = Choosy(lambda *_: False)
    list(send(queue, "url", ORDERS))
    assert queue.traces == {order.body: order.trace_header for order in ORDERS}


@pytest.mark.usefixtures("no_waiting")
def test_what_is_refused_for_a_while_is_offered_again_and_nothing_else_is() -> None:
    queue = Choosy(lambda body, offers: body in {"body 3", "body 14"} and offers < 3)
    assert {why for _, why in send(queue, "url", ORDERS)} == {""}
    assert sorted(queue.taken) == sorted(order.body for order in ORDERS)
    assert [len(bodies) for bodies in queue.offered] == [10, 1, 1, 10, 1, 1, 5]


@pytest.mark.usefixtures("no_waiting")
def test_what_is_refused_again_and_again_is_said_in_the_end() -> None:
    queue = Choosy(lambda body, _: body == "body 3")
    outcome = {order.image_id: why for order, why in send(queue, "url", ORDERS)}
    assert outcome.pop("3") == "InternalError: Not now."
    assert set(outcome.values()) == {""}
    assert len(outcome) == 24


def test_a_message_at_fault_is_not_offered_again() -> None:
    queue = Choosy(lambda body, _: body == "body 3", sender_fault=True)
    assert [order.image_id for order, why in send(queue, "url", ORDERS) if why] == ["3"]
    assert len(queue.offered) == 3


@pytest.mark.parametrize(("per_second", "batch"), [(0.5, 1), (3, 3), (1000, 10)])
def test_no_more_than_the_rate_go_on_average_and_never_more_than_a_seconds_worth_at_once(
    per_second: float, batch: int, clock: Clock
) -> None:
    sent: list[tuple[float, int]] = []
    queue = Choosy(lambda *_: False)
    for number, _ in enumerate(send(queue, "url", ORDERS, per_second), start=1):
        sent.append((clock.now, number))
    assert max(len(bodies) for bodies in queue.offered) == batch
    assert all(number <= batch + when * per_second for when, number in sent)
    assert clock.now == pytest.approx((25 - len(queue.offered[-1])) / per_second)
