"""The bytes of an object, fetched when they are read, so that a header costs one small request."""

from collections.abc import Callable

from imaging.containers import Read
from services.ingest.reasons import NotAnImage

FIRST_BLOCK = 64 * 1024  # holds the header of nearly every picture, an Exif thumbnail included
MAX_FETCHED = 8 * 1024 * 1024  # a header that needs more is no header


def open_head(fetch: Callable[[int, int], bytes], size: int) -> Read:
    """Return a reader over ``fetch(start, stop)`` of an object of ``size`` bytes.

    Each further request asks for four times as much. Reading raises NotAnImage after MAX_FETCHED bytes.
    """
    blocks: list[tuple[int, bytes]] = []

    def read(start: int, stop: int) -> bytes:
        stop = min(stop, size)
        if start >= stop:
            return b""
        found = next((each for each in blocks if each[0] <= start and stop <= each[0] + len(each[1])), None)
        if found is None:
            if sum(len(block) for _, block in blocks) >= MAX_FETCHED:
                raise NotAnImage(f"no picture's header within {MAX_FETCHED:,} bytes")
            ahead = min(FIRST_BLOCK << 2 * len(blocks), MAX_FETCHED)
            found = start, fetch(start, min(max(stop, start + ahead), size, start + MAX_FETCHED))
            blocks.append(found)
        return found[1][start - found[0] : stop - found[0]]

    return read
