"""An item of the list, and what came of it."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brigade.terminal import OperatorError, explain

if TYPE_CHECKING:
    from brigade.prove.stage import Stage

PROVED, FAILED, NOT_SEEN = "proved", "failed", "not seen"


class NotSeen(Exception):
    """This engine does not show it; the text says why."""


def expect(what: str, seen: Any, wanted: Any) -> None:
    """Raise OperatorError where that was not seen which is wanted."""
    if seen != wanted:
        raise OperatorError(f"{what}: expected {wanted}, saw {seen}")


@dataclass(frozen=True)
class Result:
    """What came of an item: proved, failed or not seen; ``seen`` says what was, or why nothing was."""

    item: str
    proves: str
    outcome: str
    seen: str
    seconds: float


@dataclass(frozen=True)
class Item:
    """``run`` returns what was seen, or raises; its docstring says what it proves, and behind a colon how."""

    run: Callable[["Stage"], str]
    needs: str = ""  # the earlier item without which it is not tried

    @property
    def name(self) -> str:
        """As it is written on the command line."""
        return self.run.__name__.replace("_", "-")

    @property
    def proves(self) -> str:
        """What it proves: how."""
        return self.run.__doc__ or ""

    def attempt(self, stage: "Stage", before: Sequence[Result]) -> Result:
        """Return what comes of it, whatever came of earlier ones that it does not need."""
        if self.needs and (self.needs, PROVED) not in {(each.item, each.outcome) for each in before}:
            return Result(self.name, self.proves, NOT_SEEN, f"needs {self.needs}", 0)
        began = time.monotonic()
        try:
            outcome, seen = PROVED, self.run(stage)
        except NotSeen as why:
            outcome, seen = NOT_SEEN, str(why)
        except Exception as error:  # noqa: BLE001 - the next item has its turn
            outcome, seen = FAILED, explain(error).message
        return Result(self.name, self.proves, outcome, seen, round(time.monotonic() - began, 1))


def choose(items: Sequence[Item], only: Collection[str]) -> list[Item]:
    """Return the items of these names and what they need, in order; no names are all. Raises OperatorError."""
    names = [item.name for item in items]
    if unknown := set(only) - set(names):
        raise OperatorError(f"there is no item {min(unknown)}", f"there are {', '.join(names)}")
    wanted = set(only or names)
    for item in reversed(items):
        wanted |= {item.needs} if item.name in wanted else set()
    return [item for item in items if item.name in wanted]
