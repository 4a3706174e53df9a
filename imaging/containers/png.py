"""PNG, chunk by chunk: https://www.w3.org/TR/png-3/.

An ancillary chunk that is damaged counts as not there, as in libpng (13.2, Error handling).
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from imaging.containers import MAX_EXIF, MAX_PROFILE, Parts, Read, iptc, tiff, whole
from imaging.reasons import CorruptImage, unsupported

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PALETTE_TYPE = 3
# What says how numbers become colours, and how long it is.
_COLOUR = {b"sRGB": (1,), b"gAMA": (4,), b"cHRM": (32,), b"cICP": (4,)}
_TRANSPARENCY = {0: (2,), 2: (6,), _PALETTE_TYPE: range(1, 257)}  # by colour type
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_XMP = b"XML:com.adobe.xmp"
# ImageMagick's
_RAW_EXIF = (b"Raw profile type exif", b"Raw profile type APP1")
_RAW_IPTC = (b"Raw profile type iptc", b"Raw profile type 8bim")  # which are both Photoshop's resources, or IPTC itself
_PIECE = 1 << 20
# Adam7's seven passes: first column, first row, column step, row step.
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunks(read: Read) -> Iterator[tuple[bytes, int, int]]:
    """Yield ``(kind, start, stop)`` of each chunk's data, up to the end chunk or the end of the file."""
    position = len(_SIGNATURE)
    while len(head := read(position, position + 8)) == 8:  # noqa: PLR2004 - length and kind
        start, kind = position + 8, head[4:]
        stop = start + int.from_bytes(head[:4], "big")
        yield kind, start, stop
        if kind == b"IEND":
            return
        position = stop + 4


def size(read: Read) -> tuple[int, int]:
    """Return ``(width, height)``. Raises CorruptImage, and UnsupportedFormat for Apple's own kind."""
    kind, start, stop = next(chunks(read), (b"", 0, 0))
    if kind == b"CgBI":
        raise unsupported("Apple's CgBI, which only looks like PNG,")
    header = read(start, stop) if kind == b"IHDR" and stop - start == 13 else b""  # noqa: PLR2004
    if len(header) < 13 or _checksum(kind, header) != read(stop, stop + 4):  # noqa: PLR2004
        raise CorruptImage("its first chunk is no whole header")
    if header[8] not in _DEPTHS.get(header[9], ()) or header[10] or header[11]:
        raise CorruptImage(f"{header[8]} bits of colour type {header[9]} do not exist")
    return int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")


@dataclass
class _Sorted:
    """The chunks of a file by what they are for; those that count keep their length, kind and checksum."""

    header: bytes = b""
    before: list[memoryview] = field(default_factory=list)  # needed before the pixels
    colour: list[memoryview] = field(default_factory=list)
    pixels: list[memoryview] = field(default_factory=list)
    end: bool = False
    said: dict[bytes, bytes] = field(default_factory=dict)  # what is read of the rest


def _sorted(content: bytes) -> _Sorted:
    """Sort a file's chunks; of several of one kind that may stand once, the first counts."""
    view, into, entries = memoryview(content), _Sorted(), 0
    for kind, start, stop in chunks(whole(content)):
        chunk, data = view[start - 8 : stop + 4], view[start:stop]
        if kind == b"IHDR" and not into.before:
            into.header = bytes(data)
            into.before.append(chunk)
        elif kind == b"IDAT":
            into.pixels.append(chunk)
        elif kind == b"PLTE" and not entries:
            entries = len(data) // 3
            into.before.append(chunk)
        elif kind == b"IEND":
            into.end = True
        elif kind in into.said or not _is_needed(kind, data, into, entries):
            continue
        elif _checksum(kind, data) == view[stop : stop + 4]:
            _keep(kind, chunk, into)
    return into


def _is_needed(kind: bytes, data: memoryview, into: _Sorted, entries: int) -> bool:
    """Whether a chunk says something that is read, and has a length that it may have."""
    type_ = into.header[9] if len(into.header) > 9 else -1  # noqa: PLR2004 - where the colour type stands
    if kind == b"tRNS":
        fits = len(data) in _TRANSPARENCY.get(type_, ()) and (type_ != _PALETTE_TYPE or len(data) <= entries)
        return fits and not into.pixels
    if kind == b"iCCP" or kind in _COLOUR:
        return not into.pixels and len(data) in _COLOUR.get(kind, range(len(data) + 1))
    if kind in _TEXTS:
        return bytes(data[:80]).partition(b"\0")[0] in (_XMP, *_RAW_EXIF, *_RAW_IPTC)
    if kind == b"fcTL":  # the pixels that every viewer shows are the first frame; else they come beside the frames
        return not into.pixels
    return kind == b"eXIf" or (kind == b"acTL" and len(data) == 8 and not into.pixels)  # noqa: PLR2004 - frames, plays


def _keep(kind: bytes, chunk: memoryview, into: _Sorted) -> None:
    data = bytes(chunk[8:-4])
    if kind == b"tRNS":
        into.before.append(chunk)
    elif kind in _COLOUR:
        into.colour.append(chunk)
    elif kind in _TEXTS:
        kind, data = _text(kind, data)
    into.said.setdefault(kind, data)


def _text(kind: bytes, data: bytes) -> tuple[bytes, bytes]:
    """Return a text's keyword and the text; nothing where it is damaged or longer than any Exif block."""
    keyword, _, rest = data.partition(b"\0")
    packed = kind == b"zTXt"
    if kind == b"iTXt":
        packed = rest[:1] == b"\1"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    elif packed:
        rest = rest[1:]
    return keyword, _unpacked(rest, 2 * MAX_EXIF) if packed else rest


def _unpacked(packed: bytes, most: int) -> bytes:
    """Return what a zlib stream holds; nothing where it is damaged, cut off, or holds more than ``most`` bytes."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, most + 1)
    except zlib.error:
        return b""
    return data if unpacker.eof and len(data) <= most else b""


def _raw(said: dict[bytes, bytes], keywords: tuple[bytes, ...]) -> bytes:
    """Return what ImageMagick has written: hexadecimal text, after three lines of header, up to the first damage."""
    text = next((said[keyword] for keyword in keywords if keyword in said), b"")
    lines = b"".join(text.split(b"\n")[3:]).translate(None, b" \r\t")
    digits = len(lines) - len(lines.lstrip(b"0123456789abcdefABCDEF"))
    return bytes.fromhex(lines[: digits // 2 * 2].decode())


def parts(content: bytes) -> Parts:
    """Take a PNG apart. Of an animation the pixels that every viewer shows stay."""
    of = _sorted(content)
    if len(of.header) > 9 and of.header[9] == _PALETTE_TYPE and len(of.before) < 2:  # noqa: PLR2004
        raise CorruptImage("it has no palette")
    blocks = [block[:MAX_EXIF] for block in (of.said.get(b"eXIf", b""), _raw(of.said, _RAW_EXIF))]
    raw_iptc = _raw(of.said, _RAW_IPTC)
    frames = int.from_bytes(of.said.get(b"acTL", b"")[:4], "big")
    codes = of.said.get(b"cICP", b"")
    return Parts(
        pieces=[_SIGNATURE, *of.before[:1], *of.colour, *of.before[1:], *of.pixels, _END if of.end else b""],
        profile=_profile(of.said.get(b"iCCP", b"")),
        exif=next(filter(None, blocks), b""),
        xmp=of.said.get(_XMP, b""),
        iptc=iptc.among(raw_iptc) or raw_iptc,
        orientation=next(filter(None, map(tiff.orientation, blocks)), None),
        frames=frames + (b"fcTL" not in of.said) if 0 < frames <= 1 << 31 else 1,
        codes=(codes[0], codes[1], codes[3]) if codes and not codes[2] else None,
        exact=True,
    )


def _profile(data: bytes) -> bytes:
    method_and_packed = data.partition(b"\0")[2]
    return _unpacked(method_and_packed[1:], MAX_PROFILE) if method_and_packed[:1] == b"\0" else b""


def strip(content: bytes, exif: bytes = b"") -> bytes | None:
    """Return the picture without metadata and later frames, but for an Exif block of ours; pixels stay bit for bit.

    The compressed pixels are unpacked once, to be sure that they are whole and that nothing hides behind them. Returns
    None for what cannot be done safely: 16 bits, and damage.
    """
    of = _sorted(content)
    needed = [*of.before, *of.pixels]
    if not of.end or any(_checksum(bytes(chunk[4:8]), chunk[8:-4]) != chunk[-4:] for chunk in needed):
        return None
    packed = _whole_stream(b"".join(chunk[8:-4] for chunk in of.pixels), of.header)
    if packed is None:
        return None
    block = [_chunk(b"eXIf", exif.removeprefix(b"Exif\0\0"))] if exif else []
    return b"".join([_SIGNATURE, *of.before, *block, _chunk(b"IDAT", packed), _END])


def _checksum(kind: bytes, data: bytes | memoryview) -> bytes:
    return zlib.crc32(data, zlib.crc32(kind)).to_bytes(4, "big")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + _checksum(kind, data)


_END = _chunk(b"IEND", b"")


def _whole_stream(packed: bytes, header: bytes) -> bytes | None:
    """Return exactly the zlib stream of the pixels, or None if it is not whole or not as long as the header says."""
    expected = _unpacked_size(header)
    if not expected:
        return None
    unpacker, size, rest = zlib.decompressobj(), 0, packed
    try:
        while not unpacker.eof and size <= expected:
            got = len(unpacker.decompress(rest, _PIECE))
            size, rest = size + got, unpacker.unconsumed_tail
            if not got and not unpacker.eof and not rest:
                return None
    except zlib.error:
        return None
    if not unpacker.eof or size != expected:
        return None
    return packed[: len(packed) - len(unpacker.unused_data)]


def _unpacked_size(header: bytes) -> int:
    """Return how many bytes the filtered rows have; 0 for a header that is not plain."""
    if len(header) != 13 or header[8] > 8 or header[9] not in _CHANNELS or header[10:12] != b"\0\0":  # noqa: PLR2004
        return 0
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    bits = header[8] * _CHANNELS[header[9]]
    passes = _ADAM7 if header[12] else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * bits // 8))
    return total
