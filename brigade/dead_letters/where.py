"""A dead-letter queue with all that is known of whose it is: an actor's of a stack, or one of any two queues."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.dead_letters.stack_queues import dead_letter_queue, undelivered_queue
from brigade.operations.operation import Entry, Recording
from brigade.operations.storage import FileHistory, History
from brigade.pipeline import Pipeline
from brigade.project import state_folder
from brigade.target import Target
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
        if not self.pipeline:
            return self.queue.source_url.rpartition("/")[2]
        return f"the queue of {self.name}" if self.actor else "the queues of all who hear them"

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
            return self.pipeline.history
        return FileHistory(self.target, state_folder() / "operations" / quote(self.queue.url, safe=""))


def of_stack(pipeline: Pipeline, name: str | None = None) -> list[Where]:
    """Return the places of a stack's dead letters: one actor's, or every actor's and what SNS could not deliver."""
    chain, target = pipeline.chain, pipeline.target
    actors = chain.actors if name is None else () if name == UNDELIVERED else (chain.actor(name),)
    found = [Where(each.name, dead_letter_queue(pipeline, each), target, each, pipeline) for each in actors]
    if name in {None, UNDELIVERED}:
        found.append(Where(UNDELIVERED, undelivered_queue(pipeline), target, pipeline=pipeline))
    return found
