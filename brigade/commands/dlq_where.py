"""Whose dead letters: an actor's of the stack, or those of any two SQS queues."""

import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from brigade.acting.here import here
from brigade.dead_letters import pairs
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.dead_letters.selection import named
from brigade.dead_letters.stack_queues import dead_letter_queue, undelivered_queue
from brigade.operations.operation import Entry, Recording
from brigade.operations.storage import FileHistory, History, S3History
from brigade.pipeline import Pipeline
from brigade.project import state_folder
from brigade.target import Target
from brigade.terminal import OperatorError, counted, say
from infra.names import UNDELIVERED
from kit.actor import Actor

# Seconds that a mere look waits for letters which another command holds just now.
LOOK_S = 3


@dataclass(frozen=True)
class Where:
    """A dead-letter queue, and what is known of whose it is.

    What SNS could not deliver has no actor; a foreign pair has no pipeline either.
    """

    name: str  # the actor's, or the dead-letter queue's
    queue: DeadLetterQueue
    target: Target
    actor: Actor | None = None
    pipeline: Pipeline | None = None
    by: str = ""  # what groups letters, as the operator named it

    @property
    def words(self) -> str:
        """How the operator names it in a command."""
        by = f" --by '{self.by}'" if self.by else ""
        return self.name if self.pipeline else f"--queue {self.queue.source_url} --dlq {self.queue.url}{by}"

    def history_of(self, operation: str) -> str:
        """Return the command that shows an operation."""
        pair = "" if self.pipeline else f" {self.words}"
        return f"`brigade history {operation}{pair}`"

    @property
    def back(self) -> str:
        """Where its letters are sent back to."""
        return f"the queue of {self.name}" if self.actor or not self.pipeline else "the queues of all who hear them"

    @property
    def told(self) -> Pipeline | None:
        """The pipeline whose catalog is told what becomes of the letters: of an actor's failures."""
        return self.pipeline if self.actor else None

    def record(self, command: str, letters: Iterable[DeadLetter]) -> AbstractContextManager[Recording]:
        """Record an operation on these letters while the block runs. Raises where that cannot be recorded."""
        messages = (msgspec.convert(letter, Entry, from_attributes=True) for letter in letters)
        return self.history.begin(command, where=self.name, messages=messages)

    @property
    def history(self) -> History:
        """Where operations on it are recorded."""
        if self.pipeline:
            return S3History(self.target, self.pipeline.target_bucket)
        return FileHistory(self.target, state_folder() / "operations" / quote(self.queue.url, safe=""))


def patiently(where: Where, seconds: float, *, warn: bool = True) -> list[DeadLetter]:
    """Look at the letters; wait so long for those that another command holds, and say so.

    Warns where that is not everything that is there; ``incomplete`` is then for the end.
    """
    told: list[int] = []

    def waiting(count: int) -> None:
        if not told:
            held = f"another command holds {counted(count, 'dead letter')} of {where.name}"
            say(f"{held}; waiting for at most {seconds:.0f} s")
        told.append(count)

    letters = where.queue.look(seconds, waiting)
    if warn and not where.queue.saw_all:
        say(f"warning: {counted(len(letters), 'dead letter')} seen, and that is not all: {_unseen(where)}")
    return letters


def _unseen(where: Where) -> str:
    count = where.queue.held_elsewhere
    held = f"{count} of {where.name} are held by another command, or by one that was killed a moment ago"
    return held if count else f"{where.name} has more than can be received in a minute"


def incomplete(*unseen: Where, hint: str = "give the command again for the rest, in a minute") -> OperatorError:
    """Return the error with which a command ends that was meant for all letters, and has not seen all of these."""
    return OperatorError(f"not all dead letters were seen: {'; '.join(map(_unseen, unseen))}", hint)


def check_seen(places: Iterable[Where]) -> None:
    """Raise that error where a look has not seen all."""
    if unseen := [where for where in places if not where.queue.saw_all]:
        raise incomplete(*unseen)


@dataclass(frozen=True)
class Whose:
    """Whose dead letters a command is about, as the operator named them, and the beginnings of messages' ids."""

    stack: str
    queue: str | None
    dlq: str | None
    actor: str | None = None
    ids: Sequence[str] = ()
    by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing was named."""
        return self.actor is None and self.queue is None and self.dlq is None

    def one(self) -> Where:
        """Return the one place that was named; raises OperatorError where none was, or more than one."""
        if self.is_open:
            raise OperatorError("whose dead letters?", "name an actor, or any queue by --queue URL")
        return self.every()[0]

    def one_message(self) -> tuple[Where, str]:
        """Return the place, and the one id; raises OperatorError where there is not one."""
        place = self.one()
        if len(self.ids) != 1:
            raise OperatorError("name one message", f"`brigade dlq show {place.words}` lists them with their ids")
        return place, self.ids[0]

    def every(self) -> list[Where]:
        """Return the place that was named, or where none was, every actor's. Raises OperatorError as ``one`` does."""
        if self.queue is None and self.dlq is None:
            if self.by is not None:
                raise OperatorError("a stack's dead letters are grouped by their reason", "--by goes with --queue")
            return _of_stack(self.stack, self.actor)
        if self.actor is not None:
            raise OperatorError(f"{self.actor} has queues of its own", "name either an actor, or --queue and --dlq")
        return [self._pair()]

    def _pair(self) -> Where:
        if region := pairs.region_of(self.queue or self.dlq or ""):
            os.environ["AWS_REGION"] = region  # it is part of a queue's address, so nothing else can be meant
        target = here()
        sqs = target.client("sqs")
        queue, dlq = pairs.pair(sqs, self.queue, self.dlq)
        by = pairs.grouping(self.by) if self.by is not None else None
        return Where(dlq.rpartition("/")[2], DeadLetterQueue(sqs, dlq, queue, by), target, by=self.by or "")


def by_id(letters: Sequence[DeadLetter], ids: Sequence[str]) -> list[DeadLetter]:
    """Return the letters that are named, each once; all of them where none is. Raises OperatorError as named does."""
    found = {letter.message_id: letter for letter in (named(letters, each) for each in ids)}
    return list(found.values()) if ids else list(letters)


def _of_stack(stack: str, name: str | None) -> list[Where]:
    target = here()
    pipeline = Pipeline.find(target, stack)
    chain = pipeline.chain
    actors = chain.actors if name is None else () if name == UNDELIVERED else (chain.actor(name),)
    found = [Where(each.name, dead_letter_queue(pipeline, each), target, each, pipeline) for each in actors]
    if name in {None, UNDELIVERED}:
        found.append(Where(UNDELIVERED, undelivered_queue(pipeline), target, pipeline=pipeline))
    return found
