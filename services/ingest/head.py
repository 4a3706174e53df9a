"""A file whose bytes are fetched when they are read, so that a header costs one small request."""

import io
from collections.abc import Callable
from typing import BinaryIO

from services.ingest.reasons import NotAnImage

FIRST_BLOCK = 64 * 1024  # holds the header of nearly every picture, an Exif thumbnail included
MAX_FETCHED = 8 * 1024 * 1024  # a header that needs more is no header


def open_head(fetch: Callable[[int, int], bytes], size: int) -> BinaryIO:
    """Return a read-only, seekable file over ``fetch(start, stop)`` of an object of ``size`` bytes.

    Each further request asks for four times as much. Reading raises NotAnImage after MAX_FETCHED bytes.
    """
    return io.BufferedReader(_Head(fetch, size))


class _Head(io.RawIOBase):
    """The raw file; it may return less than was asked for, at the end of what was fetched."""

    def __init__(self, fetch: Callable[[int, int], bytes], size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._position = 0
        self._blocks: list[tuple[int, bytes]] = []
        self._next = FIRST_BLOCK

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("seek before the start of the file")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self._at(self._position, min(self._position + len(buffer), self._size))
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def _at(self, start: int, stop: int) -> bytes:
        if start >= stop:
            return b""
        for begin, block in self._blocks:
            if begin <= start < begin + len(block):
                return block[start - begin : stop - begin]
        if sum(len(block) for _, block in self._blocks) >= MAX_FETCHED:
            raise NotAnImage(f"no picture's header within {MAX_FETCHED:,} bytes")
        block = self._fetch(start, min(start + self._next, self._size))
        self._next = min(self._next * 4, MAX_FETCHED)
        self._blocks.append((start, block))
        return block[: stop - start]
