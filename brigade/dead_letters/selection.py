"""Choosing among dead letters. Pure: knows no cloud."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from brigade.dead_letters.letter import DeadLetter
from brigade.terminal import OperatorError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
# More than any queue keeps a message; an age that the calendar does not hold is a slip.
_LONGEST = timedelta(days=3650)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a letter must be to be chosen; what is None does not matter.

    ``image`` is the beginning of a picture's id, ``key`` its source key or a pattern for it (*, ? and [] as in a shell,
    / is no border), ``since`` the earliest time at which it became a dead letter.
    """

    reason: str | None = None
    image: str | None = None
    key: str | None = None
    since: datetime | None = None

    def matches(self, letter: DeadLetter) -> bool:
        """Return whether this letter is chosen. Of a letter about several pictures one is enough."""
        images = letter.images()
        ids = [image.id for image in images]
        return (
            (self.reason is None or letter.reason == self.reason)
            and (self.image is None or any(each.startswith(self.image) for each in (letter.image_id, *ids)))
            and (self.key is None or any(_is_like(image.source.key, self.key) for image in images))
            and (self.since is None or letter.since >= self.since)
        )

    def choose(self, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
        return [letter for letter in letters if self.matches(letter)]


def _is_like(key: str, pattern: str) -> bool:
    """Return whether a key is this one, or matches the pattern: a key itself may hold [brackets]."""
    return key == pattern or fnmatchcase(key, pattern)


def age(text: str) -> timedelta:
    """Return how long 90s, 30m, 2h, 3d or 1w is. Raises OperatorError for anything else."""
    found = re.fullmatch(r"([0-9]{1,7})([smhdw])", text.strip())
    length = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
    if length is None or length > _LONGEST:
        raise OperatorError(f"{text!r} is no age", "write it as 90s, 30m, 2h, 3d or 1w")
    return length


def named(letters: Sequence[DeadLetter], message: str) -> DeadLetter:
    """Return the one letter whose message id begins so; raises OperatorError where there is none, or more than one."""
    found = [letter for letter in letters if message and letter.message_id.startswith(message)]
    if len(found) == 1:
        return found[0]
    if found:
        raise OperatorError(f"{len(found)} dead letters begin with {message!r}", "name more of the message's id")
    raise OperatorError(f"no dead letter begins with {message!r}", "`brigade dlq show` lists those there are")
