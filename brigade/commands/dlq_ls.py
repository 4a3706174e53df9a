"""`brigade dlq ls`: how many dead letters there are, why, and for how much longer."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from rich.text import Text

from brigade.commands.dlq_options import of_actor
from brigade.commands.dlq_where import Whose, check_seen, patiently
from brigade.commands.options import as_json
from brigade.dead_letters.groups import Group, groups
from brigade.dead_letters.picture_status import statuses
from brigade.dead_letters.where import LOOK_S, Where
from brigade.tables import short, table
from brigade.terminal import counted, duration, out, print_json, printable, say

WARN_BELOW = timedelta(days=3)
_COLUMNS = ("actor", "count", "oldest", "deleted in", "reason, and the oldest of them")


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
        found = [groups for groups in pool.map(_look, places) if groups]
    known = statuses(places[0].pipeline, [group.oldest for groups in found for group in groups])
    if as_json:
        print_json([_facts(group, known) for groups in found for group in groups])
    else:
        _print([group for groups in found for group in groups], known)
    check_seen(places)
    if not (found or as_json):
        out.print("no dead letters")


def _look(where: Where) -> list[Group]:
    return groups(where.name, patiently(where, LOOK_S, warn=False), where.queue.retention())


def _left(group: Group) -> timedelta:
    return group.deleted_at - datetime.now(UTC)


def _facts(group: Group, known: Mapping[str, str]) -> dict[str, Any]:
    oldest = group.oldest
    return {
        "actor": group.actor,
        "reason": oldest.reason,
        "count": group.count,
        "oldest_at": oldest.sent_at.isoformat(),
        "deleted_at": group.deleted_at.isoformat(),
        "days_left": round(_left(group) / timedelta(days=1), 1),
        "example": {
            "message_id": oldest.message_id,
            "image_id": oldest.image_id,
            "key": oldest.key,
            "status": known.get(oldest.message_id),
            "detail": oldest.detail,
        },
    }


def _print(found: Sequence[Group], known: Mapping[str, str]) -> None:
    """Print the table, and on stderr a warning for every queue whose letters are soon deleted."""
    if found:
        title = counted(sum(group.count for group in found), "dead letter")
        out.print(table(title, _COLUMNS, [_row(group, known) for group in found]))
    for name, left in {group.actor: _left(group) for group in sorted(found, key=_left, reverse=True)}.items():
        if left < WARN_BELOW:
            say(f"warning: {name} loses its oldest dead letter in {_length(left)}: redrive or `brigade dlq export` it")


def _row(group: Group, known: Mapping[str, str]) -> tuple[str | Text, ...]:
    oldest = group.oldest
    status = "" if oldest.group else known.get(oldest.message_id, "status unknown")
    what = f"{oldest.key or short(oldest.image_id or oldest.message_id)}  {status}".rstrip()
    return (
        group.actor,
        str(group.count),
        _length(datetime.now(UTC) - oldest.sent_at),
        Text(_length(_left(group)), style="bold red" if _left(group) < WARN_BELOW else ""),
        Text.assemble((printable(oldest.reason), "red"), f"\n{printable(what)}\n{printable(oldest.detail)}".rstrip()),
    )


def _length(time: timedelta) -> str:
    return duration(max(0, time.total_seconds()))
