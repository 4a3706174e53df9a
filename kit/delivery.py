"""One delivery: an actor's work on one message, and what becomes of the message then.

The order is store, announce, acknowledge: a crash anywhere leaves a message that will be delivered again.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from math import ceil
from typing import Any, Protocol

from kit import logs
from kit.actor import Acknowledgement, Actor
from kit.backoff import RECEIVES, Backoff
from kit.chain import says
from kit.deadline import RESERVE, SETTLING_S, within
from kit.envelope import Envelope, now, wrap
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

# An actor's work: it takes a letter and announces by yielding.
Act = Callable[[Letter[Any]], Iterable[Event]]


class Context(Protocol):
    """What we use of Lambda's context object."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function is stopped."""


@dataclass(frozen=True)
class Failed:
    """What went wrong, and with which letter (none: the message could not be read)."""

    error: Exception
    letter: Letter[Event] | None = None


@dataclass(frozen=True, kw_only=True)
class Worker:
    """An actor with its work, its queue and its publisher; ``version`` is that of its code."""

    actor: Actor
    act: Act
    queue: Queue
    publisher: Publisher
    version: str = ""
    backoff: Backoff = RECEIVES


@dataclass(frozen=True)
class Delivery:
    """One receive of one message, during one invocation of the worker's function."""

    worker: Worker
    message: Message
    context: Context
    later: list[Envelope] | None = None  # where its work's announcements wait to go out with others; None: at once

    def run(self) -> Acknowledgement:
        """Work on the message and acknowledge it; return how. Never raises: the batch's others must go on."""
        with within(self._seconds_left - SETTLING_S):
            failures = self._work_on_all()
        return self.acknowledge(failures) if failures else Acknowledgement.SETTLE

    def acknowledge(self, failures: list[Failed]) -> Acknowledgement:
        """Acknowledge a message that failed; return how. Never raises."""
        with _about(failures[0].letter), within(self._seconds_left):
            try:
                return self._acknowledge(failures)
            except Exception:
                log.exception("the message could not be postponed; it stays")
                return Acknowledgement.RETRY_LATER

    @property
    def _seconds_left(self) -> float:
        return self.context.get_remaining_time_in_millis() / 1000

    def _work_on_all(self) -> list[Failed]:
        message = self.message
        try:
            letters = read_letters(self.worker.actor, message.body, message.trace_header, message.attempts)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is kept or explained
            return [Failed(error)]
        failures = []
        for letter in letters:
            with _about(letter):
                try:
                    self._work_on(letter)
                except Exception as error:  # noqa: BLE001 - the message's other letters must go on
                    failures.append(Failed(error, letter))
        return failures

    def _work_on(self, letter: Letter[Event]) -> None:
        actor = self.worker.actor
        notes = _picture(letter) | {"attempt": self.message.attempts}
        with segment(actor.name, letter.trace, self.message.queued_ms, **notes):
            if self._seconds_left < max(SETTLING_S, actor.timeout * RESERVE):
                raise OutOfTime
            began = time.monotonic()
            for event in self.worker.act(letter):
                self._announce(event, letter, time.monotonic() - began, self.later)

    def _announce(
        self, event: Event, letter: Letter[Event], worked_s: float = 0, later: list[Envelope] | None = None
    ) -> None:
        envelope = wrap(
            event,
            self.worker.actor.name,
            letter.trace,
            version=self.worker.version,
            attempts=self.message.attempts,
            queued_ms=self.message.queued_ms,
            worked_ms=round(worked_s * 1000),
        )
        if later is None:
            self.worker.publisher.publish(envelope)
        else:
            later.append(envelope)
        log.info("%s", event.kind, extra={"worked_ms": envelope.workedms} | measured(event, envelope))

    def _acknowledge(self, failures: list[Failed]) -> Acknowledgement:
        for failed in failures:
            with _about(failed.letter):
                _log(failed.error)
        attempts = self.message.attempts
        chosen = self.worker.actor.acknowledgement([failed.error for failed in failures], attempts)
        if chosen is Acknowledgement.DEAD_LETTER:
            try:
                self._dead_letter(failures)
            except Exception:
                log.exception("the dead letter could not be written; the message stays")
                chosen = Acknowledgement.RETRY_LATER
        if chosen is Acknowledgement.RETRY_LATER:
            self.worker.queue.postpone(self.message, ceil(self.worker.backoff.delay(attempts)))
        return chosen

    def _dead_letter(self, failures: list[Failed]) -> None:
        """Tell the catalog, then write the dead letter with its reason; raises if either cannot be done.

        In this order, because a repeated announcement is harmless and a second dead letter is not. On the last
        permitted receive the dead letter is written anyway: SQS would move the message without a reason.
        """
        try:
            self._announce_rejections(failures)
        except Exception:
            if self.message.attempts < self.worker.actor.attempts:
                raise
            log.exception("the catalog could not be told")
        letter = failures[0].letter
        image_id = letter.event.image.id if letter else ""
        trace = letter.trace.parent() if letter else Trace.read(self.message.trace_header)
        facts = {"image_id": image_id, "failed_at": now(), "trace": trace.header}
        why = self._why(failures[0].error) | facts
        self.worker.queue.dead_letter(self.message, {name: str(value) for name, value in why.items()})
        log.info("dead-letter", extra=given_up(why["reason"]))

    def _announce_rejections(self, failures: list[Failed]) -> None:
        for failed in failures:
            if failed.letter and ImageRejected in says(self.worker.actor):
                rejected = ImageRejected(image=failed.letter.event.image, **self._why(failed.error))
                with _about(failed.letter):
                    self._announce(rejected, failed.letter)

    def _why(self, error: Exception) -> dict[str, Any]:
        reason, detail = reason_of(error)
        detail = detail[:DETAIL_CHARACTERS]
        return {"actor": self.worker.actor.name, "reason": reason, "detail": detail, "attempts": self.message.attempts}


def _log(error: Exception) -> None:
    """Log the failure; a bug with its traceback."""
    bug = None if isinstance(error, Failure) else error
    log.log(logging.ERROR if bug else logging.WARNING, "%s: %s", *reason_of(error), exc_info=bug)


def _picture(letter: Letter[Event]) -> dict[str, str | int]:
    return {"image_id": letter.event.image.id, "key": letter.event.image.source.key}


def _about(letter: Letter[Event] | None) -> AbstractContextManager[None]:
    """Put the letter's picture and trace on every log line in the block."""
    return logs.facts(**_picture(letter), trace=letter.trace.xray_id) if letter else nullcontext()
