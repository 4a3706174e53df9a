"""Throwing dead letters away."""

from collections.abc import Iterator, Sequence

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.operations.operation import Recording

DISCARDED, GONE = "discarded", "gone"
LEFT = "left"  # where it was, or met by nobody


def discard(queue: DeadLetterQueue, letters: Sequence[DeadLetter], operation: Recording) -> Iterator[DeadLetter]:
    """Yield deleted letters; record missing ones as gone."""
    missing = {letter.message_id for letter in letters}
    for held in queue.take(set(missing)):
        with queue.working_on(held):
            queue.delete(held)
        missing.remove(held.letter.message_id)
        operation.note(held.letter.message_id, DISCARDED)
        yield held.letter
    for message_id in missing:
        operation.note(message_id, GONE if queue.saw_all else LEFT)
