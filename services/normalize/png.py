"""A PNG without its metadata, its compressed pixels untouched: https://www.w3.org/TR/png-3/."""

import zlib
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT_BEFORE_PIXELS = (b"IHDR", b"PLTE", b"tRNS")
_EXIF = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")  # ImageMagick writes Exif as text
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_PIECE = 1 << 20
# Adam7's seven passes: first column, first row, column step, row step.
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def strip(content: bytes, exif: bytes = b"") -> bytes | None:
    """Return the picture without metadata and later frames, but for an Exif block of ours; pixels stay bit for bit.

    The compressed pixels are unpacked once, to be sure that they are whole and that nothing hides behind them. Returns
    None for what cannot be done safely: 16 bits, damage, or metadata behind the pixels that may tell how to turn them.
    """
    before: list[bytes] = []
    pixels: list[bytes] = []
    header = b""
    for kind, data in _chunks(content):
        if kind == b"IHDR":
            header = data
        if kind == b"IDAT":
            pixels.append(data)
        elif kind == b"IEND":
            packed = _whole_stream(pixels, header)
            if packed is None:
                return None
            block = [_chunk(b"eXIf", exif.removeprefix(b"Exif\0\0"))] if exif else []
            return b"".join([_SIGNATURE, *before, *block, _chunk(b"IDAT", packed), _chunk(b"IEND", b"")])
        elif kind in _KEPT_BEFORE_PIXELS:
            before.append(_chunk(kind, data))
        elif pixels and kind in _EXIF:
            return None
    return None


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield ``(kind, data)`` until the first damage."""
    position = len(_SIGNATURE)
    while position + 12 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        kind, data = content[position + 4 : position + 8], content[position + 8 : position + 8 + length]
        said = content[position + 8 + length : position + 12 + length]
        if zlib.crc32(data, zlib.crc32(kind)).to_bytes(4, "big") != said:
            return
        yield kind, data
        position += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(data, zlib.crc32(kind)).to_bytes(4, "big")


def _whole_stream(pieces: list[bytes], header: bytes) -> bytes | None:
    """Return exactly the zlib stream of the pixels, or None if it is not whole or not as long as the header says."""
    packed = b"".join(pieces)
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
