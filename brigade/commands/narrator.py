"""A deployment, told on stderr while it happens."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

from brigade.deploy.change_set import BUSY, STACK_TYPE, Change, StackEvent
from brigade.deploy.deployment import Listener
from brigade.progress import progress
from brigade.terminal import err, say

# What is lost stands last, where it is read before the stack changes.
_ORDER = ("Add", "Modify", "Maybe replace", "Replace", "Remove")
_GOES = {"Replace": "a new one takes its place, the old one", "Remove": "it"}

_ROLLING_BACK = {"ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"}


class Narrator(Listener, ExitStack):
    """Says what will change, then shows a bar; without a terminal, or if ``verbose``, says every resource that is done.

    The bar ends with the block that it is for.
    """

    def __init__(self, *, verbose: bool = False) -> None:
        super().__init__()
        self._planned: set[str] = set()
        self._done: set[str] = set()
        self._in_lines = verbose or not err.is_terminal
        self._step: Callable[[], None] | None = None

    def note(self, text: str) -> None:
        say(text)

    def changes(self, changes: list[Change]) -> None:
        """Say what will change: how much of what, then what is new by type, everything else by name."""
        self._planned = {change.resource for change in changes}
        say(summary(changes))
        new = Counter(change.type for change in changes if change.action == "Add" and self._in_lines)
        for kind, count in sorted(new.items()):
            say(f"  add {count} × {_short(kind)}")
        for change in sorted(changes, key=lambda change: _ORDER.index(change.action)):
            if change.action != "Add":
                say(f"  {change.action.lower()} {change.resource} ({_short(change.type)}){_consequence(change)}")

    def event(self, event: StackEvent) -> None:
        """Say that a resource is done, or why it failed. One that was not to change is of interest only then."""
        if event.type == STACK_TYPE and event.status in _ROLLING_BACK:
            say("  rolling back: what this deployment has changed is put back as it was before")
        failed = event.status.endswith("_FAILED")
        of_interest = failed or event.type == STACK_TYPE or event.resource in self._planned or not self._planned
        if event.status.endswith(BUSY) or not of_interest:
            return
        self._done |= {event.resource} & self._planned
        if not (failed or self._in_lines or event.type == STACK_TYPE):
            self._step = self._step or self.enter_context(progress("resources", len(self._planned) or None))
            self._step()
            return
        count = f"{len(self._done)}/{len(self._planned)} " if self._planned else ""
        say(f"  {count}{event.resource} {event.status}" + (f": {event.reason}" if failed else ""))


def summary(changes: list[Change]) -> str:
    """Return in one line how many resources change in which way."""
    if not changes:
        return "nothing to change"
    counts = Counter(change.action for change in changes)
    return "this will " + ", ".join(f"{action.lower()} {counts[action]}" for action in _ORDER if counts[action])


def _consequence(change: Change) -> str:
    what = f": {', '.join(change.properties)}" if change.properties else ""
    if change.action not in _GOES:
        return what
    fate = "is kept, outside the stack" if change.keeps else "is deleted, with what is in it"
    return f"{what}; {_GOES[change.action]} {fate}"


def _short(kind: str) -> str:
    return kind.removeprefix("AWS::")
