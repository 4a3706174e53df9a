"""What operators do to dead letters: recorded while it is done, and told to the catalog."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.letters_file import rewrite, write
from brigade.dead_letters.notify_catalog import tell, tell_and_wait
from brigade.dead_letters.queue import GONE
from brigade.dead_letters.redrive import REDRIVEN, Pace, Redrive
from brigade.dead_letters.where import Where
from brigade.operations.operation import Recording
from brigade.terminal import OperatorError

DISCARDED = "discarded"
LEFT = "left"  # where it was, or met by nobody
Step = Callable[[], None]


@contextmanager
def redriving(place: Where, letters: Sequence[DeadLetter], pace: Pace, step: Step) -> Iterator[Redrive]:
    """Record a redrive of these letters while the block runs it."""
    with place.record("redrive", letters) as operation:

        def told(sent: Sequence[DeadLetter]) -> None:
            if place.told:
                tell(place.told, sent, REDRIVEN, operation)

        yield Redrive(place.queue, letters, operation, pace, step, told)


@dataclass
class Discard:
    """Letters that are written to a new file, then deleted. ``is_exact``: the file holds those, and no others."""

    place: Where
    letters: Sequence[DeadLetter]
    path: Path
    operation: Recording
    step: Step
    deleted: list[DeadLetter] = field(default_factory=list)
    is_exact: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)  # set: no more are deleted

    def run(self) -> None:
        """Do it; raises OperatorError where the file is there already, OSError where it cannot be written."""
        self._archive()
        try:
            self._delete({letter.message_id for letter in self.letters})
            # Not where it broke off: of the letter that it broke off at nobody knows whether it is deleted.
            if len(self.deleted) < len(self.letters):
                rewrite(self.deleted, self.path, self.place.name)
            self.is_exact = True
        finally:
            if self.place.told:
                tell_and_wait(self.place.told, self.deleted, DISCARDED, self.operation)

    def _archive(self) -> None:
        try:
            write(self.letters, self.path, self.place.name)
        except BaseException:
            for letter in self.letters:
                self.operation.note(letter.message_id, LEFT)
            raise

    def _delete(self, left: set[str]) -> None:
        queue = self.place.queue
        with closing(queue.take(set(left))) as taken:
            for held in taken:
                with queue.working_on(held):
                    queue.delete(held)
                self.operation.note(held.letter.message_id, DISCARDED)
                left.discard(held.letter.message_id)
                self.deleted.append(held.letter)
                self.step()
                if self.cancelled.is_set():
                    break
        for message_id in left:
            self.operation.note(message_id, GONE if queue.saw_all else LEFT)


@contextmanager
def discarding(place: Where, letters: Sequence[DeadLetter], path: Path, step: Step) -> Iterator[Discard]:
    """Record a discard of these letters while the block runs it."""
    with place.record("discard", letters) as operation:
        yield Discard(place, letters, path, operation, step)


def discards_file(place: Where) -> Path:
    """Return where discarded letters are written if nobody says where: in the working directory."""
    return Path(f"brigade-dlq-{place.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.jsonl")


def send_back(place: Where, letter: DeadLetter, new: DeadLetter) -> Recording:
    """Send the new letter, then delete the old one; raises OperatorError where somebody else has taken it meanwhile."""
    with place.record("edit", [letter]) as operation:
        held = next(iter(place.queue.take([letter.message_id])), None)
        if held is None:
            operation.note(letter.message_id, GONE)
            raise OperatorError("somebody else has taken the message meanwhile", "nothing was sent")
        with place.queue.working_on(held):
            place.queue.send_back(new, operation.id, operation.by)
            place.queue.delete(held)
        operation.note(letter.message_id, REDRIVEN)
        if place.told:
            tell_and_wait(place.told, [letter], REDRIVEN, operation)
    return operation
