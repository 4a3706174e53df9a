"""Local files and the keys that they get."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from brigade.console import OperatorError


@dataclass(frozen=True)
class LocalFile:
    """A file and its key in the source bucket."""

    path: Path
    key: str


def find(paths: Iterable[Path], prefix: str = "") -> list[LocalFile]:
    """Return the files below ``paths``: a file keeps its name, what is in a folder its path below that folder.

    Files whose name begins with a dot are left out of folders. Raises OperatorError for a path that is missing, for
    a folder that cannot be read, for nothing found at all, for a name that is not UTF-8, and for two files that would
    get one key.
    """
    found = [LocalFile(path, prefix + key) for root in paths for path, key in _below(root)]
    if not found:
        raise OperatorError("no files found", "name at least one picture, or a folder that holds some")
    by_key: dict[str, Path] = {}
    for file in found:
        _check_name(file)
        other = by_key.setdefault(file.key, file.path)
        if other != file.path:
            raise OperatorError(
                f"{other} and {file.path} would both become {file.key}", "upload them apart, with --prefix"
            )
    return list({file.key: file for file in found}.values())


def _below(root: Path) -> list[tuple[Path, str]]:
    if root.is_file():
        return [(root, root.name)]
    if not root.is_dir():
        raise OperatorError(f"{root} does not exist", "check the path")
    found = []
    for folder, folders, names in os.walk(root, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]  # os.walk goes on with these
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    return [(path, path.relative_to(root).as_posix()) for path in sorted(found) if path.is_file()]


def _refuse(error: OSError) -> None:
    raise OperatorError(f"the folder {error.filename} cannot be read: {error.strerror}", "mend that, or name its files")


def _check_name(file: LocalFile) -> None:
    """Refuse what neither S3 nor a report could repeat; Python holds such bytes as halves of characters."""
    for name in (str(file.path), file.key):
        try:
            name.encode()
        except UnicodeEncodeError:
            raise OperatorError(f"the name {name!r} is not UTF-8", "rename it") from None
