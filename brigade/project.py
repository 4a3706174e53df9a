"""A project: the folder that a command is given in and those above it in one checkout; what is remembered of it."""

import os
from hashlib import sha256
from pathlib import Path


def folders() -> list[Path]:
    """Return this folder and those above it, nearest first, up to the root of the checkout that it is in."""
    here = Path.cwd()
    above = [here, *here.parents]
    roots = [number for number, folder in enumerate(above, 1) if os.path.lexists(folder / ".git")]
    return above[: roots[0]] if roots else above


def state_folder() -> Path:
    """Return where this user's commands keep what they must remember, outside of all projects; it need not exist."""
    # https://specifications.freedesktop.org/basedir-spec/latest/
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state, "brigade")


def is_agreed(account: str) -> bool:
    """Return whether its operator has agreed that an account, as Target.describe says it, is changed from here."""
    return any(_agreement(folder, account).exists() for folder in folders())


def agree(account: str) -> None:
    """Remember that the account may be changed from this folder and those below."""
    path = _agreement(Path.cwd(), account)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.fsencode(Path.cwd()))


def withdraw(folder: str) -> None:
    """Forget what was agreed to in a folder, above it or below it."""
    for path in (state_folder() / "agreed").glob("*"):
        there = Path(os.fsdecode(path.read_bytes()))
        if there.is_relative_to(folder) or Path(folder).is_relative_to(there):
            path.unlink()


def _agreement(folder: Path, account: str) -> Path:
    return state_folder() / "agreed" / sha256(os.fsencode(f"{folder}\n{account}")).hexdigest()
