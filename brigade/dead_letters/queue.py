"""A dead-letter queue and the queue that it serves: looking, taking, sending back.

SQS hands messages out in any order, hides what it has handed out, and cannot be asked for one by its id. To find
some, everything is received, and what was not meant is made visible again.
"""

import random
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import chain
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from msgspec.structs import replace

from brigade.dead_letters.letter import DeadLetter, Redrive
from brigade.dead_letters.message import read, write
from brigade.queue_counts import counts
from brigade.terminal import OperatorError
from kit.backoff import policy
from kit.batches import Refused, failed, in_full
from kit.envelope import now
from kit.errors import aws_code

# How long a message that we have received stays hidden from others, seconds: long enough to read a queue of ten
# thousand, short enough that a command that was killed keeps nobody waiting.
HOLD_S = 60
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
BATCH = 10
# Messages received together: so many batches are asked for at the same time.
AT_ONCE = 8 * BATCH
# An empty answer to long polling means that there is nothing; to short polling, that some servers have nothing:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
LONG_POLL_S = 1
# Two commands that wait for each other's messages must not look at the same time again. Seconds, at most.
_STEP_ASIDE_S = 1

GONE = "gone"  # what has become of a letter that was looked for, and that somebody else has taken


class NotMeant(OperatorError):
    """There is no queue that a letter could be sent back to."""


@dataclass(frozen=True)
class ReceivedLetter:
    """A dead letter that is hidden from others until it is deleted or released, or for HOLD_S seconds."""

    letter: DeadLetter
    receipt: str


class DeadLetterQueue:
    """A dead-letter queue and its source queue, by their URLs; ``by`` says a letter's reason, where it is not ours."""

    def __init__(self, sqs: Any, url: str, source_url: str, by: Callable[[DeadLetter], str] | None = None) -> None:
        self.sqs = sqs
        self.url = url
        self.source_url = source_url
        self._by = by
        self.long_poll_s = LONG_POLL_S  # 0 where it is one server that answers
        # Whether the last look, or the last pass of a take, met all that was there when it began.
        self.saw_all = True
        self.held_elsewhere = 0  # letters that the last patient look left in other hands
        self._handed_out: set[str] = set()

    def retention(self) -> timedelta:
        """Return how long a letter is kept after it was sent."""
        name = "MessageRetentionPeriod"
        said = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])["Attributes"]
        return timedelta(seconds=int(said[name]))

    def look(self, patience_s: float = 0, waiting: Callable[[int], None] | None = None) -> list[DeadLetter]:
        """Return all dead letters, oldest first; afterwards they are visible to everyone again.

        Of what somebody else holds just now nothing can be seen. With patience, the look is repeated until nobody
        does, and ``waiting`` is told each time how many they are. ``saw_all`` says whether that was everything: not
        where patience ended before, nor where there are more letters than can be received in HOLD_S seconds.
        """
        deadline = time.monotonic() + patience_s
        while True:
            held: dict[str, ReceivedLetter] = {}
            try:
                for _ in self._receive_into(held):
                    pass
                elsewhere = self.held_elsewhere = self._held_elsewhere(len(held)) if patience_s else 0
            finally:
                self._release(held.values())
            if elsewhere == 0 or time.monotonic() > deadline:
                self.saw_all = self.saw_all and elsewhere == 0
                return sorted((each.letter for each in held.values()), key=lambda letter: letter.sent_at)
            if waiting:
                waiting(elsewhere)
            _step_aside()

    def take(self, message_ids: Collection[str], at_once: int = AT_ONCE) -> Generator[ReceivedLetter, None, None]:
        """Yield these letters as they are met, each to be deleted or released by the caller.

        Ends when all were met, or when the rest are not there and nobody else holds anything: then they are gone.
        While somebody does it waits, at most HOLD_S seconds without meeting any. Where the caller takes its time over
        each, a small ``at_once`` keeps few of them held meanwhile.
        """
        wanted = set(message_ids)
        deadline = time.monotonic() + HOLD_S
        while wanted:
            left = len(wanted)
            others: dict[str, ReceivedLetter] = {}
            try:
                for message_id in self._receive_into(others, at_once):
                    if message_id in wanted:
                        wanted.remove(message_id)
                        deadline = time.monotonic() + HOLD_S
                        self._handed_out.add(message_id)
                        yield others.pop(message_id)
                    if not wanted:
                        return
                elsewhere = self._held_elsewhere(len(others))
            finally:
                self._release(others.values())
            if len(wanted) == left:
                if elsewhere == 0 or time.monotonic() > deadline:
                    return
                _step_aside()

    def send_back(self, letter: DeadLetter, operation: str, by: str) -> None:
        """Send a letter to where it was meant for, its lineage longer by this operation of an operator's."""
        redrive = Redrive(at=now(), by=by, operation=operation, reason=letter.reason)
        for url in self.destinations(letter):
            self._send(url, letter, letter.redriven(redrive), letter.trace)

    def destinations(self, _: DeadLetter) -> Sequence[str]:
        """Return the URLs of the queues that a letter was meant for; raises NotMeant where there is none."""
        return [self.source_url]

    def is_worked_off(self) -> bool:
        """Return whether nothing that was sent back waits any more, as far as SQS knows."""
        return counts(self.sqs, self.source_url).total == 0

    def put(self, letter: DeadLetter) -> None:
        """Send a letter to the dead-letter queue, with its attributes as they are."""
        self._send(self.url, letter, letter.attributes, letter.trace_header)

    def delete(self, held: ReceivedLetter) -> None:
        """Delete a letter. One that somebody else has received since is theirs, and left to them."""
        self._handed_out.discard(held.letter.message_id)
        try:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=held.receipt)
        except ClientError as error:
            if aws_code(error) != "ReceiptHandleIsInvalid":
                raise

    @contextmanager
    def working_on(self, held: ReceivedLetter) -> Iterator[None]:
        """Where the work on a letter breaks off, make it visible to everyone at once, and not after HOLD_S seconds."""
        try:
            yield
        except BaseException:
            with suppress(ClientError, BotoCoreError):  # the first error is the one to tell
                self.release(held)
            raise

    def release(self, held: ReceivedLetter) -> None:
        """Make a letter visible to everyone again."""
        self._handed_out.discard(held.letter.message_id)
        self._release([held])

    def _receive_into(self, held: dict[str, ReceivedLetter], at_once: int = AT_ONCE) -> Iterator[str]:
        """Receive until nothing comes that was there at the beginning; yield each id when it is first met.

        New arrivals are returned but do not extend the scan. It takes no longer than HOLD_S seconds, after which
        what was met first would come again.
        """
        began, deadline = self._clock(), time.monotonic() + HOLD_S
        sizes = [BATCH] * (at_once // BATCH) or [at_once]
        receive = partial(self._receive, held)
        met: set[str] = set()
        self.saw_all = False
        with ThreadPoolExecutor(len(sizes)) as pool:
            while found := [*chain(*pool.map(receive, sizes))] or receive(sizes[0], self.long_poll_s):
                new = {each.message_id: each for each in found if each.message_id not in met}
                met |= new.keys()
                yield from new
                if time.monotonic() > deadline:
                    return
                if not any(each.sent_at <= began for each in new.values()):
                    break
        self.saw_all = True

    def _receive(self, into: dict[str, ReceivedLetter], most: int, wait_s: int = 0) -> list[DeadLetter]:
        """Receive into what is held already: it is to be released even where another request fails meanwhile."""
        answer = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=most,
            VisibilityTimeout=HOLD_S,
            WaitTimeSeconds=wait_s,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["SentTimestamp", "AWSTraceHeader"],
        )
        found = [ReceivedLetter(self.letter(each), each["ReceiptHandle"]) for each in answer.get("Messages", [])]
        into.update({each.letter.message_id: each for each in found})
        return [each.letter for each in found]

    def letter(self, received: Mapping[str, Any]) -> DeadLetter:
        letter = read(received)
        return replace(letter, group=self._by(letter)) if self._by else letter

    def _clock(self) -> datetime:
        """Return the time as SQS has it, at most a second ahead: letters bear its time, and our clock may be wrong."""
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        said = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(said) + timedelta(seconds=1) if said else datetime.now(UTC)

    def _held_elsewhere(self, ours: int) -> int:
        return max(0, counts(self.sqs, self.url).held - ours - len(self._handed_out))

    def _release(self, held: Iterable[ReceivedLetter]) -> None:
        receipts = [each.receipt for each in held]
        batches = [receipts[start : start + BATCH] for start in range(0, len(receipts), BATCH)]
        with ThreadPoolExecutor(AT_ONCE // BATCH) as pool:
            list(pool.map(self._release_batch, batches))

    def _release_batch(self, receipts: list[str]) -> None:
        def release(left: list[str]) -> list[Refused[str]]:
            entries = [
                {"Id": str(n), "ReceiptHandle": receipt, "VisibilityTimeout": 0} for n, receipt in enumerate(left)
            ]
            return failed(left, self.sqs.change_message_visibility_batch(QueueUrl=self.url, Entries=entries))

        # One that is never released, because somebody else has received it since, is no longer ours.
        in_full(release, receipts)

    def _send(self, url: str, letter: DeadLetter, attributes: Mapping[str, str], trace: str) -> None:
        self.sqs.send_message(QueueUrl=url, **write(letter.body, attributes, letter.types, trace))


def _step_aside() -> None:
    policy().sleep(random.uniform(0.1, _STEP_ASIDE_S))  # noqa: S311 - nothing secret about it
