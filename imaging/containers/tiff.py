"""TIFF directories, as in TIFF files and Exif blocks: TIFF 6.0; Exif 2.32, 4.6.

A file is shown to its decoder through a directory of ours, which holds the tags that pixels and colour need and no
others: what else a directory holds, and how damaged it is, then does not matter.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Literal

from imaging.containers import MAX_PROFILE, Parts, Read, iptc, tiff_kinds, whole
from imaging.reasons import CorruptImage

# Bytes of one value, by type; 129 is text in UTF-8, of Exif 3.0. Text and fractions are no integers, and what is longer
# than eight bytes does not exist.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8, 129: 1}
_UNSIGNED, _SIGNED = {1, 3, 4, 13, 16, 18}, {6, 8, 9, 17}
Order = Literal["little", "big"]  # of bytes
_MARKS: dict[Order, bytes] = {"little": b"II", "big": b"MM"}
_ORDERS: dict[bytes, Order] = {mark: order for order, mark in _MARKS.items()}
_ORIENTATION, _ORIENTATIONS = 274, range(1, 8 + 1)
_WIDTH, _HEIGHT, _SUBFILES, _XMP, _ICC = 256, 257, 330, 700, 34675
_COMPRESSION, _LOSSY = 259, (7, 50001)  # JPEG, WebP
_IPTC, _PHOTOSHOP = 33723, 34377
_NEW_SUBFILE, _OLD_SUBFILE = 254, 255
_REDUCED, _MASK = 1, 4  # bits of NewSubfileType
_PLACES, _LENGTHS = {273, 324}, {279, 325}  # of strips and tiles
_LONG = 4
# What pixels and colour need besides: compression, order of bits, rows of a strip, fax options, predictor, palette,
# tiles, inks, extra samples, kind of numbers, JPEG's tables, luma and chroma.
_NEEDED = (258, 259, 262, 266, 277, 278, 284, 292, 293, 317, 320, 322, 323, 332, 338, 339, 347, 529, 530, 531, 532)
_COPIED = (_WIDTH, _HEIGHT, *_NEEDED, *_PLACES, *_LENGTHS)
_MOST_PAGES = 10_000
_MOST_VALUES = 1 << 24  # bytes of one tag's values


@dataclass(frozen=True)
class Directory:
    """One directory: by tag the type, how many values, and where they stand; ``next`` is 0 where none follows."""

    read: Read
    order: Order
    entries: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)
    next: int = 0

    def raw(self, tag: int, most: int = _MOST_VALUES) -> bytes:
        """Return a tag's values as they stand there; nothing where they are not all there, or too long."""
        kind, count, start = self.entries.get(tag, (0, 0, 0))
        size = count * _SIZES.get(kind, 0)
        found = self.read(start, start + size) if 0 < size <= most else b""
        return found if len(found) == size else b""

    def integers(self, tag: int, most: int = 64) -> tuple[int, ...]:
        """Return at most so many of a tag's values, of whatever width; none where they are not integers."""
        kind, count, start = self.entries.get(tag, (0, 0, 0))
        if kind not in _UNSIGNED | _SIGNED:
            return ()
        size = _SIZES[kind]
        raw = self.read(start, start + size * min(count, most))
        ends = range(size, len(raw) + 1, size)
        return tuple(int.from_bytes(raw[end - size : end], self.order, signed=kind in _SIGNED) for end in ends)

    def first(self, tag: int, default: int) -> int:
        return next(iter(self.integers(tag, 1)), default)

    def child(self, tag: int) -> "Directory":
        """Return the directory that a tag points to, empty where it points to none."""
        at = self.first(tag, 0)
        return directory(self.read, self.order, at) if at > 0 else Directory(self.read, self.order)

    def alone(self, tags: Iterable[int]) -> bytes:
        """Return a block that holds those of the tags that are whole, and nothing else."""
        values = {tag: (self.entries[tag][0], self.raw(tag)) for tag in tags if tag in self.entries}
        return _packed(self.order, [values], 0)


def directory(read: Read, order: Order, at: int) -> Directory:
    """Read the directory at a position, as much of it as there is; of equal tags the first counts."""

    def integer(raw: bytes) -> int:
        return int.from_bytes(raw, order)

    count = integer(read(at, at + 2))
    body = read(at + 2, at + 2 + 12 * count + 4)
    entries: dict[int, tuple[int, int, int]] = {}
    for position in range(0, min(12 * count, len(body) - 11), 12):
        entry = body[position : position + 12]
        kind, values = integer(entry[2:4]), integer(entry[4:8])
        inline = values * _SIZES.get(kind, 0) <= 4  # noqa: PLR2004 - as many bytes as an entry has for values
        where = at + 2 + position + 8 if inline else integer(entry[8:])
        entries.setdefault(integer(entry[:2]), (kind, values, where))
    return Directory(read, order, entries, integer(body[12 * count :]))


def block(content: bytes) -> Directory:
    """Return the first directory of an Exif block, empty where there is none."""
    return _first(whole(content.removeprefix(b"Exif\0\0").removeprefix(b"Exif\0\0")))


def _first(read: Read) -> Directory:
    return next(_chain(read), Directory(read, "big"))


def orientation(exif: bytes) -> int | None:
    """Return the orientation that a block says, 1 to 8: an integer of whatever width, never text."""
    return _oriented(block(exif))


def _oriented(of: Directory) -> int | None:
    found = of.first(_ORIENTATION, 0)
    return found if found in _ORIENTATIONS else None


def _chain(read: Read) -> Iterator[Directory]:
    """Yield the directories that follow one another; none twice, no empty one."""
    head = read(0, 8)
    order, seen = _ORDERS.get(head[:2]), {0}
    at = int.from_bytes(head[4:8], order) if order else 0
    while order and at not in seen and len(seen) <= _MOST_PAGES:
        seen.add(at)
        found = directory(read, order, at)
        if not found.entries:
            return
        yield found
        at = found.next


def _children(of: Directory) -> Iterator[Directory]:
    for at in of.integers(_SUBFILES, 16):
        yield directory(of.read, of.order, at)


def _is_whole_picture(of: Directory) -> bool:
    """Whether a directory is of a picture of its own, not of a smaller version of another, and not of a mask."""
    reduced = of.first(_NEW_SUBFILE, 0) & (_REDUCED | _MASK) or of.first(_OLD_SUBFILE, 1) == 2  # noqa: PLR2004
    return not reduced and prod(_size(of)) > 0


def _size(of: Directory) -> tuple[int, int]:
    return of.first(_WIDTH, 0), of.first(_HEIGHT, 0)


def _picture(read: Read) -> Directory:
    """Return the directory of the first picture that is not a smaller version; the first of all where all are.

    Raises UnsupportedFormat for raw files, by their names: they hold pictures, but those are previews.
    """
    first = next(_chain(read), None)
    if first is None:
        raise CorruptImage("it has no directory")
    children = list(_children(first))
    tiff_kinds.refuse_raw(first, children, read(8, 12))
    if _is_whole_picture(first):
        return first
    others = (other for page in _chain(read) for other in (page, *_children(page)))
    for seen, other in enumerate(others):
        tiff_kinds.refuse_raw(first, [other])
        if _is_whole_picture(other) or seen > 64:  # noqa: PLR2004 - pyramids have a dozen
            return other if _is_whole_picture(other) else first
    return first


def size(read: Read) -> tuple[int, int]:
    """Return ``(width, height)`` before turning. Raises CorruptImage, and UnsupportedFormat with the kind's name."""
    of = _picture(read)
    tiff_kinds.layout(of)
    width, height = _size(of)
    return max(0, width), max(0, height)


def parts(content: bytes) -> Parts:
    """Take a TIFF apart. Colours in planes become frames of the lean file, each grey."""
    read = whole(content)
    of = _picture(read)
    layout = tiff_kinds.layout(of)
    values = {tag: (of.entries[tag][0], of.raw(tag)) for tag in _COPIED if tag in of.entries}
    if damaged := [tag for tag, (_, raw) in values.items() if not raw]:
        raise CorruptImage(f"what its directory says by tag {damaged[0]} is not all there")
    for tag in (_PLACES | _LENGTHS) & values.keys():
        numbers = of.integers(tag, _MOST_VALUES)
        values[tag] = _LONG, _longs(of.order, numbers)
        if layout.mode and len(numbers) % layout.samples:
            raise CorruptImage("its planes are not all there")
    directories = [values | layout.changes(values, plane) for plane in range(layout.planes)]
    # In front, so that a file which was cut off still ends where it was.
    shift = len(_packed(of.order, directories, 0))
    return Parts(
        pieces=[_packed(of.order, directories, shift), content],
        profile=of.raw(_ICC, MAX_PROFILE),
        exif=content,
        xmp=of.raw(_XMP, MAX_PROFILE),
        iptc=of.raw(_IPTC, MAX_PROFILE) or iptc.among(of.raw(_PHOTOSHOP)),
        orientation=_oriented(of) or _oriented(_first(read)),
        frames=sum(1 for _ in _chain(read)),
        planes=layout.mode,
        negative=layout.negative,
        exact=of.first(_COMPRESSION, 1) not in _LOSSY,
    )


def _packed(order: Order, directories: list[dict[int, tuple[int, bytes]]], shift: int) -> bytes:
    """Return a header and directories, one behind the other; pixels stand so many bytes further on than they say."""
    packed = _MARKS[order] + (42).to_bytes(2, order) + (8).to_bytes(4, order)
    for number, values in enumerate(directories, 1):
        kept = {tag: value for tag, value in sorted(values.items()) if value[1]}
        behind = len(packed) + 2 + 12 * len(kept) + 4
        entries, long = b"", b""
        for tag, (kind, found) in kept.items():
            raw = _moved(order, found, shift) if tag in _PLACES else found
            inline = len(raw) <= 4  # noqa: PLR2004 - as many bytes as an entry has for values
            where = raw.ljust(4, b"\0") if inline else (behind + len(long)).to_bytes(4, order)
            long += b"" if inline else raw + b"\0" * (len(raw) % 2)
            entries += tag.to_bytes(2, order) + kind.to_bytes(2, order) + (len(raw) // _SIZES[kind]).to_bytes(4, order)
            entries += where
        following = behind + len(long) if number < len(directories) else 0
        packed += len(kept).to_bytes(2, order) + entries + following.to_bytes(4, order) + long
    return packed


def _moved(order: Order, places: bytes, shift: int) -> bytes:
    return _longs(order, (shift + int.from_bytes(places[at : at + 4], order) for at in range(0, len(places), 4)))


def _longs(order: Order, numbers: Iterable[int]) -> bytes:
    """Return numbers in four bytes each; one beyond every file becomes the last that there is."""
    return b"".join(min(max(0, number), (1 << 32) - 1).to_bytes(4, order) for number in numbers)
