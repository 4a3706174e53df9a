"""Looking at a dead-letter queue without taking anything out of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kit.errors import UnreadableMessage
from services.ingest import notification

# Long enough to read a queue of thousands, short enough that a killed look frees them soon. Seconds.
_LOOK = 60
_BATCH = 10


@dataclass(frozen=True)
class DeadLetter:
    """One dead letter. ``reason`` is ``unknown`` where the process died before it could say."""

    message_id: str
    body: str
    attributes: dict[str, str]
    sent_at: datetime

    @property
    def reason(self) -> str:
        """Why it is here."""
        return self.attributes.get("reason", "unknown")

    @property
    def detail(self) -> str:
        """What was seen."""
        return self.attributes.get("detail", "the function was stopped before it could say why")

    @property
    def image_id(self) -> str:
        """The picture, where it was known."""
        return self.attributes.get("image_id", "")

    @property
    def key(self) -> str:
        """The picture's source key, where the body can be read."""
        try:
            if "data" in (body := json.loads(self.body)):
                return str(body["data"]["image"]["source"]["key"])
            return ", ".join(upload.image.source.key for upload in notification.read(self.body))
        except (ValueError, KeyError, TypeError, UnreadableMessage):
            return ""


def look(sqs: Any, queue_url: str) -> list[DeadLetter]:
    """Return all dead letters, oldest first; afterwards they are visible to everyone again."""
    received = list(_receive(sqs, queue_url))
    try:
        letters = {message["MessageId"]: _letter(message) for message in received}
    finally:
        _release(sqs, queue_url, received)
    return sorted(letters.values(), key=lambda letter: letter.sent_at)


def _receive(sqs: Any, queue_url: str) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    while True:
        answer = sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=_LOOK,
            # Long polling asks every server; short polling may answer "nothing" too early.
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        messages = answer.get("Messages", [])
        yield from messages
        ids = {message["MessageId"] for message in messages}
        if not ids or ids & seen:  # one that is back was hidden for as long as it was to be: this is the second round
            return
        seen |= ids


def _release(sqs: Any, queue_url: str, messages: list[dict[str, Any]]) -> None:
    for start in range(0, len(messages), _BATCH):
        entries = [
            {"Id": str(i), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
            for i, message in enumerate(messages[start : start + _BATCH])
        ]
        sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)


def _letter(message: dict[str, Any]) -> DeadLetter:
    attributes = message.get("MessageAttributes", {})
    return DeadLetter(
        message_id=message["MessageId"],
        body=message["Body"],
        attributes={name: value["StringValue"] for name, value in attributes.items() if "StringValue" in value},
        sent_at=datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC),
    )
