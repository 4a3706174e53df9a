"""Whose dead letters: an actor's of the stack, or those of any two SQS queues."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from brigade.acting.here import here
from brigade.dead_letters import pairs
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.dead_letters.selection import named
from brigade.dead_letters.where import Where, of_stack
from brigade.pipeline import Pipeline
from brigade.terminal import OperatorError, counted, say


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
            return of_stack(Pipeline.find(here(), self.stack), self.actor)
        if self.actor is not None:
            raise OperatorError(f"{self.actor} has queues of its own", "name either an actor, or --queue and --dlq")
        return [self._pair()]

    def _pair(self) -> Where:
        if region := pairs.region_of(self.queue or self.dlq or ""):
            os.environ["AWS_REGION"] = region  # it is part of a queue's address, so nothing else can be meant
        target = here()
        for url in filter(None, (self.queue, self.dlq)):
            pairs.check(url, target.endpoint)
        sqs = target.client("sqs")
        queue, dlq = pairs.pair(sqs, self.queue, self.dlq)
        by = pairs.grouping(self.by) if self.by is not None else None
        return Where(dlq.rpartition("/")[2], DeadLetterQueue(sqs, dlq, queue, by), target, by=self.by or "")


def by_id(letters: Sequence[DeadLetter], ids: Sequence[str]) -> list[DeadLetter]:
    """Return the letters that are named, each once; all of them where none is. Raises OperatorError as named does."""
    found = {letter.message_id: letter for letter in (named(letters, each) for each in ids)}
    return list(found.values()) if ids else list(letters)
