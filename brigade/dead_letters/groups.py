"""Dead letters by their reason. Pure: knows no cloud."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from brigade.dead_letters.letter import DeadLetter


@dataclass(frozen=True)
class Group:
    """One queue's dead letters of one reason: whose, how many, the first and last, and when SQS deletes the first."""

    actor: str
    count: int
    oldest: DeadLetter
    newest: DeadLetter
    deleted_at: datetime


def groups(actor: str, letters: Iterable[DeadLetter], kept: timedelta) -> list[Group]:
    """Return one queue's letters, oldest first, by reason, most frequent first; ``kept``: how long SQS keeps one."""
    by_reason: dict[str, list[DeadLetter]] = {}
    for letter in letters:
        by_reason.setdefault(letter.reason, []).append(letter)
    found = [Group(actor, len(each), each[0], each[-1], each[0].sent_at + kept) for each in by_reason.values()]
    return sorted(found, key=lambda group: group.count, reverse=True)
