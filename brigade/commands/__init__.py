"""The command line's commands: what they ask and print. What they do stands in the modules beside this package.

Each is declared where it joins the command line: offline (no cloud, or one of its own), reading, or changing.
"""

import os
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial, wraps
from pathlib import Path
from typing import Any

from brigade import project
from brigade.commands.asking import ask
from brigade.console import OperatorError, say
from brigade.target import Target, resolve

# The account that may be changed without a question, where nobody sits who could answer: its number.
ACCOUNT = "BRIGADE_ACCOUNT"
# Where commands act that another command gives, whose operator has been asked; None: each finds out.
bound: ContextVar[Target | None] = ContextVar("bound", default=None)
Command = Callable[..., None]
# Whether the command that runs was given --yes; None: it changes nothing. One that is not declared might.
_yes: ContextVar[bool | None] = ContextVar("_yes", default=False)


def _declare(acts: str, command: Command, unless: str = "") -> Command:
    @wraps(command)
    def declared(**given: Any) -> None:
        _yes.set(given["yes"] if acts == "changing" and not given.get(unless) else None)
        command(**given)

    declared.__dict__["acts"] = acts
    return declared


offline, reading = partial(_declare, "offline"), partial(_declare, "reading")
# A command that changes something, unless that option of its is given. It has an option ``yes``.
changing = partial(_declare, "changing")


def here() -> Target:
    """Find out where to act, and lead this process there; raises as resolve does.

    An account that the command would change is named, and asked for when it is the project's first change of it. Raises
    OperatorError where that is refused, and where it is another account than BRIGADE_ACCOUNT names.
    """
    if target := bound.get():
        return target
    target = resolve()
    target.export()
    yes = _yes.get()
    if yes is None or target.is_local:
        return target
    where, expected = target.describe(), os.environ.get(ACCOUNT)
    if expected and expected != target.account:
        raise OperatorError(f"{ACCOUNT} is {expected}, and this would change {where}", "use other credentials")
    if not (expected or project.is_agreed(where)):
        question = f"This is the first change of {where} from {Path.cwd()}. Go on?"
        ask(question, yes, f"add --yes, or set {ACCOUNT}={target.account}")
        project.agree(where)
    say(f"acting on {where}")
    return target
