"""Which file an address means."""

import posixpath
import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from brigade.pictures.local_files import LocalFile, spellings
from brigade.site.places import Left, Place, has_picture_name

_PREFIX = "site/"
_KEY = re.compile(rf"{_PREFIX}(.+)\.[0-9a-f]{{8}}(\.[^./]+)")
# An address of ours, wherever it is served: the id of its picture.
_SERVED = re.compile(r"/(?:renditions|normalized)/([0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})[/.]")


def served(address: str) -> str:
    """Return the id of the picture that an address shows where we have put it; else nothing."""
    found = _SERVED.search(address)
    return found[1] if found else ""


def picture(place: Place, document: Path, root: Path) -> Path:
    """Return the file below ``root`` that a place in a document means, links followed. Raises Left."""
    if place.is_filled_in:
        raise Left("a template writes it")
    file = file_at(place.address, place.base, document, root)
    if not has_picture_name(file.name):
        raise Left("the pipeline does not read such files")
    return file


def file_at(address: str, base: str, document: Path, root: Path) -> Path:
    """Return the file that an address in a document means; ``base`` is what its <base> says. Raises Left."""
    if _leads_elsewhere(address):
        raise Left("it is no file of the site")
    if _leads_elsewhere(base):
        raise Left("its <base> leads elsewhere")
    folder = document.relative_to(root).parent.as_posix()
    if base:
        folder = posixpath.dirname(_joined(folder, base))
    path = posixpath.normpath(_joined(folder, address))
    if path.split("/")[0] == "..":
        raise Left("it is outside of the site's folder")
    for spelling in spellings(path):
        if real := _real(root / spelling, root):
            return real
    raise Left("there is no such file" + _other_case(root / path))


def key_of(file: Path, root: Path) -> LocalFile:
    """Return a file with its key, which holds a digest of its content: other content never takes its place."""
    path = file.relative_to(root)
    digest = sha256(file.read_bytes()).hexdigest()[:8]
    return LocalFile(file, f"{_PREFIX}{path.with_suffix('').as_posix()}.{digest}{path.suffix}")


def file_of(key: str, root: Path) -> Path | None:
    """Return the file that has been uploaded under a key, as it is by now; None where it is gone."""
    found = _KEY.fullmatch(key)
    file = root / f"{found[1]}{found[2]}" if found else None
    return file if file and file.is_file() and file.resolve().is_relative_to(root) else None


def _joined(folder: str, address: str) -> str:
    path = unquote(urlsplit(address).path)
    return path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path)


def _leads_elsewhere(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc)


def _real(file: Path, root: Path) -> Path | None:
    try:
        real = file.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):  # a circle of links; a null character
        return None
    if not real.is_relative_to(root):
        raise Left("it is a link to outside of the site's folder")
    return real if real.is_file() else None


def _other_case(file: Path) -> str:
    try:
        names = [each.name for each in file.parent.iterdir() if each.name.casefold() == file.name.casefold()]
    except (OSError, ValueError):
        names = []
    return f", but {names[0]}" if names else ""
