"""How commands name messages, by the beginnings of their ids, and operations."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from brigade.commands.dlq_where import Where, one
from brigade.console import OperatorError

if TYPE_CHECKING:
    from brigade.dead_letters.letter import DeadLetter


def place_and_ids(words: Sequence[str], stack: str, queue: str | None, dlq: str | None) -> tuple[Where, list[str]]:
    """Return where, and the ids: the first word is the actor, unless --queue and --dlq name a pair."""
    if queue is not None or dlq is not None:
        return one(stack, None, queue, dlq), list(words)
    actor, ids = (words[0], list(words[1:])) if words else (None, [])
    return one(stack, actor, None, None), ids


def place_and_id(words: Sequence[str], stack: str, queue: str | None, dlq: str | None) -> tuple[Where, str]:
    """Return where, and the one id; raises OperatorError where there is not one."""
    place, ids = place_and_ids(words, stack, queue, dlq)
    if len(ids) != 1:
        raise OperatorError("name one message", f"`brigade dlq show {place.words}` lists them with their ids")
    return place, ids[0]


def history_of(place: Where, operation: str) -> str:
    """Return the command that shows an operation."""
    return (
        f"`brigade dlq history {operation}`" if place.pipeline else f"`brigade dlq history {operation} {place.words}`"
    )


def by_id(letters: "Sequence[DeadLetter]", ids: Sequence[str]) -> "list[DeadLetter]":
    """Return the letters that are named, each once; all of them where none is. Raises OperatorError as named does."""
    from brigade.dead_letters.selection import named

    found = {letter.message_id: letter for letter in (named(letters, each) for each in ids)}
    return list(found.values()) if ids else list(letters)
