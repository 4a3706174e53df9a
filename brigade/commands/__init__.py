"""The command line's commands: what they ask and print. What they do stands in the modules beside this package."""

from contextvars import ContextVar

from brigade.commands.acting import consent
from brigade.target import Target, resolve

# Where commands act that another command gives, whose operator has been asked; None: each finds out.
bound: ContextVar[Target | None] = ContextVar("bound", default=None)


def here() -> Target:
    """Find out where to act, and lead this process there; raises as resolve does, and as acting.consent does."""
    if target := bound.get():
        return target
    target = resolve()
    target.export()
    consent(target)
    return target
