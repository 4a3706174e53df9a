"""ISO media, box by box: HEIF and AVIF.

Boxes: ISO/IEC 14496-12; items and properties: ISO/IEC 23008-12 (HEIF); AVIF's brands: AV1 Image File Format, 6; the
clean aperture and the order of cutting and turning: ISO/IEC 23000-22 (MIAF), 7.3.6.7.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

from imaging.containers import MAX_EXIF, MAX_PROFILE, Parts, Read, whole
from imaging.reasons import CorruptImage, unsupported

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_OTHER_BRANDS = {b"crx ": "CR3", b"qt  ": "QuickTime video", b"jp2 ": "JPEG 2000", b"jpx ": "JPEG 2000"}
_CODINGS = {b"hvc1", b"hev1", b"av01", b"grid", b"iden", b"iovl", b"tmap", b"unci", b"mski"}
_METADATA = (b"Exif", b"mime")
_MAX_META = 1024 * 1024
_NEEDED_WHOLE = (b"mdat", b"meta", b"moov")
_FAR = 1 << 63
# Exif's orientation for a picture that is to be turned against the clock by quarters, and then mirrored: not at all,
# top to bottom, left to right.
_TURNED = ((1, 4, 2), (8, 5, 7), (3, 2, 4), (6, 7, 5))


def boxes(read: Read, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield ``(kind, start, stop)`` of each box's payload between two positions; the last may reach beyond."""
    while start < stop and len(head := read(start, start + 16)) >= 8:  # noqa: PLR2004 - size and kind
        size, first = int.from_bytes(head[:4], "big"), start + 8
        if size == 1:  # a 64-bit size follows
            size, first = int.from_bytes(head[8:16], "big"), start + 16
        elif size == 0:  # up to the end
            size = stop - start
        if size < first - start:
            return
        yield head[4:8], first, start + size
        start += size


def kind_of(head: bytes) -> str:
    """Return which format's brands a file has. Raises UnsupportedFormat for video, raw files and unknown brands."""
    stop = int.from_bytes(head[:4], "big")
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(stop, len(head)), 4))]
    if not _AVIF_BRANDS.isdisjoint(brands):
        return "AVIF"
    if not _HEIF_BRANDS.isdisjoint(brands):
        return "HEIF"
    name = next((_OTHER_BRANDS[brand] for brand in brands if brand in _OTHER_BRANDS), "")
    raise unsupported(name or f"MP4 video (of brand {head[8:12].decode('latin-1')!r})")


@dataclass(frozen=True)
class Primary:
    """The picture that a file shows first, by its properties in order."""

    properties: list[tuple[bytes, bytes]]
    halved: bool = False  # whether colours have half the resolution, both ways

    def said(self, kind: bytes, begins: bytes = b"") -> bytes:
        """Return what the first property of a kind, or of those the first that begins so, says."""
        return next((data for each, data in self.properties if each == kind and data.startswith(begins)), b"")

    @property
    def codes(self) -> tuple[int, int, int] | None:
        """Primaries, transfer and matrix, by ITU-T H.273; None where the file does not say them."""
        said = self.said(b"colr", b"nclx")
        return struct.unpack_from(">3H", said, 4) if len(said) > 9 else None  # noqa: PLR2004

    @property
    def profile(self) -> bytes:
        """The ICC profile; nothing where there is none, or too large a one."""
        found = (self.said(b"colr", b"prof") or self.said(b"colr", b"rICC"))[4:]
        return found if len(found) <= MAX_PROFILE else b""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, before cutting and turning."""
        return struct.unpack_from(">II", self.said(b"ispe"), 4)

    @property
    def box(self) -> tuple[int, int, int, int] | None:
        """The clean aperture: left, top, right, bottom in pixels; None where the whole picture is shown."""
        clap = self.said(b"clap")
        numbers = struct.unpack_from(">IIIIiIiI", clap) if len(clap) >= 32 else (0,) * 8  # noqa: PLR2004
        if not all(numbers[1::2]):
            return None
        width, height, right_by, down_by = (number / of for number, of in zip(numbers[::2], numbers[1::2], strict=True))
        left, right = _cut(self.size[0], width, right_by)
        top, bottom = _cut(self.size[1], height, down_by)
        return (left, top, right, bottom) if left < right and top < bottom else None

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height of what is shown, before turning."""
        left, top, right, bottom = self.box or (0, 0, *self.size)
        return right - left, bottom - top

    @property
    def orientation(self) -> int:
        """How the picture is to be turned, as Exif says it. Exif itself has no say: HEIF, 6.5.10 and MIAF, 7.3.6.7."""
        quarters, mirror = (self.said(b"irot") or b"\0")[0] & 3, self.said(b"imir")
        return _TURNED[quarters][1 + (mirror[0] & 1) if mirror else 0]


def _cut(side: int, length: float, offset: float) -> tuple[int, int]:
    """Return where a part that lies so far from the middle of a side begins and ends."""
    kept = min(round(length), side)
    first = max(0, min(round((side - kept) / 2 + offset), side - kept))
    return first, first + kept


def primary(read: Read) -> Primary:
    """Return the primary picture of a file. Raises CorruptImage, and UnsupportedFormat for codings of other kinds."""
    for kind, start, stop in boxes(read, 0, _FAR):
        if kind == b"meta":
            try:
                return _primary(read(start + 4, min(stop, start + _MAX_META)))
            except (struct.error, IndexError, KeyError) as error:
                raise CorruptImage(f"its boxes are damaged: {error}") from error
    raise CorruptImage("no box says how large the picture is")


def _children(content: bytes) -> list[tuple[bytes, bytes]]:
    return [(kind, content[start:stop]) for kind, start, stop in boxes(whole(content), 0, len(content))]


def _primary(meta: bytes) -> Primary:
    inside = dict(_children(meta))
    pitm = inside[b"pitm"]
    item = int.from_bytes(pitm[4:8] if pitm[0] else pitm[4:6], "big")
    coding = _item_type(inside.get(b"iinf", b""), item)
    if coding not in _CODINGS:
        raise unsupported(f"HEIF with {coding.decode('latin-1')!r} inside")
    of_properties = dict(_children(inside[b"iprp"]))
    known = _children(of_properties[b"ipco"])
    every = [known[index - 1] for index in _associated(of_properties[b"ipma"], item) if index]
    found = Primary(every, halved=any(_is_halved(*each) for each in known))
    if len(found.said(b"ispe")) < 12:  # noqa: PLR2004 - version and flags, width, height
        raise CorruptImage("no property says how large the picture is")
    return found


def _is_halved(kind: bytes, data: bytes) -> bool:
    """Whether a decoder's configuration is of 4:2:0: AV1 in ISO Media, 2.3.3; ISO/IEC 14496-15, 8.3.3."""
    if kind == b"av1C":
        return len(data) > 2 and data[2] & 0x1C == 0x0C  # noqa: PLR2004 - not grey, halved across, halved down
    return kind == b"hvcC" and len(data) > 16 and data[16] & 3 == 1  # noqa: PLR2004


def _item_type(iinf: bytes, item: int) -> bytes:
    """Return an item's type from the list of all; that of HEVC where it is not said."""
    return next((kind for number, kind, _ in _items(iinf) if number == item), b"hvc1")


def _items(iinf: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield every item's number, its type and where in the list that stands."""
    for kind, start, stop in boxes(whole(iinf), 8 if iinf[:1] != b"\0" else 6, len(iinf)):
        size = 4 if iinf[start : start + 1] == b"\3" else 2
        place = start + 4 + size + 2
        if kind == b"infe" and place + 4 <= stop:
            yield int.from_bytes(iinf[start + 4 : start + 4 + size], "big"), iinf[place : place + 4], place


def _without_metadata(content: bytes) -> tuple[list[bytes | memoryview], dict[bytes, bytes]]:
    """Return a file whose Exif and XMP no decoder knows as such, the same bytes else; and what they hold."""
    read, said, at = whole(content), dict[bytes, bytes](), 0
    kept: list[bytes | memoryview] = []
    for start, stop in ((start + 4, stop) for kind, start, stop in boxes(read, 0, _FAR) if kind == b"meta"):
        inside = {kind: (first, last) for kind, first, last in boxes(read, start, min(stop, len(content)))}
        first, last = inside.get(b"iinf", (0, 0))
        for item, kind, place in _items(content[first:last]):
            if kind in _METADATA:
                kept += [memoryview(content)[at : first + place], b"skip"]
                at = first + place + len(kind)
                said.setdefault(kind, _item(content, inside, item))
        break
    return [*kept, memoryview(content)[at:]] if kept else [content], said


def _item(content: bytes, inside: Mapping[bytes, tuple[int, int]], item: int) -> bytes:
    """Return what an item holds, by the table of places; nothing where that is damaged."""
    iloc = BytesIO(content[slice(*inside.get(b"iloc", (0, 0)))])

    def number(size: int) -> int:
        return int.from_bytes(iloc.read(size), "big")

    version = number(4) >> 24
    sizes, others = number(1), number(1)
    of_index = others & 15 if version else 0
    for _ in range(number(4 if version > 1 else 2)):
        found = number(4 if version > 1 else 2) == item
        base = inside.get(b"idat", (0, 0))[0] if version and number(2) & 15 == 1 else 0
        base += (number(2) and 0) + number(others >> 4)
        for _ in range(number(2)):
            start = base + (number(of_index) and 0) + number(sizes >> 4)
            size = number(sizes & 15)
            if found:
                return content[start : start + min(size, MAX_EXIF)]
        if iloc.tell() >= len(iloc.getbuffer()):
            break
    return b""


def _associated(ipma: bytes, item: int) -> list[int]:
    """Return the property numbers, from one, of an item."""
    version, wide = ipma[0], ipma[3] & 1
    id_size, index_size = 4 if version else 2, 2 if wide else 1
    mask = 0x7FFF if wide else 0x7F
    position = 8
    for _ in range(int.from_bytes(ipma[4:8], "big")):
        found = int.from_bytes(ipma[position : position + id_size], "big")
        first = position + id_size + 1
        position = first + ipma[first - 1] * index_size
        if found == item:
            numbers = (ipma[at : at + index_size] for at in range(first, position, index_size))
            return [int.from_bytes(number, "big") & mask for number in numbers]
    raise KeyError("the primary picture has no properties")


class Avif:
    """AVIF: its decoder neither cuts nor turns."""

    def size(self, read: Read) -> tuple[int, int]:
        """Return width and height of what is shown, before turning."""
        return primary(read).shown

    def parts(self, content: bytes) -> Parts:
        """Take an AVIF apart."""
        found = primary(whole(content))
        pieces, said = _without_metadata(content)
        exif = said.get(b"Exif", b"")
        primaries, transfer, matrix = found.codes or (2, 2, 2)
        return Parts(
            pieces=pieces,
            exif=exif[4 + int.from_bytes(exif[:4], "big") :],  # behind how far from here the block begins
            xmp=said.get(b"mime", b""),
            orientation=found.orientation,
            box=found.box,
            codes=(primaries, transfer, 1),  # the decoder has widened the range
            exact=not matrix,  # the numbers are red, green and blue themselves
            halved=found.halved,
            profile=found.profile,
        )


class Heif(Avif):
    """HEIF: its decoder cuts and turns, and decodes what is left of a file that was cut off."""

    def size(self, read: Read) -> tuple[int, int]:
        """Return width and height after turning."""
        found = primary(read)
        width, height = found.shown
        return (height, width) if found.orientation >= 5 else (width, height)  # noqa: PLR2004

    def parts(self, content: bytes) -> Parts:
        """Take a HEIF apart. Raises CorruptImage where a box is longer than what is left of the file."""
        for kind, _, stop in boxes(whole(content), 0, len(content)):
            if kind in _NEEDED_WHOLE and stop > len(content):
                raise CorruptImage(f"the file is cut off: {stop - len(content):,} bytes are missing")
        return super().parts(content)


avif, heif = Avif(), Heif()
