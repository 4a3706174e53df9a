"""The command line's commands: what they ask and print. What they do stands in the modules beside this package."""

from brigade.commands.acting import consent
from brigade.target import Target, resolve


def here() -> Target:
    """Find out where to act, and lead this process there; raises as resolve does, and as acting.consent does."""
    target = resolve()
    target.export()
    consent(target)
    return target
