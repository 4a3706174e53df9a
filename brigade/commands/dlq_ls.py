"""`brigade dlq ls`: how many dead letters there are, why, and for how much longer."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from rich.text import Text

from brigade.commands.dlq_options import of_actor
from brigade.commands.dlq_where import LOOK_S, Where, Whose, check_seen, patiently
from brigade.commands.options import as_json
from brigade.console import duration, out, print_json, say, table
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.picture_status import statuses

WARN_BELOW = timedelta(days=3)


@dataclass(frozen=True)
class Found:
    """One queue's dead letters, the oldest first, and how long each is kept after it was sent.

    ``statuses`` are those of the examples' pictures, by message id, as far as they are known.
    """

    where: Where
    letters: list[DeadLetter]
    retention: timedelta
    statuses: dict[str, str] = field(default_factory=dict)

    def left(self, letter: DeadLetter) -> timedelta:
        """Return the time until the queue deletes a letter."""
        return letter.sent_at + self.retention - datetime.now(UTC)


@click.command()
@as_json
@of_actor
def ls(*, as_json: bool, whose: Whose) -> None:
    """List dead letters by actor and reason, with one example each and what has become of its picture.

    Looking takes nothing out of a queue. Exits 1 where another command holds some, or there are more than can be
    received in a minute.
    """
    places = whose.every()
    with ThreadPoolExecutor(len(places)) as pool:
        found = [each for each in pool.map(_look, places) if each.letters]
    known = statuses(places[0].pipeline, [letters[0] for each in found for letters in _by_reason(each.letters)])
    found = [replace(each, statuses=known) for each in found]
    if as_json:
        print_json([group for each in found for group in _groups(each)])
        check_seen(places)
        return
    for each in found:
        _print(each)
    check_seen(places)
    if not found:
        out.print("no dead letters")


def _look(where: Where) -> Found:
    return Found(where, patiently(where, LOOK_S, warn=False), where.queue.retention())


def _groups(found: Found) -> Iterator[dict[str, Any]]:
    """Yield what is said of each reason, the most frequent first."""
    for letters in _by_reason(found.letters):
        oldest = letters[0]
        yield {
            "actor": found.where.name,
            "reason": oldest.reason,
            "count": len(letters),
            "oldest_at": oldest.sent_at.isoformat(),
            "deleted_at": (oldest.sent_at + found.retention).isoformat(),
            "days_left": round(found.left(oldest) / timedelta(days=1), 1),
            "example": {
                "message_id": oldest.message_id,
                "image_id": oldest.image_id,
                "key": oldest.key,
                "status": found.statuses.get(oldest.message_id),
                "detail": oldest.detail,
            },
        }


def _by_reason(letters: Sequence[DeadLetter]) -> list[list[DeadLetter]]:
    groups: dict[str, list[DeadLetter]] = {}
    for letter in letters:
        groups.setdefault(letter.reason, []).append(letter)
    return sorted(groups.values(), key=len, reverse=True)


def _print(found: Found) -> None:
    """Print one queue's table, and on stderr a warning where letters are soon deleted."""
    name, count, oldest = found.where.name, len(found.letters), found.letters[0]
    out.print(table(f"{name}: {count} dead letter{'s' if count > 1 else ''}", _COLUMNS, _rows(found)))
    if found.left(oldest) < WARN_BELOW:
        say(
            f"warning: {name} loses its oldest dead letter in {_length(found.left(oldest))}: "
            f"redrive it, or `brigade dlq export` it"
        )


_COLUMNS = ("reason", "count", "oldest", "deleted in", "for example", "status", "detail")


def _rows(found: Found) -> Iterator[tuple[str | Text, ...]]:
    for letters in _by_reason(found.letters):
        oldest = letters[0]
        left = found.left(oldest)
        yield (
            oldest.reason,
            str(len(letters)),
            _length(datetime.now(UTC) - oldest.sent_at),
            Text(_length(left), style="bold red" if left < WARN_BELOW else ""),
            oldest.key or oldest.image_id or oldest.message_id,
            found.statuses.get(oldest.message_id, "unknown"),
            oldest.detail,
        )


def _length(time: timedelta) -> str:
    return duration(max(0, time.total_seconds()))
