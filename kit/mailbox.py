"""An actor's mailbox: an SQS batch in, each message worked on by itself, a partial-batch answer out.

The order is store, announce, settle: a crash anywhere leaves a message that will be delivered again.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from kit import retry
from kit.actor import Actor
from kit.chain import says
from kit.envelope import Envelope, decode, now, wrap
from kit.errors import Failure, OutOfTime, Rejected, reason_of
from kit.events import Event, ImageRejected
from kit.publisher import Publisher
from kit.queue import Message, Queue
from kit.tracing import Trace, span

log = logging.getLogger("brigade")

# Kept back from the work, seconds, so that a failure can still be recorded: one AWS request that hangs takes thirteen
# (kit.aws.CONFIG). A message is not begun with less time left than this, or than this share of the function's timeout.
SETTLING_S = 15
RESERVE = 0.2
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
LONGEST_DELAY_S = 12 * 60 * 60
# Attributes share the message's size limit with its body.
DETAIL_CHARACTERS = 1_000


E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Letter(Generic[E]):
    """One event taken out of a message, the envelope it came in, and how often the message was received."""

    event: E
    envelope: Envelope
    attempts: int = 1


@dataclass(frozen=True)
class Failed:
    """What went wrong, and with which letter (none: the message could not be read, or not begun)."""

    error: Exception
    letter: Letter[Event] | None = None


Act = Callable[[Letter[Any]], Iterable[Event]]
Reader = Callable[[str], Iterable[Event]]


class Context(Protocol):
    """What we use of Lambda's context object."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function is stopped."""


def delay(attempts: int) -> int:
    """Return seconds until a failed message is seen again: 2, 4, 8 … by receives, at most SQS's twelve hours."""
    return int(min(2 ** min(attempts, 16), LONGEST_DELAY_S))


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Everything that surrounds an actor's function ``act``, which takes a letter and announces by yielding.

    ``read`` turns a message's body into events; without it, the body is one CloudEvent that the actor hears.
    """

    actor: Actor
    act: Act
    queue: Queue
    publisher: Publisher
    version: str = ""
    read: Reader | None = None

    def handle(self, batch: dict[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
        """Work through Lambda's SQS event; return the messages that were not settled, and only those."""
        messages = [Message.from_record(record) for record in batch["Records"]]
        # Those with the fewest receives left go first: if time runs out, the others can wait.
        messages.sort(key=lambda message: -message.attempts)
        kept = [message for message in messages if not self._settle(message, context)]
        return {"batchItemFailures": [{"itemIdentifier": message.id} for message in kept]}

    def _settle(self, message: Message, context: Context) -> bool:
        """Work on one message; return whether it may be deleted. Never raises: the others must go on."""
        with retry.until(_seconds_left(context) - SETTLING_S):
            failures = self._attempt(message, context)
        try:
            with retry.until(_seconds_left(context)):
                return not failures or self._fail(message, failures)
        except Exception:
            log.exception("the failure could not be recorded; the message stays", extra=_facts(message))
            return False

    def _attempt(self, message: Message, context: Context) -> list[Failed]:
        try:
            letters = self._letters(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is kept or explained
            return [Failed(error)]
        failures = []
        for letter in letters:
            try:
                if _seconds_left(context) < max(SETTLING_S, self.actor.timeout * RESERVE):
                    raise OutOfTime  # noqa: TRY301 - settled like any other failure
                self._deliver(letter, message)
            except Exception as error:  # noqa: BLE001 - the message's other letters must go on
                failures.append(Failed(error, letter))
        return failures

    def _deliver(self, letter: Letter[Event], message: Message) -> None:
        began = time.monotonic()
        with span(self.actor.name, image_id=letter.event.image.id, attempt=message.attempts):
            for event in self.act(letter):
                self._announce(event, letter, message, worked_s=time.monotonic() - began)

    def _announce(self, event: Event, letter: Letter[Event], message: Message, worked_s: float = 0) -> None:
        envelope = wrap(
            event,
            self.actor.name,
            _trace(letter, message).child(),
            version=self.version,
            attempts=message.attempts,
            queued_ms=message.queued_ms,
            worked_ms=round(worked_s * 1000),
        )
        self.publisher.publish(envelope)
        log.info("%s", event.kind, extra=_facts(message, letter) | {"worked_ms": envelope.workedms})

    def _fail(self, message: Message, failures: list[Failed]) -> bool:
        for failed in failures:
            bug = None if isinstance(failed.error, Failure) else failed.error
            level = logging.ERROR if bug else logging.WARNING
            log.log(level, "%s: %s", *reason_of(failed.error), extra=_facts(message, failed.letter), exc_info=bug)
        permanent = all(isinstance(failed.error, Rejected) for failed in failures)
        if permanent or message.attempts >= self.actor.attempts:
            self._bury(message, failures)
            return True
        self.queue.postpone(message, 0 if isinstance(failures[0].error, OutOfTime) else delay(message.attempts))
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
            log.exception("the catalogue could not be told", extra=_facts(message))
        letter = failures[0].letter
        image_id = letter.event.image.id if letter else ""
        facts = {"image_id": image_id, "failed_at": now(), "trace": _trace(letter, message).header}
        why = self._why(failures[0].error, message) | facts
        self.queue.bury(message, {name: str(value) for name, value in why.items()})

    def _announce_rejections(self, message: Message, failures: list[Failed]) -> None:
        for failed in failures:
            if failed.letter and ImageRejected in says(self.actor):
                rejected = ImageRejected(image=failed.letter.event.image, **self._why(failed.error, message))
                self._announce(rejected, failed.letter, message)

    def _why(self, error: Exception, message: Message) -> dict[str, Any]:
        reason, detail = reason_of(error)
        detail = detail[:DETAIL_CHARACTERS]
        return {"actor": self.actor.name, "reason": reason, "detail": detail, "attempts": message.attempts}

    def _letters(self, message: Message) -> list[Letter[Event]]:
        if self.read is None:
            envelope, event = decode(message.body, self.actor.hears)
            return [Letter(event, envelope, message.attempts)]
        trace = Trace.read(message.trace_header)
        return [Letter(event, wrap(event, "s3", trace), message.attempts) for event in self.read(message.body)]


def _seconds_left(context: Context) -> float:
    return context.get_remaining_time_in_millis() / 1000


def _trace(letter: Letter[Event] | None, message: Message) -> Trace:
    carried = (letter.envelope.awstraceheader, letter.envelope.traceparent) if letter else ()
    return Trace.read(*carried, message.trace_header)


def _facts(message: Message, letter: Letter[Event] | None = None) -> dict[str, str | int]:
    """Return what stands in every line of the log."""
    image = letter.event.image if letter else None
    return {
        "message_id": message.id,
        "attempt": message.attempts,
        "queued_ms": message.queued_ms,
        "image_id": image.id if image else "",
        "key": image.source.key if image else "",
    }
