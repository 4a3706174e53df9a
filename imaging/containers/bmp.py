"""BMP's header: https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-header-types."""

import struct

from imaging.containers import Parts, Read
from imaging.reasons import CorruptImage

_FIRST = 14  # bytes before the header that has the size
_CORE, _OTHERS = 12, (40, 52, 56, 64, 108, 124)


def size(read: Read) -> tuple[int, int]:
    """Return ``(width, height)``. Raises CorruptImage."""
    header = read(_FIRST, _FIRST + _CORE)
    length = int.from_bytes(header[:4], "little")
    if len(header) < _CORE or length not in (_CORE, *_OTHERS):
        raise CorruptImage("its header is of no known kind")
    width, height = struct.unpack_from("<HH" if length == _CORE else "<Ii", header, 4)
    return width, abs(height)  # a negative height: from top to bottom


def parts(content: bytes) -> Parts:
    """Return all of it: nothing in it is dropped."""
    return Parts(pieces=[content], exact=True)
