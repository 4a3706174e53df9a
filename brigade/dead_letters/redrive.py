"""Sending dead letters back to their queue: which of them (pure), then doing it in waves that grow.

Send first, delete second: a command that is killed in between leaves a letter that is there twice, never none.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import takewhile

from botocore.exceptions import ClientError

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import AT_ONCE, HOLD_S, DeadLetterQueue, NotMeant, ReceivedLetter
from brigade.operations.operation import Recording
from brigade.queue_counts import counts
from kit.backoff import policy
from kit.errors import aws_code

REDRIVEN = "redriven"
# Canary waves: 10, 100, the rest; failures are checked after each.
WAVES = (10, 100)
_PARALLEL = 8
# What failed for the same reason after so many redrives is left.
MOST_REDRIVES = 3
_TOLD_TOGETHER = 100
# On AWS the counts lag: one look at an empty queue is no proof.
_LOOKS_AT_REST = 2
# SQS does not take this one message; it would take others.
_REFUSED = {"InvalidMessageContents", "InvalidParameterValue", "InvalidAttributeValue", "MessageTooLong"}


@dataclass(frozen=True)
class RedrivePlan:
    """What is to be sent back, and what is not because it failed for the same reason too often."""

    letters: list[DeadLetter]
    held_back: list[DeadLetter]


def plan(
    letters: Sequence[DeadLetter], *, most_redrives: int, force: bool = False, limit: int | None = None
) -> RedrivePlan:
    """Sort out what is to be sent back: at most ``limit`` letters, the first of them first.

    A letter is held back when ``most_redrives`` redrives in a row have led to the failure that it has now.
    """
    held_back = [] if force else [letter for letter in letters if _in_vain(letter) >= most_redrives]
    out = {letter.message_id for letter in held_back}
    return RedrivePlan([letter for letter in letters if letter.message_id not in out][:limit], held_back)


def _in_vain(letter: DeadLetter) -> int:
    """Return how many redrives, the last ones, were of this same failure."""
    return sum(1 for _ in takewhile(lambda redrive: redrive.reason == letter.reason, reversed(letter.lineage)))


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast and how carefully. ``rate`` is letters a second, None as fast as it goes.

    After each wave the queue is watched for at most ``watch_s`` seconds; when more than the share ``stop_at`` of what
    was sent is back by then, no more is sent.
    """

    rate: float | None = None
    stop_at: float = 0.5
    watch_s: float = 20
    poll_s: float = 0.2

    @property
    def at_once(self) -> int:
        """How many letters may be held together so that each has its turn in half of the time that it is held."""
        return AT_ONCE if self.rate is None else max(1, min(AT_ONCE, int(self.rate * HOLD_S / 2)))


@dataclass
class RedriveResult:
    """What came of a redrive, in letters. ``stopped`` says that too many of them came straight back."""

    redriven: int = 0
    refused: int = 0  # by SQS; they are where they were
    came_back: list[DeadLetter] = field(default_factory=list)
    left: int = 0  # planned, not sent, and still there as far as is known
    taken: int = 0  # planned, not sent, and gone: by somebody else
    stopped: bool = False


class Redrive:
    """One run. ``step`` is called after each letter; ``tell`` now and then, with those that were sent back.

    Once ``cancelled`` is set, by another thread, no more is sent.
    """

    def __init__(
        self,
        queue: DeadLetterQueue,
        letters: Sequence[DeadLetter],
        operation: Recording,
        pace: Pace,
        step: Callable[[], None] = lambda: None,
        tell: Callable[[Sequence[DeadLetter]], None] = lambda _: None,
    ) -> None:
        self._queue = queue
        self._open = {letter.message_id for letter in letters}
        self.operation = operation
        self._pace = pace
        self._step = step
        self._tell = tell
        self._untold: list[DeadLetter] = []
        self._sent: set[str] = set()
        self._due = 0.0
        self._lock = threading.Lock()
        self.account = RedriveResult()
        self.cancelled = threading.Event()

    def run(self) -> RedriveResult:
        """Send everything back, wave by wave, unless too much comes back. What was done so far is in ``account``."""
        for size in (*WAVES, len(self._open)):
            before = len(self._open)
            self._send(min(size, before))
            if len(self._open) < before:
                self._wait()
            self._look()
            self.account.stopped = len(self.account.came_back) > self._pace.stop_at * self.account.redriven
            if self.account.stopped or self.cancelled.is_set() or len(self._open) in {0, before}:
                break
        return self.account

    def _send(self, size: int) -> None:
        moving: deque[Future[None]] = deque()
        taken = self._queue.take(set(self._open), self._pace.at_once)
        try:
            with closing(taken), ThreadPoolExecutor(_PARALLEL) as pool:
                for held in self._paced(taken, size):
                    moving.append(pool.submit(self._move, held))
                    if len(moving) == _PARALLEL:
                        moving.popleft().result()
                    if len(self._untold) >= _TOLD_TOGETHER:
                        self._tell_all()
                for each in moving:
                    each.result()
        finally:
            self._tell_all()

    def _paced(self, taken: Iterator[ReceivedLetter], size: int) -> Iterator[ReceivedLetter]:
        # Waiting comes before taking, so that nothing is held for the sake of the pace.
        for _ in range(size):
            policy().sleep(max(0, self._due - time.monotonic()))
            if self.cancelled.is_set() or (held := next(taken, None)) is None:
                return
            self._due = time.monotonic() + (1 / self._pace.rate if self._pace.rate else 0)
            yield held

    def _move(self, held: ReceivedLetter) -> None:
        with self._queue.working_on(held):
            try:
                self._queue.send_back(held.letter, self.operation.id, self.operation.by)
            except (ClientError, NotMeant) as error:
                outcome = f"not sent: {_refusal(error)}"
                self._queue.release(held)
            else:
                outcome = REDRIVEN
                self._queue.delete(held)
        self._settle(held, outcome)

    def _settle(self, held: ReceivedLetter, outcome: str) -> None:
        with self._lock:
            self._open.discard(held.letter.message_id)
            self.operation.note(held.letter.message_id, outcome)
            if outcome == REDRIVEN:
                self.account.redriven += 1
                self._sent.add(held.letter.message_id)
                self._untold.append(held.letter)
            else:
                self.account.refused += 1
        self._step()

    def _tell_all(self) -> None:
        with self._lock:
            letters, self._untold = self._untold, []
        if letters:
            self._tell(letters)

    def _wait(self) -> None:
        """Wait until the queue is worked off, or as much may be back as is too much, or time is up."""
        deadline = time.monotonic() + self._pace.watch_s
        at_rest, before = 0, self._depth()
        while at_rest < _LOOKS_AT_REST and not self.cancelled.is_set() and time.monotonic() < deadline:
            policy().sleep(self._pace.poll_s)
            if self._depth() - before > self._pace.stop_at * self.account.redriven:
                break
            at_rest = at_rest + 1 if self._queue.is_worked_off() else 0

    def _look(self) -> None:
        """See what is back, and what was never sent; delete for good what was sent and is there all the same.

        SQS may not delete a letter of which somebody else has the newer receipt.
        """
        letters = self._queue.look()
        there = {letter.message_id for letter in letters} if self._queue.saw_all else self._open
        for held in self._queue.take(self._sent & {letter.message_id for letter in letters}):
            self._queue.delete(held)
        mine = self.operation.id
        self.account.came_back = [each for each in letters if each.lineage and each.lineage[-1].operation == mine]
        self.account.left = len(self._open & there)
        self.account.taken = len(self._open) - self.account.left

    def _depth(self) -> int:
        return counts(self._queue.sqs, self._queue.url).total


def _refusal(error: ClientError | NotMeant) -> str:
    """Say why this letter alone could not be sent; raises what would stop the others too."""
    if isinstance(error, NotMeant):
        return str(error)
    if aws_code(error) not in _REFUSED:
        raise error
    return str(error.response["Error"]["Message"])
