"""One walker a container: what a file holds and where it stands, found before any decoder sees the file.

Walkers are pure and bounded. They read no more than they must, end on every input, and raise CorruptImage and
UnsupportedFormat alone. What is dropped from every output anyway (text, comments, thumbnails, what programs append) is
passed over unread, so that damage in it refuses no picture.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

# What stands between two positions of a file, in bytes; less where the file ends before.
Read = Callable[[int, int], bytes]

# Cameras' profiles have a few kB, those of printing presses some hundred; a larger one counts as not there.
MAX_PROFILE = 1024 * 1024
# A real block is below 64 KB in JPEG; other containers may hold large maker notes. More is an attack on the parser.
MAX_EXIF = 8 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A file taken apart: what its decoder needs, and the little that is read of the rest.

    ``orientation`` is Exif's (1 to 8), None where the file does not say it; ``box`` is the clean aperture: left, top,
    right, bottom in pixels before turning; ``frames`` is 0 where the decoder must count them; ``codes`` are those of
    ITU-T H.273 for primaries and transfer, and 1 for full range.
    """

    pieces: Sequence[bytes | memoryview]  # of the file without what is dropped anyway
    head: bytes = b""  # as much of it as tells size and mode, where that is far less
    profile: bytes = b""  # ICC
    exif: bytes = b""  # a TIFF file of its own
    xmp: bytes = b""
    iptc: bytes = b""
    orientation: int | None = None
    box: tuple[int, int, int, int] | None = None
    frames: int = 0
    guard: Callable[[], None] = lambda: None  # raises DecompressionBomb where decoding would take too long
    planes: str = ""  # the mode that the frames of ``lean`` are the channels of
    negative: bool = False  # whether nought is white
    codes: tuple[int, int, int] | None = None
    exact: bool = False  # whether the compression loses nothing
    halved: bool = False  # whether colours have half the resolution, both ways (4:2:0)

    @cached_property
    def lean(self) -> bytes:
        """The file without what is dropped anyway; put together when it is first needed."""
        return b"".join(self.pieces)


class Container(Protocol):
    """What every walker does."""

    def size(self, read: Read) -> tuple[int, int]:
        """Return width and height in pixels, as the decoder will hand them over."""

    def parts(self, content: bytes) -> Parts:
        """Take a whole file, or the head of one, apart."""


def whole(content: bytes) -> Read:
    """Return a reader of bytes that are all there."""
    return lambda start, stop: content[start:stop]
