"""HEIF and AVIF: brands and the primary picture's size, from the boxes at the file's head.

Boxes: ISO/IEC 14496-12; items and properties: ISO/IEC 23008-12 (HEIF); AVIF's brands: AV1 Image File Format, 6.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from services.ingest.reasons import NotAnImage

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MAX_META = 1024 * 1024
_HEADER = 8
_LONG_HEADER = 16


def probe(file: BinaryIO) -> tuple[str, int, int]:
    """Return ``(format, width, height)``; the size is the primary item's, cut by its clean aperture.

    libheif turns the picture by its rotation property, so HEIF's size is the turned one; Pillow's AVIF decoder leaves
    it as it lies. Raises NotAnImage for other ISO media (video) and where no size is said.
    """
    name = ""
    try:
        for kind, payload in _top_boxes(file):
            if kind == b"ftyp":
                name = _format(payload)
            elif kind == b"meta":
                return name, *_primary_size(payload[4:], turned=name == "HEIF")
    except (struct.error, IndexError, KeyError, OverflowError) as error:
        raise NotAnImage(f"begins like {name or 'HEIF'}, but its boxes are damaged: {error}") from error
    raise NotAnImage(f"begins like {name or 'HEIF'}, but says no picture's size")


def _format(ftyp: bytes) -> str:
    brands = {ftyp[:4], *(ftyp[i : i + 4] for i in range(8, len(ftyp), 4))}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _HEIF_BRANDS:
        return "HEIF"
    raise NotAnImage(f"is ISO media of brand {ftyp[:4].decode('latin-1')!r}, not a picture")


def _top_boxes(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield ``(kind, payload)``; only the boxes that we ask are read, the others are skipped."""
    position = 0
    while len(header := file.read(_LONG_HEADER)) >= _HEADER:
        size, kind = struct.unpack(">I4s", header[:_HEADER])
        start = _HEADER
        if size == 1 and len(header) == _LONG_HEADER:  # a 64-bit size follows
            size, start = int.from_bytes(header[_HEADER:], "big"), _LONG_HEADER
        if size < start:  # also 0: up to the end of the file
            return
        if kind in (b"ftyp", b"meta"):
            file.seek(position + start)
            yield kind, file.read(min(size - start, _MAX_META))
        position += size
        file.seek(position)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position + _HEADER <= len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        if size < _HEADER:
            return
        yield kind, data[position + _HEADER : position + size]
        position += size


def _primary_size(meta: bytes, *, turned: bool) -> tuple[int, int]:
    boxes = dict(_boxes(meta))
    pitm = boxes[b"pitm"]
    primary = int.from_bytes(pitm[4:8] if pitm[0] else pitm[4:6], "big")
    properties = dict(_boxes(boxes[b"iprp"]))
    every = list(_boxes(properties[b"ipco"]))
    own = dict(every[index - 1] for index in _associated(properties[b"ipma"], primary) if index)
    width, height = struct.unpack_from(">II", own[b"ispe"], 4)
    if b"clap" in own:
        across, across_by, down, down_by = struct.unpack_from(">IIII", own[b"clap"])
        if across_by and down_by:
            width, height = across // across_by, down // down_by
    quarter_turns = own[b"irot"][0] & 3 if turned and b"irot" in own else 0
    return (height, width) if quarter_turns % 2 else (width, height)


def _associated(ipma: bytes, item: int) -> list[int]:
    """Return the property numbers, from one, of an item."""
    version, wide = ipma[0], ipma[3] & 1
    id_size, index_size = 4 if version else 2, 2 if wide else 1
    mask = 0x7FFF if wide else 0x7F
    position = _HEADER
    for _ in range(int.from_bytes(ipma[4:8], "big")):
        found = int.from_bytes(ipma[position : position + id_size], "big")
        count = ipma[position + id_size]
        position += id_size + 1
        indexes = [
            int.from_bytes(ipma[position + i * index_size : position + (i + 1) * index_size], "big") & mask
            for i in range(count)
        ]
        if found == item:
            return indexes
        position += count * index_size
    raise KeyError("the primary picture has no properties")
