"""An actor's mailbox: an SQS batch in, each message worked on by itself, a partial-batch answer out.

The order is store, announce, settle: a crash anywhere leaves a message that will be delivered again.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from math import ceil
from typing import Any, Protocol

from kit import logs
from kit.actor import Actor
from kit.backoff import RECEIVES, Backoff
from kit.chain import says
from kit.deadline import RESERVE, SETTLING_S, within
from kit.envelope import now, wrap
from kit.errors import Failure, OutOfTime, reason_of
from kit.events import Event, ImageRejected
from kit.letter import Letter, read_letters
from kit.metrics import given_up, measured
from kit.publisher import Publisher
from kit.queue import Message, Queue
from kit.tracing import Trace, segment

log = logging.getLogger("brigade")

# Attributes share the message's size limit with its body.
DETAIL_CHARACTERS = 1_000


@dataclass(frozen=True)
class Failed:
    """What went wrong, and with which letter (none: the message could not be read, or not begun)."""

    error: Exception
    letter: Letter[Event] | None = None


Act = Callable[[Letter[Any]], Iterable[Event]]


class Context(Protocol):
    """What we use of Lambda's context object."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function is stopped."""


def _turn(message: Message) -> tuple[int, int]:
    """Order a batch: those with the fewest receives left first; if time runs out, the others can wait.

    Equals that come again go in alternating order, so that each is before one that kills the process, at the latest
    the third time that they are received together.
    """
    direction = (-1) ** message.attempts if message.attempts > 1 else 0
    return -message.attempts, direction * int.from_bytes(message.id.encode(), "big")


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Everything that surrounds an actor's work ``act``, which takes a letter and announces by yielding."""

    actor: Actor
    act: Act
    queue: Queue
    publisher: Publisher
    version: str = ""
    backoff: Backoff = RECEIVES

    def handle(self, batch: dict[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
        """Work through Lambda's SQS event; return the messages that were not settled, and only those."""
        messages = [Message.from_record(record) for record in batch["Records"]]
        messages.sort(key=_turn)
        again = any(message.attempts > 1 for message in messages)
        kept = []
        for message in messages:
            with self._known(message):
                if not self._settle(message, context):
                    kept.append(message)
                elif again:
                    self._delete(message)
        return {"batchItemFailures": [{"itemIdentifier": message.id} for message in kept]}

    def _known(self, message: Message) -> AbstractContextManager[None]:
        """Put the message on every line of the log; of its picture nothing is known yet."""
        trace = Trace.read(message.trace_header).xray_id
        known = {"message_id": message.id, "attempt": message.attempts, "queued_ms": message.queued_ms}
        return logs.facts(actor=self.actor.name, image_id="", key="", trace=trace, **known)

    def _delete(self, message: Message) -> None:
        """Delete a settled message at once, where one of its batch may have killed the process before.

        Otherwise all that was done in such a batch would count for nothing, until the good messages in it, too, had
        been received too often. Lambda deletes what is not deleted here.
        """
        try:
            self.queue.delete(message)
        except Exception:
            log.exception("a settled message could not be deleted ahead of its batch")

    def _settle(self, message: Message, context: Context) -> bool:
        """Work on one message; return whether it may be deleted. Never raises: the others must go on."""
        with within(_seconds_left(context) - SETTLING_S):
            failures = self._attempt(message, context)
        if not failures:
            return True
        with _about(failures[0].letter):
            try:
                with within(_seconds_left(context)):
                    return self._fail(message, failures)
            except Exception:
                log.exception("the message could not be postponed; it stays")
                return False

    def _attempt(self, message: Message, context: Context) -> list[Failed]:
        try:
            letters = read_letters(self.actor, message.body, message.trace_header, message.attempts)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is kept or explained
            return [Failed(error)]
        failures = []
        for letter in letters:
            with _about(letter):
                try:
                    self._work(letter, message, context)
                except Exception as error:  # noqa: BLE001 - the message's other letters must go on
                    failures.append(Failed(error, letter))
        return failures

    def _work(self, letter: Letter[Event], message: Message, context: Context) -> None:
        notes = _picture(letter) | {"attempt": message.attempts}
        with segment(self.actor.name, letter.trace, message.queued_ms, **notes):
            if _seconds_left(context) < max(SETTLING_S, self.actor.timeout * RESERVE):
                raise OutOfTime
            began = time.monotonic()
            for event in self.act(letter):
                self._announce(event, letter, message, worked_s=time.monotonic() - began)

    def _announce(self, event: Event, letter: Letter[Event], message: Message, worked_s: float = 0) -> None:
        envelope = wrap(
            event,
            self.actor.name,
            letter.trace,
            version=self.version,
            attempts=message.attempts,
            queued_ms=message.queued_ms,
            worked_ms=round(worked_s * 1000),
        )
        self.publisher.publish(envelope)
        log.info("%s", event.kind, extra={"worked_ms": envelope.workedms} | measured(event, envelope))

    def _fail(self, message: Message, failures: list[Failed]) -> bool:
        for failed in failures:
            with _about(failed.letter):
                _log(failed.error)
        if message.attempts >= max(self.actor.permitted(failed.error) for failed in failures):
            try:
                self._bury(message, failures)
            except Exception:
                log.exception("the message could not be given up; it stays")
            else:
                return True
        self.queue.postpone(message, ceil(self.backoff.delay(message.attempts)))
        return False

    def _bury(self, message: Message, failures: list[Failed]) -> None:
        """Tell the catalogue, then write the dead letter with its reason; raises if either cannot be done.

        In this order, because saying it twice is harmless and a second dead letter is not. On the last permitted
        receive the dead letter is written all the same: SQS would move the message without a reason.
        """
        try:
            self._announce_rejections(message, failures)
        except Exception:
            if message.attempts < self.actor.attempts:
                raise
            log.exception("the catalogue could not be told")
        letter = failures[0].letter
        image_id = letter.event.image.id if letter else ""
        trace = letter.trace.parent() if letter else Trace.read(message.trace_header)
        facts = {"image_id": image_id, "failed_at": now(), "trace": trace.header}
        why = self._why(failures[0].error, message) | facts
        self.queue.bury(message, {name: str(value) for name, value in why.items()})
        log.info("dead-letter", extra=given_up(why["reason"]))

    def _announce_rejections(self, message: Message, failures: list[Failed]) -> None:
        for failed in failures:
            if failed.letter and ImageRejected in says(self.actor):
                rejected = ImageRejected(image=failed.letter.event.image, **self._why(failed.error, message))
                with _about(failed.letter):
                    self._announce(rejected, failed.letter, message)

    def _why(self, error: Exception, message: Message) -> dict[str, Any]:
        reason, detail = reason_of(error)
        detail = detail[:DETAIL_CHARACTERS]
        return {"actor": self.actor.name, "reason": reason, "detail": detail, "attempts": message.attempts}


def _seconds_left(context: Context) -> float:
    return context.get_remaining_time_in_millis() / 1000


def _log(error: Exception) -> None:
    """Say what went wrong; of a bug, where."""
    bug = None if isinstance(error, Failure) else error
    log.log(logging.ERROR if bug else logging.WARNING, "%s: %s", *reason_of(error), exc_info=bug)


def _picture(letter: Letter[Event]) -> dict[str, str | int]:
    return {"image_id": letter.event.image.id, "key": letter.event.image.source.key}


def _about(letter: Letter[Event] | None) -> AbstractContextManager[None]:
    """Put the letter's picture and trace on every line of the log."""
    return logs.facts(**_picture(letter), trace=letter.trace.xray_id) if letter else nullcontext()
