"""A project: the folder that a command is given in and those above it in one checkout; where things are remembered."""

import os
from pathlib import Path


def folders() -> list[Path]:
    """Return this folder and those above it, nearest first, up to the root of the checkout that it is in.

    What is remembered of any of them holds here. A checkout below another one is a project of its own.
    """
    here = Path.cwd()
    found = []
    for folder in (here, *here.parents):
        found.append(folder)
        if os.path.lexists(folder / ".git"):
            break
    return found


def state_folder() -> Path:
    """Return where this user's commands keep what they must remember; it need not exist. Projects stay untouched."""
    # https://specifications.freedesktop.org/basedir-spec/latest/
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state, "brigade")
