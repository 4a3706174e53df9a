"""GIF, block by block: https://www.w3.org/Graphics/GIF/spec-gif89a.txt."""

import struct
from collections.abc import Iterator

from imaging.containers import Parts, Read, whole
from imaging.reasons import CorruptImage

_HEADER, _DESCRIPTOR = 13, 10
_EXTENSION, _PICTURE = b"!", b","


def pictures(read: Read) -> Iterator[bytes]:
    """Yield the descriptor of each picture, up to the end or the first damage."""
    head = read(0, _HEADER)
    position = _HEADER + _table(head[10:11])
    while (kind := read(position, position + 1)) in (_EXTENSION, _PICTURE) and kind:
        if kind == _PICTURE:
            descriptor = read(position, position + _DESCRIPTOR)
            yield descriptor
            position += _DESCRIPTOR + _table(descriptor[9:]) + 1  # and how wide codes are
        else:
            position += 2  # and a label
        while (length := read(position, position + 1)) > b"\0":
            position += 1 + length[0]
        position += 1


def _table(flags: bytes) -> int:
    """Return how many bytes a colour table has."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def size(read: Read) -> tuple[int, int]:
    """Return ``(width, height)`` of screen and first picture together, as decoders do. Raises CorruptImage."""
    first = next(pictures(read), b"")
    if len(first) < _DESCRIPTOR:
        raise CorruptImage("it holds no picture")
    left, top, width, height = struct.unpack_from("<4H", first, 1)
    across, down = struct.unpack_from("<2H", read(0, _HEADER), 6)
    return max(across, left + width), max(down, top + height)


def parts(content: bytes) -> Parts:
    """Return all of it: the decoder passes over comments, and over what follows the first picture, by itself."""
    return Parts(pieces=[content], frames=max(1, sum(1 for _ in pictures(whole(content)))), exact=True)
