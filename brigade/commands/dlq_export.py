"""`brigade dlq export` and `import`: dead letters to a file and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brigade.commands.dlq_naming import history_of
from brigade.commands.dlq_selection import ImageId, KeyPattern, Reason, Since, selection
from brigade.commands.dlq_where import ActorName, DeadLetterQueueUrl, QueueUrl, Where, incomplete, one, patiently
from brigade.commands.options import StackName, Yes
from brigade.console import OperatorError, counted, explain, progress, say

if TYPE_CHECKING:
    from brigade.dead_letters.letter import DeadLetter

IMPORTED = "imported"


def export(
    file: Annotated[Path, typer.Option("--out", help="The file, which must not be there yet: one JSON object a line.")],
    actor: ActorName = None,
    reason: Reason = None,
    image: ImageId = None,
    key: KeyPattern = None,
    since: Since = None,
    stack: StackName = "brigade",
    queue: QueueUrl = None,
    dlq: DeadLetterQueueUrl = None,
) -> None:
    """Write dead letters to a file, and leave them where they are.

    Exits 1 when the file lacks some, because there are more than can be received in a minute.
    """
    from brigade.dead_letters.letters_file import write
    from brigade.dead_letters.queue import HOLD_S

    chosen = selection(reason, image, key, since)
    place = one(stack, actor, queue, dlq)
    letters = chosen.choose(patiently(place, HOLD_S))
    write(letters, file, place.name)
    say(f"{counted(len(letters), 'dead letter')} of {place.name} written to {file}, and left in the queue")
    if not place.queue.saw_all:
        raise incomplete(place, hint="`brigade dlq discard` writes to a file what it deletes, and can be given again")


def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What export or discard has written.")],
    actor: ActorName = None,
    stack: StackName = "brigade",
    queue: QueueUrl = None,
    dlq: DeadLetterQueueUrl = None,
    yes: Yes = False,  # noqa: ARG001 - here() asks it
) -> None:
    """Put the dead letters of a file back into the dead-letter queue, with their attributes and their lineage.

    Nothing is sent when a line is wrong. SQS gives each a new id and a new age.
    """
    from brigade.dead_letters.letters_file import read

    letters = read(file)
    place = one(stack, actor, queue, dlq)
    _check(letters, place)
    done = 0
    with place.history.begin("import", where=place.name, letters=letters) as operation:
        try:
            with progress("importing", len(letters)) as step:
                for letter in letters:
                    place.queue.put(letter)
                    operation.note(letter.message_id, IMPORTED)
                    done += 1
                    step()
        except Exception as error:
            raise OperatorError(
                f"{done} of {len(letters)} were imported, then: {explain(error)}",
                f"{history_of(place, operation.id)} says which",
            ) from error
    say(
        f"{counted(done, 'dead letter')} imported into the dead-letter queue of {place.name} (operation {operation.id})"
    )


def _check(letters: "list[DeadLetter]", place: Where) -> None:
    """Refuse letters that another actor gave up: this one could not read them."""
    for letter in letters:
        if place.actor and letter.actor not in {"", place.name}:
            raise OperatorError(
                f"message {letter.message_id} is a dead letter of {letter.actor}, not of {place.name}",
                f"nothing was sent; import it by `brigade dlq import FILE {letter.actor}`",
            )
