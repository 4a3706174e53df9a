"""Where a picture may stand.

Adding a status: a word in ``Status``, a line in ``MEANING``, and in ``records.rules.status`` when it holds.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where a picture stands."""

    PROCESSING = "PROCESSING"
    READY = "READY"
    FAILED = "FAILED"
    QUARANTINED = "QUARANTINED"
    SUPERSEDED = "SUPERSEDED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a status means to people and programs.

    ``color`` is how a terminal shows it; ``word`` what ``brigade process`` says of a local file; ``hint`` is for who
    has uploaded pictures that end so, empty where all is well. ``is_settled``: nothing more is under way;
    ``is_outdated``: nobody wants the outputs any more.
    """

    color: str
    word: str = "rejected"
    hint: str = ""
    is_settled: bool = True
    is_outdated: bool = False


MEANING = {
    Status.PROCESSING: Meaning(color="yellow", is_settled=False),
    Status.READY: Meaning(color="green", word="ready"),
    Status.FAILED: Meaning(color="red", hint="some pictures failed: `brigade dlq ls` shows why"),
    Status.QUARANTINED: Meaning(
        color="magenta",
        word="quarantined",
        hint="moderation holds some pictures back: `brigade ls --status quarantined` lists them",
    ),
    Status.SUPERSEDED: Meaning(
        color="dim",
        is_outdated=True,
        hint="newer uploads of the same keys have replaced some pictures: `brigade show KEY` shows the newest",
    ),
    Status.REMOVED: Meaning(
        color="dim",
        is_outdated=True,
        hint="some were removed or rejected, as `brigade show KEY` tells: to have one again, delete its key and upload",
    ),
}
SETTLED = frozenset(status for status, meaning in MEANING.items() if meaning.is_settled)
OUTDATED = frozenset(status for status, meaning in MEANING.items() if meaning.is_outdated)
