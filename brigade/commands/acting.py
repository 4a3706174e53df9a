"""What commands do to where they act: the command line declares each as offline, reading or changing.

Nothing is changed in an account before its operator has agreed to that once in the project, and before it is named.
"""

import os
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any

from brigade import agreed
from brigade.commands.asking import ask
from brigade.console import OperatorError, say
from brigade.target import Target

# The account that may be changed without a question, where nobody sits who could answer: its number.
ACCOUNT = "BRIGADE_ACCOUNT"
Command = Callable[..., None]
# Whether the command that runs was given --yes; None: it changes nothing. One that is not declared might.
_yes: ContextVar[bool | None] = ContextVar("_yes", default=False)


def offline(command: Command) -> Command:
    """Declare a command that acts on no cloud but one of its own."""
    return _declare(command, "offline", lambda _: None)


def reading(command: Command) -> Command:
    """Declare a command that changes nothing."""
    return _declare(command, "reading", lambda _: None)


def changing(command: Command, unless: str = "") -> Command:
    """Declare a command, with an option ``yes``, that changes something ``unless`` that option of its is given."""
    return _declare(command, "changing", lambda given: None if given.get(unless) else bool(given["yes"]))


def consent(target: Target) -> None:
    """Ask before the first change of an account in a project; name the account before every change.

    Raises OperatorError where that is refused, and where it is not the account that BRIGADE_ACCOUNT names.
    """
    yes = _yes.get()
    if yes is None or target.is_local:
        return
    where, expected = target.describe(), os.environ.get(ACCOUNT)
    if expected and expected != target.account:
        raise OperatorError(
            f"{ACCOUNT} is {expected}, and this would change {where}", "use its credentials, or unset it"
        )
    if not (expected or agreed.is_agreed(where)):
        question = f"This is the first change of {where} from {Path.cwd()}. Go on?"
        ask(question, yes, f"add --yes, or set {ACCOUNT}={target.account}")
        agreed.agree(where)
    say(f"acting on {where}")


def _declare(command: Command, acts: str, yes: Callable[[dict[str, Any]], bool | None]) -> Command:
    @wraps(command)
    def declared(**given: Any) -> None:
        before = _yes.set(yes(given))
        try:
            command(**given)
        finally:
            _yes.reset(before)

    declared.__dict__["acts"] = acts
    return declared
