"""One message, and how it is deleted, postponed and dead-lettered."""

import re
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from kit import aws
from kit.retry import call
from kit.tracing import Trace

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
MOST_ATTRIBUTES = 10
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
NOT_ALLOWED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class Message:
    """An SQS message as Lambda hands it over; ``attempts`` counts receives, this one included."""

    id: str
    body: str
    receipt: str = ""
    attempts: int = 1
    queued_ms: int = 0
    trace_header: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Message":
        """Read one of ``event["Records"]``."""
        system = record.get("attributes", {})
        sent = int(system.get("SentTimestamp", 0))
        return cls(
            id=record["messageId"],
            body=record["body"],
            receipt=record.get("receiptHandle", ""),
            attempts=int(system.get("ApproximateReceiveCount", 1)),
            queued_ms=max(0, round(time.time() * 1000) - sent) if sent else 0,
            # Where no trace came with it, one begins here: the same at every receive.
            trace_header=system.get("AWSTraceHeader") or Trace.start(record["messageId"], sent / 1000).header,
            attributes={
                name: value["stringValue"]
                for name, value in record.get("messageAttributes", {}).items()
                if value.get("stringValue")
            },
        )


class Queue(Protocol):
    """An actor's queue and its dead-letter queue. Every method may raise Retryable."""

    def send(self, message: Message, seconds: int) -> None:
        """Put a message that is not there yet into the queue, hidden for so many seconds."""

    def delete(self, message: Message) -> None:
        """Delete the message now, before its batch ends."""

    def postpone(self, message: Message, seconds: int) -> None:
        """Hide the message for so many seconds; it stays in the queue."""

    def dead_letter(self, message: Message, why: dict[str, str]) -> None:
        """Put a copy in the dead-letter queue with ``why`` as attributes; empty values are left out."""


def dead_letter_attributes(message: Message, why: dict[str, str]) -> dict[str, str]:
    """Return ``why`` and as many of the message's own attributes as fit SQS's limit, without forbidden characters."""
    stated = {name: NOT_ALLOWED.sub("\ufffd", value) for name, value in why.items() if value}
    kept = {name: value for name, value in message.attributes.items() if name not in stated}
    return stated | dict(list(kept.items())[: MOST_ATTRIBUTES - len(stated)])


class SqsQueue:
    """SQS, by the two URLs."""

    def __init__(self, queue_url: str, dead_letter_queue_url: str) -> None:
        self._queue_url = queue_url
        self._dead_letter_queue_url = dead_letter_queue_url

    def send(self, message: Message, seconds: int) -> None:
        call(aws.client("sqs").send_message, QueueUrl=self._queue_url, MessageBody=message.body, DelaySeconds=seconds)

    def delete(self, message: Message) -> None:
        call(aws.client("sqs").delete_message, QueueUrl=self._queue_url, ReceiptHandle=message.receipt)

    def postpone(self, message: Message, seconds: int) -> None:
        call(
            aws.client("sqs").change_message_visibility,
            QueueUrl=self._queue_url,
            ReceiptHandle=message.receipt,
            VisibilityTimeout=seconds,
        )

    def dead_letter(self, message: Message, why: dict[str, str]) -> None:
        call(
            aws.client("sqs").send_message,
            QueueUrl=self._dead_letter_queue_url,
            MessageBody=message.body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in dead_letter_attributes(message, why).items()
            },
        )
