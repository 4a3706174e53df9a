"""What a file holds besides its picture, read by hand, so that no library's kindness hides anything."""

import struct
from collections.abc import Iterator

_NEEDED = {
    "JPEG": {"APP0", "DQT", "SOF0", "SOF2", "DHT", "DRI", "SOS"},
    "PNG": {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"},
    "WEBP": {"VP8X", "VP8 ", "VP8L", "ALPH"},
}
# Item types and colour profiles that carry metadata; their four letters stand nowhere else in so small a file.
_AVIF_EXTRAS = ("Exif", "mime", "prof", "rICC")
_JPEG_NAMES = {0xDB: "DQT", 0xC0: "SOF0", 0xC2: "SOF2", 0xC4: "DHT", 0xDD: "DRI", 0xDA: "SOS", 0xFE: "COM"}


def metadata(content: bytes) -> set[str]:
    """Return the names of the parts of a JPEG, PNG, WebP or AVIF that the picture does not need."""
    if content.startswith(b"\xff\xd8"):
        return set(_jpeg_segments(content)) - _NEEDED["JPEG"]
    if content.startswith(b"\x89PNG"):
        return set(_png_chunks(content)) - _NEEDED["PNG"]
    if content[4:12] == b"ftypavif":
        return {name for name in _AVIF_EXTRAS if name.encode() in content}
    assert content[:4] == b"RIFF"
    return set(_webp_chunks(content)) - _NEEDED["WEBP"]


def _jpeg_segments(content: bytes) -> Iterator[str]:
    position = 2
    while position < len(content):
        assert content[position] == 0xFF, "a segment must begin here"
        marker = content[position + 1]
        if marker == 0xD9:
            if position + 2 != len(content):
                yield "after the end"
            return
        yield _JPEG_NAMES.get(marker) or f"APP{marker - 0xE0}"
        position += 2 + struct.unpack_from(">H", content, position + 2)[0]
        if marker == 0xDA:  # compressed data: up to the next marker that is neither stuffing nor a restart
            while content[position] != 0xFF or content[position + 1] in {0, *range(0xD0, 0xD8)}:
                position += 1


def _png_chunks(content: bytes) -> Iterator[str]:
    position = 8
    while position < len(content):
        size, name = struct.unpack_from(">I4s", content, position)
        yield name.decode()
        position += 12 + size


def _webp_chunks(content: bytes) -> Iterator[str]:
    position = 12
    while position < len(content):
        name, size = struct.unpack_from("<4sI", content, position)
        yield name.decode()
        position += 8 + size + size % 2
