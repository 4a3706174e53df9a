"""A WebP without its metadata, its compressed pixels untouched.

The container: https://developers.google.com/speed/webp/docs/riff_container; VP8L's header:
https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification.
"""

from collections.abc import Iterator

_ALPHA, _EXIF = 0x10, 0x08  # of VP8X's flags


def strip(content: bytes, exif: bytes = b"") -> bytes | None:
    """Return the picture without metadata, but for an Exif block of ours; pixels stay bit for bit.

    Returns None for what cannot be done safely: animation, and damage of the container.
    """
    parts = dict(_chunks(content))
    if b"ANIM" in parts or b"ANMF" in parts or (b"VP8 " in parts) == (b"VP8L" in parts):
        return None
    kind = b"VP8 " if b"VP8 " in parts else b"VP8L"
    alpha = b"ALPH" in parts and kind == b"VP8 "
    kept = [_chunk(b"ALPH", parts[b"ALPH"])] if alpha else []
    kept.append(_chunk(kind, parts[kind]))
    if exif:
        kept.append(_chunk(b"EXIF", exif.removeprefix(b"Exif\0\0")))
    if alpha or exif:
        size = _size(kind, parts[kind])
        if size is None:
            return None
        transparent = alpha or (kind == b"VP8L" and bool(parts[kind][4] & 0x10))
        flags = (_ALPHA if transparent else 0) | (_EXIF if exif else 0)
        canvas = b"".join((side - 1).to_bytes(3, "little") for side in size)
        kept.insert(0, _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + canvas))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield ``(kind, data)`` of whole chunks."""
    position, end = 12, min(len(content), 8 + int.from_bytes(content[4:8], "little"))
    while position + 8 <= end:
        length = int.from_bytes(content[position + 4 : position + 8], "little")
        data = content[position + 8 : position + 8 + length]
        if len(data) < length:
            return
        yield content[position : position + 4], data
        position += 8 + length + length % 2


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)


def _size(kind: bytes, data: bytes) -> tuple[int, int] | None:
    if kind == b"VP8L" and len(data) >= 5 and data[0] == 0x2F:  # noqa: PLR2004 - signature, then two times 14 bits
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and data[3:6] == b"\x9d\x01\x2a" and len(data) >= 10:  # noqa: PLR2004
        return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
    return None
