"""`brigade dlq discard`: dead letters thrown away, but for a file."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brigade.commands.asking import ask
from brigade.commands.dlq_naming import by_id, history_of, place_and_ids
from brigade.commands.dlq_selection import ImageId, KeyPattern, Reason, Since, selection
from brigade.commands.dlq_where import DeadLetterQueueUrl, QueueUrl, Where, every, incomplete, patiently
from brigade.commands.options import StackName, Yes
from brigade.console import OperatorError, counted, out, progress, say, table

if TYPE_CHECKING:
    from brigade.dead_letters.letter import DeadLetter
    from brigade.operations.operation import Recording


def discard(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ACTOR] [MESSAGE]...", help="Whose, and the beginnings of their ids.", show_default=False
        ),
    ] = None,
    reason: Reason = None,
    image: ImageId = None,
    key: KeyPattern = None,
    since: Since = None,
    moot: Annotated[
        bool, typer.Option("--moot", help="Only what is wanted no more; without ACTOR, of all actors.")
    ] = False,
    archive: Annotated[
        Path | None, typer.Option(help="Where they are written first. [default: ./brigade-dlq-ACTOR-TIME.jsonl]")
    ] = None,
    yes: Yes = False,
    stack: StackName = "brigade",
    queue: QueueUrl = None,
    dlq: DeadLetterQueueUrl = None,
) -> None:
    """Write dead letters to a file, then delete them. `brigade dlq import` puts them back.

    Without messages and filters, all of the actor's. With --moot those of pictures that were removed or replaced, or
    are READY because the actor has done its work since. Exits 1 when somebody else has taken some meanwhile, or when
    there are more than can be received in a minute.
    """
    from brigade.dead_letters.queue import HOLD_S

    chosen = selection(reason, image, key, since)
    if moot and not words and queue is None and dlq is None:
        places, ids = [each for each in every(stack, None, None, None) if each.actor], list[str]()
        if archive:
            raise OperatorError("each actor's letters go to a file of their own", "name an actor beside --archive")
    else:
        place, ids = place_and_ids(words or (), stack, queue, dlq)
        places = [place]
    unseen = []
    for place in places:
        letters = chosen.choose(by_id(patiently(place, HOLD_S), ids))
        if not place.queue.saw_all and not ids:
            unseen.append(place)
        if letters := _moot(place, letters) if moot else letters:
            _ask_and_discard(place, letters, archive, yes=yes)
        else:
            say(f"no dead letter of {place.name} is to be discarded")
    if unseen:
        raise incomplete(*unseen)


def _moot(place: Where, letters: "list[DeadLetter]") -> "list[DeadLetter]":
    from brigade.dead_letters.picture_status import is_moot, records

    if not (place.actor and place.pipeline):
        raise OperatorError(f"no actor gave up the letters of {place.name}", "--moot asks what an actor's work is for")
    found = records(place.pipeline, letters)
    return [letter for letter in letters if is_moot(letter, place.actor, found)]


def _ask_and_discard(place: Where, letters: "list[DeadLetter]", archive: Path | None, *, yes: bool) -> None:
    path = archive or Path(f"brigade-dlq-{place.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.jsonl")
    reasons = Counter(letter.reason for letter in letters).most_common()
    title = f"{place.name} on {place.target.describe()}"
    out.print(table(title, ("reason", "to discard"), [(why, str(count)) for why, count in reasons]))
    ask(f"Discard {counted(len(letters), 'dead letter')}, written to {path} before?", yes)
    _discard(place, letters, path)


def _discard(place: Where, letters: "list[DeadLetter]", path: Path) -> None:
    from brigade.dead_letters.discarding import DISCARDED, GONE
    from brigade.dead_letters.discarding import discard as delete
    from brigade.dead_letters.letters_file import rewrite
    from brigade.dead_letters.notify_catalog import tell_and_wait

    deleted: list[DeadLetter] = []
    held = f"all {len(letters)} that were chosen"
    with place.history.begin("discard", where=place.name, letters=letters) as operation:
        _archive(place, letters, path, operation)
        try:
            with progress("discarding", len(letters)) as step:
                for letter in delete(place.queue, letters, operation):
                    deleted.append(letter)
                    step()
            # Not where it broke off: of the letter that it broke off at nobody knows whether it is deleted.
            if len(deleted) < len(letters):
                rewrite(deleted, path, place.name)
            held = "them"
        finally:
            if place.told:
                tell_and_wait(place.told, deleted, DISCARDED, operation)
            say(f"{counted(len(deleted), 'dead letter')} discarded (operation {operation.id}); {path} holds {held}")
    if missing := len(letters) - len(deleted):
        gone = operation.outcomes[GONE] == missing
        raise OperatorError(
            f"{missing} of {len(letters)} were "
            + ("gone already: somebody else has taken them" if gone else "not met again, and left"),
            f"{history_of(place, operation.id)} says which",
        )


def _archive(place: Where, letters: "list[DeadLetter]", path: Path, operation: "Recording") -> None:
    from brigade.dead_letters.discarding import LEFT
    from brigade.dead_letters.letters_file import write

    try:
        write(letters, path, place.name)
    except BaseException:
        for letter in letters:
            operation.note(letter.message_id, LEFT)
        raise
