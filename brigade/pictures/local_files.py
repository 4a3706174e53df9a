"""Local files and the keys that they get."""

import errno
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from brigade.terminal import OperatorError, printable

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
MAX_KEY_BYTES = 1_024
# Where `brigade process` has written is marked by this file: it never eats its own outputs.
OUTPUTS = ".brigade-outputs"


@dataclass(frozen=True)
class LocalFile:
    """A file and its key in the source bucket."""

    path: Path
    key: str


@dataclass(frozen=True)
class Skipped:
    """One file or link that is left out, and why."""

    path: Path
    why: str


Skip = Callable[[Skipped], None]


def refuse(skipped: Skipped) -> None:
    """Raise OperatorError for the first file that would be skipped."""
    raise OperatorError(f"{printable(str(skipped.path))} was skipped: {skipped.why}", "mend that, then repeat")


def spellings(key: str) -> tuple[str, ...]:
    """Return a key, and its other Unicode forms (NFC, NFD): file systems and people write the same name in either."""
    return tuple(dict.fromkeys((key, *(unicodedata.normalize(form, key) for form in ("NFC", "NFD")))))


def find(paths: Iterable[Path], prefix: str = "", skip: Skip = refuse) -> list[LocalFile]:
    """Return the files below ``paths``: a file keeps its name, what is in a folder its path below that folder.

    Files whose name begins with a dot are left out of folders, and so are outputs of `brigade process`. A link to a
    folder is followed, unless what it leads to is walked already or holds the link itself. ``skip`` is called with all
    that cannot be uploaded: such links, links that lead nowhere, what cannot be read, names that are not UTF-8 and keys
    that are too long.

    Raises OperatorError for a path that is missing, for nothing found at all, and for two files that would get one key.
    """
    skipped: list[Skipped] = []
    walk = _Walk(skipped.append)
    found = []
    for path, key in walk.below(paths):
        if why := _unfit(path, prefix + key):
            skipped.append(Skipped(path, why))
        else:
            found.append(LocalFile(path, prefix + key))
    for each in skipped:
        skip(each)
    if not found and not skipped:
        raise OperatorError("no files found", "name at least one picture, or a folder that holds some")
    by_key: dict[str, Path] = {}
    for file in found:
        other = by_key.setdefault(file.key, file.path)
        if other != file.path:
            raise OperatorError(
                f"{other} and {file.path} would both become {file.key}", "upload them apart, with --prefix"
            )
    return list({file.key: file for file in found}.values())


def _unfit(path: Path, key: str) -> str:
    """Return why S3, or a report, could not repeat a name; empty: it can."""
    try:
        str(path).encode()
        size = len(key.encode())
    except UnicodeEncodeError:  # Python holds such bytes as halves of characters
        return "its name or prefix is not UTF-8: rename it"
    return f"its key has {size:,} bytes, and S3 takes at most {MAX_KEY_BYTES:,}" if size > MAX_KEY_BYTES else ""


@dataclass
class _Walk:
    """A walk through folders: real ones first, so that what lies in them gets the key of its own place; then links."""

    skip: Skip
    walked: set[str] = field(default_factory=set)  # real paths of folders
    links: list[tuple[Path, str]] = field(default_factory=list)  # to folders, with the key that they stand for

    def below(self, roots: Iterable[Path]) -> Iterator[tuple[Path, str]]:
        for root in dict.fromkeys(roots):
            if not os.path.lexists(root):
                raise OperatorError(f"{root} does not exist", "check the path")
            if root.is_dir():
                yield from self._folder(root, "")
            elif self._is_file(root):
                yield root, root.name
        for link, key in self.links:  # grows meanwhile
            yield from self._linked(link, key)

    def _linked(self, link: Path, key: str) -> Iterator[tuple[Path, str]]:
        real = os.path.realpath(link)
        if Path(os.path.realpath(link.parent)).is_relative_to(real):
            self.skip(Skipped(link, f"a link to {real}, which holds the link itself"))
        elif real in self.walked:
            self.skip(Skipped(link, f"a link to {real}, which is walked already"))
        else:
            yield from self._folder(link, key)

    def _folder(self, root: Path, key: str) -> Iterator[tuple[Path, str]]:
        for folder, folders, names in os.walk(root, onerror=self._unreadable):
            real, below = os.path.realpath(folder), Path(key) / Path(folder).relative_to(root)
            if key and real in self.walked:
                self.skip(Skipped(Path(folder), f"leads to {real}, which is walked already"))
                folders.clear()
                continue
            self.walked.add(real)
            mine = [name for name in folders if Path(folder, name, OUTPUTS).exists()]
            seen = sorted(name for name in folders if not name.startswith(".") and name not in mine)
            links = [name for name in seen if Path(folder, name).is_symlink()]
            self.links += [(Path(folder, name), (below / name).as_posix()) for name in links]
            folders[:] = [name for name in seen if name not in links]  # os.walk goes on with these
            for name in sorted(name for name in names if not name.startswith(".")):
                if self._is_file(Path(folder, name)):
                    yield Path(folder, name), (below / name).as_posix()

    def _is_file(self, path: Path) -> bool:
        try:
            return stat.S_ISREG(path.stat().st_mode)
        except OSError as error:
            nowhere = path.is_symlink() and error.errno in (errno.ENOENT, errno.ELOOP)
            why = "a link that leads nowhere" if nowhere else error.strerror
            self.skip(Skipped(path, why or str(error)))
            return False

    def _unreadable(self, error: OSError) -> None:
        self.skip(Skipped(Path(error.filename), f"the folder cannot be read: {error.strerror}"))
