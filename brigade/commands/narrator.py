"""A deployment, told on stderr while it happens."""

from collections import Counter

from brigade.change_set import STACK_TYPE, Change, StackEvent
from brigade.console import say
from brigade.deployment import Listener


class Narrator(Listener):
    """Says what will change, then every resource that is done."""

    def __init__(self) -> None:
        self._planned: set[str] = set()
        self._done: set[str] = set()

    def note(self, text: str) -> None:
        """Say it."""
        say(text)

    def changes(self, changes: list[Change]) -> None:
        """Say what will change: what is new by type, everything else by name."""
        self._planned = {change.resource for change in changes}
        if not changes:
            say("nothing to change")
        new = Counter(change.type for change in changes if change.action == "Add")
        for kind, count in sorted(new.items()):
            say(f"  add {count} × {_short(kind)}")
        for change in changes:
            if change.action != "Add":
                say(f"  {change.action.lower()} {change.resource} ({_short(change.type)})")

    def event(self, event: StackEvent) -> None:
        """Say that a resource is done, or why it failed. One that was not to change is of interest only then."""
        failed = event.status.endswith("_FAILED")
        of_interest = failed or event.type == STACK_TYPE or event.resource in self._planned or not self._planned
        if not (event.is_settled and of_interest):
            return
        self._done |= {event.resource} & self._planned
        count = f"{len(self._done)}/{len(self._planned)} " if self._planned else ""
        say(f"  {count}{event.resource} {event.status}" + (f": {event.reason}" if failed else ""))


def _short(kind: str) -> str:
    return kind.removeprefix("AWS::")
