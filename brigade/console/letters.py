"""Dead letters as the console shows them: by actor and reason, one by one, and mended by hand."""

from datetime import UTC, datetime
from typing import Any

from brigade.console import structs
from brigade.console.console import Console, Found
from brigade.console.pictures import known
from brigade.dead_letters.acts import send_back
from brigade.dead_letters.editing import difference, mistake, readable, revised
from brigade.dead_letters.groups import Group, groups
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.reasons import explanation
from brigade.dead_letters.selection import Selection, age
from brigade.terminal import OperatorError
from kit.envelope import timestamp
from services.portal.problems import Refused

Facts = dict[str, Any]


def listed(console: Console, asked: structs.LettersAsked) -> Facts:
    """Return all letters' ``groups``, the largest first, and of those asked for ``total`` and a page, the oldest first.

    ``saw_all``: whether nobody else held some meanwhile, and they were not too many to look at.
    """
    found, wanted = console.letters(), selection(asked)
    meant = [at for at in found if asked.actor in ("", at.where.name)]
    chosen = [facts(at, letter) for at in meant for letter in wanted.choose(at.letters)]
    reasons = [group for at in found for group in groups(at.where.name, at.letters, at.kept)]
    left = sorted((each for each in chosen if _order(each) > asked.cursor), key=_order)
    return {
        "saw_all": all(at.where.queue.saw_all for at in found),
        "total": len(chosen),
        "groups": [_group(each) for each in sorted(reasons, key=lambda group: -group.count)],
        "letters": left[: asked.limit],
        "next": _order(left[asked.limit - 1]) if len(left) > asked.limit else None,
    }


def show(console: Console, actor: str, letter: str) -> Facts:
    """Return one letter with all that is known of it; raises Refused (404).

    Its body is readable JSON, or as it is; ``to`` says where it would be sent back, ``record`` is its picture now.
    """
    at, found = _one(console, actor, letter)
    return facts(at, found) | {
        "body": readable(found.body),
        "attributes": found.attributes,
        "lineage": found.lineage,
        "trace": found.trace,
        "explanation": explanation(found.reason),
        "to": at.where.back,
        "record": known(console, found.image_id),
    }


def edit(console: Console, actor: str, letter: str, asked: structs.Edit) -> Facts:
    """Return how a new body differs, and why it would fail again; ``send`` it back where it would not.

    Raises OperatorError where it would, where nothing is changed, and where somebody else has taken the letter.
    """
    at, found = _one(console, actor, letter)
    before, after = readable(found.body), readable(asked.body)
    why = mistake(found, asked.body, at.where.actor)
    operation = None
    if asked.send:
        if why or after == before:
            raise OperatorError(f"not sent: {why or 'nothing was changed'}", "edit it again; it stays as it was")
        with console.worker.alone():
            operation = send_back(console.place(actor), found, revised(found, asked.body)).id
    return {"diff": list(difference(before, after)), "mistake": why or None, "operation": operation}


def selection(asked: structs.Filter) -> Selection:
    """Return which letters a filter means."""
    since = datetime.now(UTC) - age(asked.since) if asked.since else None
    return Selection(reason=asked.reason or None, image=asked.image or None, key=asked.key or None, since=since)


def facts(at: Found, letter: DeadLetter) -> Facts:
    """Return what a list says of a letter; ``since`` is when it became one, ``redrives`` how often it was sent back."""
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


def _order(letter: Facts) -> str:
    return f"{letter['since']} {letter['id']}"


def _group(group: Group) -> Facts:
    return {
        "actor": group.actor,
        "reason": group.oldest.reason,
        "count": group.count,
        "oldest_at": timestamp(group.oldest.since),
        "newest_at": timestamp(group.newest.since),
        "expires_at": timestamp(group.deleted_at),
        "example_key": group.oldest.key,
        "example_detail": group.oldest.detail,
        "explanation": explanation(group.oldest.reason),
    }


def _one(console: Console, actor: str, letter: str) -> tuple[Found, DeadLetter]:
    for at in console.letters():
        for each in at.letters:
            if (at.where.name, each.message_id) == (actor, letter):
                return at, each
    raise Refused(404, "this dead letter is not there any more")
