"""All tags of one picture, by exiftool's ``Group:Name``: ``ExifIFD:FNumber``."""

import gzip
import re
from collections.abc import Iterator, Mapping

import msgspec

# Each value as JSON text, just as exiftool wrote it: read as a number, the version 1.10 would become 1.1.
Tags = Mapping[str, msgspec.Raw]

# The groups that Exif and XMP themselves define; what only a maker's notes say is believed after them.
_FIRST = ("ExifIFD", "IFD0")
_NOT_THE_PICTURE = ("IFD1", "System")
_BINARY = "(Binary data "
MOST_CHARACTERS = 200  # of one fact
_MEANINGLESS = re.compile(r"|n/?a|none|null|unknown( \(.*\))?|[-_.? ]+", re.IGNORECASE)


def parse(answer: bytes) -> Tags:
    """Read exiftool's JSON about one file, without binary values. Raises msgspec.DecodeError and ValueError."""
    utf8 = answer.decode(errors="replace").encode()  # a file may hold any bytes
    (tags,) = msgspec.json.decode(utf8, type=list[dict[str, msgspec.Raw]])
    tags.pop("SourceFile", None)
    return {name: value for name, value in tags.items() if not bytes(value).startswith(b'"' + _BINARY.encode())}


def written(values: Mapping[str, str | float]) -> Tags:
    """Make tags of plain values."""
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in values.items()}


class Said:
    """Tags by name in any group: Exif's own groups first, then XMP's, then the others in order."""

    def __init__(self, tags: Tags) -> None:
        self._by_name: dict[str, list[tuple[str, msgspec.Raw]]] = {}
        for full in sorted(tags, key=_rank):
            group, _, name = full.rpartition(":")
            if group not in _NOT_THE_PICTURE:
                self._by_name.setdefault(name, []).append((group, tags[full]))

    def all(self, name: str, most: int = MOST_CHARACTERS) -> Iterator[tuple[str, str]]:
        """Yield every group that has a tag of this name, with its value, at most so many characters of it."""
        return ((group, text) for group, value in self._by_name.get(name, ()) if (text := words(value, most)))

    def first(self, *names: str) -> str | None:
        """Return the first value of the first of these names that has any."""
        return next((text for name in names for _, text in self.all(name)), None)


def _rank(full: str) -> int:
    group = full.rpartition(":")[0]
    if group in _FIRST:
        return _FIRST.index(group)
    return len(_FIRST) + (not group.startswith("XMP-"))


def is_standard(group: str) -> bool:
    """Whether the group is Exif's or XMP's own: numbers in makers' notes are often in units of their own."""
    return group in _FIRST or group.startswith("XMP-")


def words(value: msgspec.Raw, most: int = MOST_CHARACTERS) -> str:
    """Return a value as one clean line, the first of several; empty for a value without meaning."""
    try:
        if bytes(value).startswith(b"["):  # of XMP
            value = next(iter(msgspec.json.decode(value, type=list[msgspec.Raw])), msgspec.Raw(b'""'))
        read = msgspec.json.decode(value) if bytes(value).startswith(b'"') else bytes(value).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    if read.startswith(("[", "{")) and not bytes(value).startswith(b'"'):
        return ""
    line = " ".join("".join(each if each.isprintable() else " " for each in read).split())
    return "" if _MEANINGLESS.fullmatch(line) else line[:most].rstrip()


def packed(tags: Tags) -> bytes:
    """Return the tags as gzipped JSON, sorted; the same tags give the same bytes."""
    return gzip.compress(msgspec.json.format(msgspec.json.encode(dict(sorted(tags.items())))), mtime=0)
