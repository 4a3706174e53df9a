"""Sending a rerun's messages to an actor's queue: in batches, at a rate, and none dropped in silence."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from brigade.operations.operation import Entry
from brigade.pipeline import Pipeline
from brigade.progress import progress
from brigade.rework.orders import Order
from brigade.terminal import OperatorError, counted, say
from infra import names
from kit.actor import Actor
from kit.batches import Refused, failed, in_full

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
_BATCH = 10
_SENT = "sent"


def send(
    sqs: Any, queue_url: str, orders: Sequence[Order], per_second: float | None = None
) -> Iterator[tuple[Order, str]]:
    """Send messages; yield each with why SQS did not take it, empty where it did.

    What it did not take is offered again, unless it says that the message is at fault.
    """
    size = _BATCH if per_second is None else max(1, min(_BATCH, int(per_second)))
    due = time.monotonic()
    for start in range(0, len(orders), size):
        some = orders[start : start + size]
        time.sleep(max(0, due - time.monotonic()))
        due = time.monotonic() + (len(some) / per_second if per_second else 0)
        yield from _send_batch(sqs, queue_url, some).items()


def send_recorded(
    pipeline: Pipeline, orders: list[Order], actor: Actor, rate: float | None, command: str = "rerun"
) -> None:
    """Send a rerun's messages, record that, and say what came of it; raises OperatorError where one was not sent."""
    outcomes: Counter[str] = Counter()
    sqs, queue_url = pipeline.target.client("sqs"), pipeline.output(names.queue(actor))
    # SQS names a message when it is sent, and there is one a picture.
    messages = [Entry(message_id=each.image_id, image_id=each.image_id, key=each.key) for each in orders]
    with pipeline.history.begin(command, where=actor.name, messages=messages) as operation:
        try:
            with progress(f"sending to {actor.name}", len(orders)) as step:
                for order, why in send(sqs, queue_url, orders, rate):
                    outcomes[why or _SENT] += 1
                    operation.note(order.image_id, f"not sent: {why}" if why else _SENT)
                    step()
        finally:
            sent = f"{outcomes[_SENT]} of {counted(len(orders), 'picture')}"
            say(f"sent to {actor.name}: {sent} (operation {operation.id})")
    for why, count in outcomes.items():
        if why != _SENT:
            say(f"not sent: {count}: {why}")
    if outcomes[_SENT] < len(orders):
        raise OperatorError("not all pictures were sent", f"`brigade history {operation.id}` lists which; repeat it")
    say("`brigade status --watch` shows the work")


def _send_batch(sqs: Any, queue_url: str, some: Sequence[Order]) -> dict[Order, str]:
    def offer(left: list[Order]) -> list[Refused[Order]]:
        entries = [_entry(number, order) for number, order in enumerate(left)]
        return failed(left, sqs.send_message_batch(QueueUrl=queue_url, Entries=entries))

    return dict.fromkeys(some, "") | {each.thing: str(each) for each in in_full(offer, some)}


def _entry(number: int, order: Order) -> "SendMessageBatchRequestEntryTypeDef":
    return {
        "Id": str(number),
        "MessageBody": order.body,
        # For the actor that hears S3 itself: its messages have no envelope to carry the trace.
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": order.trace_header}},
    }
