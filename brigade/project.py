"""A project: the folder that a command is given in and those above it in one checkout; its file, what is remembered.

brigade.toml, or else [tool.brigade] of pyproject.toml, holds what would be given with every command.
"""

import os
import tomllib
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec.structs import replace

from brigade.terminal import OperatorError

_Value = str | int


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the project's file says; options and variables go before it.

    ``parameters`` hold for every stage, those in a table for the stage of its name alone.
    """

    stack: str | None = None
    region: str | None = None
    profile: str | None = None
    recipes: str | None = None  # a path, from the file's folder
    parameters: dict[str, _Value | dict[str, _Value]] = {}

    def export(self) -> None:
        """Set the variables that choose the account, where they are not set."""
        if self.profile:
            os.environ.setdefault("AWS_PROFILE", self.profile)
        if self.region and not os.environ.get("AWS_DEFAULT_REGION"):
            os.environ.setdefault("AWS_REGION", self.region)

    def of_stage(self, stage: str) -> dict[str, str]:
        """Return the template's parameters of a stage; an empty one is none."""
        own = self.parameters.get(stage)
        common = {name: value for name, value in self.parameters.items() if not isinstance(value, dict)}
        return {name: str(value) for name, value in (common | (own if isinstance(own, dict) else {})).items()}


def settings() -> Settings:
    """Return what the nearest file says, or nothing; raises OperatorError where it cannot be read so."""
    for folder in folders():
        for path in (folder / "brigade.toml", folder / "pyproject.toml"):
            if path.is_file() and (said := _said(path)) is not None:
                return replace(said, recipes=str(folder / said.recipes)) if said.recipes else said
    return Settings()


def _said(path: Path) -> Settings | None:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        found = content if path.name == "brigade.toml" else content.get("tool", {}).get("brigade")
        return None if found is None else msgspec.convert(found, Settings)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        known = ", ".join(Settings.__struct_fields__)
        raise OperatorError(f"{path}: {error}", f"it may hold {known}") from error


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
