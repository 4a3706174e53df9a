"""An actor's mailbox: an SQS batch in, each message worked on by itself, a partial-batch answer out."""

import logging
from typing import Any

from kit import logs
from kit.actor import Acknowledgement
from kit.delivery import Context, Delivery, Worker
from kit.queue import Message
from kit.tracing import Trace

log = logging.getLogger("brigade")


class Mailbox(Worker):
    """A worker that takes its messages in batches."""

    def handle(self, batch: dict[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
        """Work through Lambda's SQS event; return the messages that stay in the queue, and only those."""
        messages = sorted((Message.from_record(record) for record in batch["Records"]), key=_turn)
        is_redelivered = any(message.attempts > 1 for message in messages)
        kept = []
        for message in messages:
            # Of the message's picture nothing is known yet.
            trace = Trace.read(message.trace_header).xray_id
            known = {"message_id": message.id, "attempt": message.attempts, "queued_ms": message.queued_ms}
            with logs.facts(actor=self.actor.name, image_id="", key="", trace=trace, **known):
                if Delivery(self, message, context).run() is Acknowledgement.RETRY_LATER:
                    kept.append(message)
                elif is_redelivered:
                    self._delete(message)
        return {"batchItemFailures": [{"itemIdentifier": message.id} for message in kept]}

    def _delete(self, message: Message) -> None:
        """Delete a message at once, where a message of its batch may have killed the process before.

        Lambda deletes what is not deleted here, but only if the process survives the batch. Otherwise the batch's good
        messages would come again with the bad one, until they too had been received too often.
        """
        try:
            self.queue.delete(message)
        except Exception:
            log.exception("a settled message could not be deleted ahead of its batch")


def _turn(message: Message) -> tuple[int, int]:
    """Order a batch: those with the fewest receives left first; if time runs out, the others can wait.

    Alternate equals on redelivery, so that a poison message cannot starve its batch.
    """
    direction = (-1) ** message.attempts if message.attempts > 1 else 0
    return -message.attempts, direction * int.from_bytes(message.id.encode(), "big")
