"""Where a command acts: found once, and agreed to before the first change of an account."""

import os
from contextvars import ContextVar
from pathlib import Path

from brigade import project
from brigade.acting.declared import given_profile, told_yes
from brigade.target import Target, resolve
from brigade.terminal import OperatorError, ask, say

# The account that may be changed without a question, where nobody sits who could answer: its number.
ACCOUNT = "BRIGADE_ACCOUNT"
# Where commands act that another command gives, whose operator has been asked; None: each finds out.
bound: ContextVar[Target | None] = ContextVar("bound", default=None)


def here() -> Target:
    """Find out where to act, and lead this process there; raises as resolve does.

    An account that the command would change is named, and asked for when it is the project's first change of it. Raises
    OperatorError where that is refused, and where it is another account than BRIGADE_ACCOUNT names.
    """
    if target := bound.get():
        return target
    target = resolve()
    target.export()
    if target.is_local and (profile := given_profile.get()):
        meant = f"--profile {profile} is for AWS, and this acts on the {target.describe()}"
        raise OperatorError(meant, "leave it out, or `brigade down`")
    yes = told_yes.get()
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
