"""Dead letters as the console shows them: by actor and reason, one by one, and mended by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from brigade.console import structs
from brigade.console.console import Console
from brigade.console.looking import Found
from brigade.console.pictures import known
from brigade.dead_letters.acts import send_back
from brigade.dead_letters.editing import difference, mistake, readable, revised
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.reasons import explanation
from brigade.dead_letters.selection import Selection, age
from brigade.terminal import OperatorError
from kit.envelope import timestamp
from services.portal.problems import Refused


def listed(console: Console, asked: structs.LettersAsked) -> structs.Letters:
    """Return the groups of all letters, and a page of those that were asked for."""
    found = console.looking()
    wanted = selection(asked)
    chosen = [
        facts(at, letter) for at in found if asked.actor in ("", at.where.name) for letter in wanted.choose(at.letters)
    ]
    left = sorted((each for each in chosen if _order(each) > asked.cursor), key=_order)
    page = [structs.Letter(**each) for each in left[: asked.limit]]
    return structs.Letters(
        saw_all=all(at.where.queue.saw_all for at in found),
        total=len(chosen),
        groups=sorted(chain(*map(_groups, found)), key=lambda group: group.count, reverse=True),
        letters=page,
        next=_order(left[asked.limit - 1]) if len(left) > asked.limit else None,
    )


def show(console: Console, actor: str, letter: str) -> structs.WholeLetter:
    """Return one letter with all that is known of it; raises Refused (404)."""
    at, found = _one(console, actor, letter)
    return structs.WholeLetter(
        **facts(at, found),
        body=readable(found.body),
        attributes=dict(found.attributes),
        lineage=found.lineage,
        trace=found.trace,
        explanation=explanation(found.reason),
        to=at.where.back,
        record=known(console, found.image_id),
    )


def edit(console: Console, actor: str, letter: str, asked: structs.Edit) -> dict[str, Any]:
    """Return how a new body differs and why it would fail again; send it back if that is wanted, and it would not.

    Raises OperatorError where it would, where it is as it was, and where somebody else has taken the letter.
    """
    at, found = _one(console, actor, letter)
    before = readable(found.body)
    why = mistake(found, asked.body, at.where.actor)
    after = asked.body if why else readable(asked.body)
    answer: dict[str, Any] = {"diff": list(difference(before, after)), "mistake": why or None, "operation": None}
    if asked.send:
        if why or after == before:
            raise OperatorError(f"not sent: {why or 'nothing was changed'}", "edit it again; it stays as it was")
        with console.worker.alone():
            answer["operation"] = send_back(console.place(actor), found, revised(found, asked.body)).id
    return answer


def selection(asked: structs.Filter) -> Selection:
    """Return which letters a filter means."""
    since = datetime.now(UTC) - age(asked.since) if asked.since else None
    return Selection(reason=asked.reason or None, image=asked.image or None, key=asked.key or None, since=since)


def facts(at: Found, letter: DeadLetter) -> dict[str, Any]:
    """Return the fields of a structs.Letter."""
    return {
        "id": letter.message_id,
        "actor": at.where.name,
        "reason": letter.reason,
        "detail": letter.detail,
        "key": letter.key,
        "image": letter.image_id,
        "kind": letter.kind,
        "since": timestamp(letter.since),
        "expires_at": timestamp(letter.sent_at + at.kept),
        "attempts": letter.attempts,
        "redrives": len(letter.lineage),
    }


def _order(letter: dict[str, Any]) -> str:
    return f"{letter['since']} {letter['id']}"


def _groups(at: Found) -> Iterator[structs.Group]:
    by_reason: dict[str, list[DeadLetter]] = {}
    for letter in at.letters:
        by_reason.setdefault(letter.reason, []).append(letter)
    for reason, letters in by_reason.items():
        since = [letter.since for letter in letters]
        yield structs.Group(
            actor=at.where.name,
            reason=reason,
            count=len(letters),
            oldest_at=timestamp(min(since)),
            newest_at=timestamp(max(since)),
            expires_at=timestamp(letters[0].sent_at + at.kept),
            example_key=letters[0].key,
            example_detail=letters[0].detail,
            explanation=explanation(reason),
        )


def _one(console: Console, actor: str, letter: str) -> tuple[Found, DeadLetter]:
    for at in console.looking():
        for each in at.letters:
            if (at.where.name, each.message_id) == (actor, letter):
                return at, each
    raise Refused(404, "this dead letter is not there any more")
