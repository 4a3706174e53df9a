"""`brigade dlq export` and `import`: dead letters to a file and back."""

from pathlib import Path

import click

from brigade.commands.dlq_options import of_actor, selecting
from brigade.commands.dlq_where import Whose, incomplete, patiently
from brigade.commands.options import FILE, PATH, argument, option, yes_to_the_account
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.letters_file import read, write
from brigade.dead_letters.queue import HOLD_S
from brigade.dead_letters.selection import Selection
from brigade.dead_letters.where import Where
from brigade.progress import progress
from brigade.terminal import OperatorError, counted, explain, say

IMPORTED = "imported"


@click.command()
@option("--out", "file", required=True, type=PATH, help="A file that is not there yet: one JSON object a line.")
@selecting
@of_actor
def export(*, file: Path, chosen: Selection, whose: Whose) -> None:
    """Write dead letters to a file, and leave them where they are.

    Exits 1 when the file lacks some, because there are more than can be received in a minute.
    """
    place = whose.one()
    letters = chosen.choose(patiently(place, HOLD_S))
    write(letters, file, place.name)
    say(f"{counted(len(letters), 'dead letter')} of {place.name} written to {file}, and left in the queue")
    if not place.queue.saw_all:
        raise incomplete(place, hint="`brigade dlq discard` writes to a file what it deletes, and can be given again")


@click.command()
@argument("file", required=True, type=FILE, help="What export or discard has written.")
@yes_to_the_account
@of_actor
def import_(*, file: Path, whose: Whose) -> None:
    """Put the dead letters of a file back into the dead-letter queue, with their attributes and their lineage.

    Nothing is sent when a line is wrong. SQS gives each a new id and a new age.
    """
    letters = read(file)
    place = whose.one()
    _check(letters, place)
    done = 0
    with place.record("import", letters) as operation:
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
                f"{place.history_of(operation.id)} says which",
            ) from error
    say(
        f"{counted(done, 'dead letter')} imported into the dead-letter queue of {place.name} (operation {operation.id})"
    )


def _check(letters: list[DeadLetter], place: Where) -> None:
    """Refuse letters that another actor gave up: this one could not read them."""
    for letter in letters:
        if place.actor and letter.actor not in {"", place.name}:
            raise OperatorError(
                f"message {letter.message_id} is a dead letter of {letter.actor}, not of {place.name}",
                f"nothing was sent; import it by `brigade dlq import FILE {letter.actor}`",
            )
