"""The folder that a demo writes into. Nothing in it is ever deleted but what an earlier demo has made."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from brigade.pictures.local_files import LocalFile
from brigade.terminal import OperatorError

PHOTOS, OUTPUTS, SHEET, REPORT = "photos", "outputs", "index.html", "report.json"
_MADE = (PHOTOS, OUTPUTS, SHEET, REPORT)
# Written before anything else, so that a demo that was cut short is recognised too.
_MARKER = ".brigade-demo"


def keep_apart(folder: Path, photos: Path, files: Iterable[LocalFile]) -> None:
    """Raise OperatorError where the folder is, holds or lies within the photos' folder."""
    out, source = folder.resolve(), photos.resolve()
    held = any(path.is_relative_to(out) for path in (source, *(file.path.resolve() for file in files)))
    if held or out.is_relative_to(source):
        raise OperatorError(f"{folder} and {photos} overlap", "write elsewhere, with --out")


def prepare(folder: Path) -> None:
    """Make the folder, or remove an earlier demo's results from it.

    Raises OperatorError where it holds anything and no demo has made it.
    """
    marker = folder / _MARKER
    if folder.exists() and not folder.is_dir():
        raise OperatorError(f"{folder} is no folder", "write elsewhere, with --out")
    if folder.is_dir() and any(folder.iterdir()) and not marker.is_file():
        raise OperatorError(f"{folder} holds files that no demo has made", "write elsewhere, with --out, or empty it")
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(f"`brigade demo` deletes when it runs again: {', '.join(_MADE)}\n", encoding="utf-8")
    for name in _MADE:
        _remove(folder / name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
