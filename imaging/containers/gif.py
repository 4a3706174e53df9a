"""GIF, up to its first picture: https://www.w3.org/Graphics/GIF/spec-gif89a.txt."""

import struct

from imaging.containers import Parts, Read
from imaging.reasons import CorruptImage

_HEADER = 13


def size(read: Read) -> tuple[int, int]:
    """Return ``(width, height)`` of screen and first picture together, as decoders do. Raises CorruptImage."""
    head = read(0, _HEADER)
    if len(head) < _HEADER:
        raise CorruptImage("its header is cut off")
    position = _HEADER + _table(head[10])
    while (kind := read(position, position + 1)) == b"!":  # an extension: its label, and blocks up to an empty one
        position += 2
        while (length := read(position, position + 1)) > b"\0":
            position += 1 + length[0]
        position += 1
    place = read(position + 1, position + 9)
    if kind != b"," or len(place) < 8:  # noqa: PLR2004 - left, top, width, height
        raise CorruptImage("it holds no picture")
    left, top, width, height = struct.unpack("<4H", place)
    across, down = struct.unpack_from("<2H", head, 6)
    return max(across, left + width), max(down, top + height)


def _table(flags: int) -> int:
    """Return how many bytes a colour table has."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def parts(content: bytes) -> Parts:
    """Return all of it: the decoder passes over comments by itself."""
    return Parts(pieces=[content], exact=True)
