"""An actor's mailbox: an SQS batch in, each message worked on by itself, a partial-batch answer out."""

import logging
from collections.abc import Iterator
from typing import Any

from kit import logs
from kit.actor import Acknowledgement
from kit.deadline import SETTLING_S, within
from kit.delivery import Context, Delivery, Failed, Worker
from kit.errors import ServiceUnavailable
from kit.queue import Message
from kit.tracing import Trace

log = logging.getLogger("brigade")


class Mailbox(Worker):
    """A worker that takes its messages in batches."""

    def handle(self, batch: dict[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
        """Work through Lambda's SQS event; return the messages that stay in the queue, and only those."""
        messages = sorted((Message.from_record(record) for record in batch["Records"]), key=_turn)
        is_redelivered = any(message.attempts > 1 for message in messages)
        # Together only where no message may have killed the process before: what was done would be done in vain again.
        together = self.actor.together and not is_redelivered
        deliveries, kept = [], []
        for message in messages:
            # Of the message's picture nothing is known yet.
            trace = Trace.read(message.trace_header).xray_id
            known = {"message_id": message.id, "attempt": message.attempts, "queued_ms": message.queued_ms}
            with logs.facts(actor=self.actor.name, image_id="", key="", trace=trace, **known):
                delivery = Delivery(self, message, context, [] if together else None)
                if delivery.run() is Acknowledgement.RETRY_LATER:
                    kept.append(message.id)
                elif is_redelivered:
                    self._delete(message)
                deliveries.append(delivery)
        with within(context.get_remaining_time_in_millis() / 1000 - SETTLING_S):
            kept += self._announce_together(deliveries)
        return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in dict.fromkeys(kept)]}

    def _announce_together(self, deliveries: list[Delivery]) -> Iterator[str]:
        """Announce what a batch has to say; yield the ids of the messages that stay, since theirs was not taken."""
        envelopes = [envelope for delivery in deliveries for envelope in delivery.later or ()]
        try:
            lost = self.publisher.publish_together(envelopes) if envelopes else []
            why: dict[str, Exception] = {each.thing.id: ServiceUnavailable(str(each)) for each in lost}
        except Exception as error:  # noqa: BLE001 - each message fails with it
            why = {envelope.id: error for envelope in envelopes}
        for delivery in deliveries:
            errors = [Failed(why[envelope.id]) for envelope in delivery.later or () if envelope.id in why]
            if errors and delivery.acknowledge(errors) is Acknowledgement.RETRY_LATER:
                yield delivery.message.id

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
