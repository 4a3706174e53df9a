"""The stream of the catalog's table, as it feeds an actor: each change is a message, worked on like its queue's.

Lambda would hold up all later changes, or drop the whole batch, for one that fails. So what fails goes into the actor's
queue, and from there into its dead letters; only where that fails too does the invocation fail, and Lambda tries again.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from kit.actor import Actor, Stream
from kit.delivery import Context
from kit.envelope import wrap
from kit.errors import ServiceUnavailable, reason_of
from kit.mailbox import Mailbox
from kit.queue import Message, Queue
from kit.tracing import Trace

log = logging.getLogger("brigade")


def feeds(batch: dict[str, Any]) -> bool:
    """Whether Lambda's event comes from a table's stream."""
    return any(record.get("eventSource") == "aws:dynamodb" for record in batch["Records"])


def handle(mailbox: Mailbox, batch: dict[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Work through the stream's event; raises ServiceUnavailable where a change could not even be queued."""
    queue = _NotYetInQueue(mailbox.queue)
    records = [message for record in batch["Records"] for message in _messages(mailbox.actor, record)]
    answer = replace(mailbox, queue=queue).handle({"Records": records}, context)
    if left := {each["itemIdentifier"] for each in answer["batchItemFailures"]} - queue.sent:
        raise ServiceUnavailable(f"neither done nor put into the queue: {', '.join(sorted(left))}")
    return {"batchItemFailures": []}


class _NotYetInQueue:
    """The actor's queue as it is to changes: what is to come again has to be put into it."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.sent: set[str] = set()

    def send(self, message: Message, seconds: int) -> None:
        self._queue.send(message, seconds)
        self.sent.add(message.id)

    postpone = send

    def delete(self, message: Message) -> None:
        """Nothing to do: it is not in the queue."""

    def dead_letter(self, message: Message, why: dict[str, str]) -> None:
        self._queue.dead_letter(message, why)


def bodies(actor: Actor, stream: Stream, change: dict[str, Any]) -> Iterator[str]:
    """Yield the messages that a change makes, as the actor's queue would hold them. Never raises."""
    before, after = change.get("OldImage", {}), change.get("NewImage", {})
    try:
        for event in stream.reader(before, after):
            trace = Trace.start()
            if known := after.get(stream.trace, {}).get("S"):
                trace = replace(trace, trace_id=known)
            yield msgspec.json.encode(wrap(event, actor.name, trace)).decode()
    except Exception as error:
        log.exception("a change could not be read")
        # Its keys alone: what else the record holds is not for a queue, if the picture is to be forgotten.
        yield json.dumps({"keys": change["Keys"], "problem": ": ".join(reason_of(error))})


def _messages(actor: Actor, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a change's messages in SQS's notation, with the keys of what has changed as attributes."""
    change = record["dynamodb"]
    assert actor.stream  # noqa: S101 - or nothing would send it changes
    keys = {name: {"stringValue": value["S"]} for name, value in change["Keys"].items()}
    sent = {"SentTimestamp": round(change["ApproximateCreationDateTime"] * 1000)}
    for number, body in enumerate(bodies(actor, actor.stream, change)):
        id_ = f"{record['eventID']}-{number}"
        yield {"messageId": id_, "body": body, "attributes": sent, "messageAttributes": keys}
