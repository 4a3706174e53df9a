"""Local files and the keys that they get."""

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
    nothing found at all, and for two files that would get one key.
    """
    found = [LocalFile(path, prefix + key) for root in paths for path, key in _below(root)]
    if not found:
        raise OperatorError("no files found", "name at least one picture, or a folder that holds some")
    by_key: dict[str, Path] = {}
    for file in found:
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
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    relative = [(path, path.relative_to(root)) for path in paths]
    return [(path, key.as_posix()) for path, key in relative if not any(part.startswith(".") for part in key.parts)]
