"""Which accounts may be changed from which folder, as its operator has agreed once."""

import json
import os
from pathlib import Path

from brigade.project import folders, state_folder


def is_agreed(account: str) -> bool:
    """Return whether the account, as Target.describe says it, may be changed from here."""
    known = _read()
    return any(account in known.get(str(folder), ()) for folder in folders())


def agree(account: str) -> None:
    """Remember for this folder and those below that the account may be changed from here."""
    known = _read()
    _write(known | {(here := str(Path.cwd())): [*known.get(here, []), account]})


def withdraw(folder: str) -> None:
    """Forget what was agreed to in a folder, above it or below it."""
    known = _read()
    kept = {each: known[each] for each in known if not _is_related(Path(each), Path(folder))}
    if kept != known:
        _write(kept)


def _is_related(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _path() -> Path:
    return state_folder() / "agreed.json"


def _read() -> dict[str, list[str]]:
    """Return the accounts by folder; where that cannot be read nothing was agreed to, so it is asked again."""
    try:
        known = json.loads(_path().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(known: dict[str, list[str]]) -> None:
    _path().parent.mkdir(parents=True, exist_ok=True)
    draft = _path().with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(known, indent=2), encoding="utf-8")
    draft.replace(_path())
