"""`brigade dlq discard`: dead letters thrown away, but for a file."""

from collections import Counter
from pathlib import Path

import click

from brigade.commands.dlq_options import of_messages, selecting
from brigade.commands.dlq_where import Whose, by_id, incomplete, patiently
from brigade.commands.options import PATH, option, yes
from brigade.dead_letters.acts import discarding, discards_file
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.picture_status import is_moot, records
from brigade.dead_letters.queue import GONE, HOLD_S
from brigade.dead_letters.selection import Selection
from brigade.dead_letters.where import Where
from brigade.progress import progress
from brigade.tables import table
from brigade.terminal import OperatorError, ask, counted, out, say


@click.command()
@option("--moot", is_flag=True, help="Only what is wanted no more; without ACTOR, of all actors.")
@option(
    "--archive",
    type=PATH,
    help="Where they are written first. [default: ./brigade-dlq-ACTOR-TIME.jsonl]",
)
@yes
@selecting
@of_messages("[ACTOR] [MESSAGE]...", required=False)
def discard(*, chosen: Selection, moot: bool, archive: Path | None, yes: bool, whose: Whose) -> None:
    """Write dead letters to a file, then delete them. `brigade dlq import` puts them back.

    Without messages and filters, all of the actor's. With --moot those of pictures that were removed or replaced, or
    are READY because the actor has done its work since. Exits 1 when somebody else has taken some meanwhile, or when
    there are more than can be received in a minute.
    """
    if moot and whose.is_open:
        places = [each for each in whose.every() if each.actor]
        if archive:
            raise OperatorError("each actor's letters go to a file of their own", "name an actor beside --archive")
    else:
        places = [whose.one()]
    unseen = []
    for place in places:
        letters = chosen.choose(by_id(patiently(place, HOLD_S), whose.ids))
        if not place.queue.saw_all and not whose.ids:
            unseen.append(place)
        if letters := _moot(place, letters) if moot else letters:
            _ask_and_discard(place, letters, archive, yes=yes)
        else:
            say(f"no dead letter of {place.name} is to be discarded")
    if unseen:
        raise incomplete(*unseen)


def _moot(place: Where, letters: list[DeadLetter]) -> list[DeadLetter]:
    if not (place.actor and place.pipeline):
        raise OperatorError(f"no actor gave up the letters of {place.name}", "--moot asks what an actor's work is for")
    found = records(place.pipeline, letters)
    return [letter for letter in letters if is_moot(letter, place.actor, found)]


def _ask_and_discard(place: Where, letters: list[DeadLetter], archive: Path | None, *, yes: bool) -> None:
    path = archive or discards_file(place)
    reasons = Counter(letter.reason for letter in letters).most_common()
    title = f"{place.name} on {place.target.describe()}"
    out.print(table(title, ("reason", "to discard"), [(why, str(count)) for why, count in reasons]))
    ask(f"Discard {counted(len(letters), 'dead letter')}, written to {path} before?", yes)
    _discard(place, letters, path)


def _discard(place: Where, letters: list[DeadLetter], path: Path) -> None:
    with progress("discarding", len(letters)) as step, discarding(place, letters, path, step) as run:
        try:
            run.run()
        finally:
            content = "them" if run.is_exact else f"all {len(letters)} that were chosen"
            done = f"{counted(len(run.deleted), 'dead letter')} discarded (operation {run.operation.id})"
            say(f"{done}; {path} holds {content}")
    if others := len(letters) - len(run.deleted):
        gone = run.operation.outcomes[GONE] == others
        raise OperatorError(
            f"{others} of {len(letters)} were "
            + ("gone already: somebody else has taken them" if gone else "not met again, and left"),
            f"{place.history_of(run.operation.id)} says which",
        )
