"""`brigade dlq show`: each dead letter with its reason, its picture and its history."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import click
from msgspec import to_builtins
from rich.padding import Padding
from rich.text import Text

from brigade.commands.dlq_options import of_actor, selecting
from brigade.commands.dlq_where import Whose, check_seen, patiently
from brigade.commands.options import as_json
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.picture_status import statuses
from brigade.dead_letters.selection import Selection
from brigade.dead_letters.where import LOOK_S
from brigade.tables import facts, short
from brigade.terminal import duration, out, print_json, printable
from kit.envelope import timestamp


@click.command()
@as_json
@selecting
@of_actor
def show(*, chosen: Selection, as_json: bool, whose: Whose) -> None:
    """Show dead letters, of all actors or one: why, what of, when, and how often each was sent back already.

    Looking takes nothing out of a queue. Exits 1 as `dlq ls` does.
    """
    places = whose.every()
    with ThreadPoolExecutor(len(places)) as pool:
        found = list(pool.map(lambda where: chosen.choose(patiently(where, LOOK_S, warn=False)), places))
    named = [(where.name, letter) for where, letters in zip(places, found, strict=True) for letter in letters]
    known = statuses(places[0].pipeline, [letter for _, letter in named])
    if as_json:
        print_json([_facts(name, letter, known.get(letter.message_id)) for name, letter in named])
    else:
        for name, letter in named:
            _print(name, letter, known.get(letter.message_id, "unknown"))
    check_seen(places)
    if not (named or as_json):
        out.print("no dead letters" if chosen == Selection() else "no dead letter is like that")


def _facts(name: str, letter: DeadLetter, status: str | None) -> dict[str, Any]:
    return {
        "actor": name,
        "message_id": letter.message_id,
        "reason": letter.reason,
        "detail": letter.detail,
        "attempts": letter.attempts,
        "image_id": letter.image_id,
        "key": letter.key,
        "status": status,
        "failed_at": letter.failed_at,
        "sent_at": letter.sent_at.isoformat(),
        "trace": letter.trace,
        "lineage": to_builtins(letter.lineage),
        "attributes": dict(letter.attributes),
        "body": _parsed(letter.body),
    }


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _print(name: str, letter: DeadLetter, status: str) -> None:
    out.print(Text.assemble((name, "bold"), "  ", (printable(letter.reason), "red"), "  ", short(letter.message_id)))
    age = duration(max(0, (datetime.now(UTC) - letter.since).total_seconds()))
    rows: dict[str, str | Text | None] = {
        "detail": letter.detail,
        "picture": "  ".join(filter(None, (letter.key, short(letter.image_id)))),
        "status": status if letter.image_id else "",
        "attempts": str(letter.attempts or ""),
        "failed": f"{letter.failed_at}  {age} ago" if letter.failed_at else "",
        "sent": timestamp(letter.sent_at),
        "trace": letter.trace,
    }
    again = [f"{redrive.at}  by {redrive.by} after {redrive.reason}" for redrive in letter.lineage]
    rows["redriven"] = Text("\n".join(map(printable, again)))
    out.print(Padding(facts(rows), (0, 0, 0, 2), expand=False))
