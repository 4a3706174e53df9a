"""What a command may do where it acts: nothing (offline), look (reading), or change something (changing)."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, Literal

Acts = Literal["offline", "reading", "changing"]
# Whether the command that runs was given --yes; None: it changes nothing. One that is not declared might.
told_yes: ContextVar[bool | None] = ContextVar("told_yes", default=False)


def acting(command: Callable[..., Any], acts: Acts, unless: str) -> Callable[..., Any]:
    """Return the command so that ``here`` knows how it acts. One that changes something has an option ``yes``."""

    @wraps(command)
    def declared(**given: Any) -> Any:
        told_yes.set(given["yes"] if acts == "changing" and not given.get(unless) else None)
        return command(**given)

    declared.__dict__["acts"] = acts
    return declared
