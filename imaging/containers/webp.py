"""WebP, chunk by chunk: https://developers.google.com/speed/webp/docs/riff_container.

VP8L's header: https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification.
"""

from collections.abc import Iterator, Sequence

from imaging.containers import MAX_EXIF, MAX_PROFILE, Parts, Read, tiff, whole
from imaging.reasons import CorruptImage

_ALPHA, _EXIF, _ANIMATION = 0x10, 0x08, 0x02  # of VP8X's flags
_PICTURES = (b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L")
_HEAD = 10  # bytes of a picture chunk that tell its size


def chunks(read: Read) -> Iterator[tuple[bytes, int, int]]:
    """Yield ``(kind, start, stop)`` of each chunk's data, as far as the file says that it goes."""
    position, end = 12, 8 + int.from_bytes(read(4, 8), "little")
    while position + 8 <= end and len(head := read(position, position + 8)) == 8:  # noqa: PLR2004 - kind and length
        start = position + 8
        stop = start + int.from_bytes(head[4:], "little")
        yield head[:4], start, stop
        position = stop + stop % 2


def size(read: Read) -> tuple[int, int]:
    """Return the canvas's ``(width, height)``. Raises CorruptImage."""
    kind, start, _ = next(chunks(read), (b"", 0, 0))
    return _size(kind, read(start, start + _HEAD))


def _size(kind: bytes, head: bytes) -> tuple[int, int]:
    if kind == b"VP8X" and len(head) == _HEAD:
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8 " and len(head) == _HEAD and head[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    if kind == b"VP8L" and len(head) >= 5 and head[0] == 0x2F:  # noqa: PLR2004 - signature, then two times 14 bits
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise CorruptImage("it holds no picture")


def parts(content: bytes) -> Parts:
    """Take a WebP apart: its canvas and its picture stay, of an animation the first."""
    view = memoryview(content)
    kept: list[bytes | memoryview] = []
    said: dict[bytes, bytes] = {}
    coding, frames = b"", 0
    for kind, start, stop in chunks(whole(content)):
        frames += kind == b"ANMF"
        if kind in (b"VP8 ", b"VP8L", b"ANMF"):
            coding = coding or (content[start + 16 : start + 20] if kind == b"ANMF" else kind)
        if kind in _PICTURES and frames <= 1:
            kept += [view[start - 8 : stop], b"\0" * (stop % 2)]
        elif kind == b"VP8X" and not kept:
            flags = content[start] & (_ALPHA | _ANIMATION) if start < stop <= len(content) else 0
            flags |= _ALPHA if flags & _ANIMATION else 0  # the canvas is transparent, though encoders do not say so
            kept += _chunk(kind, bytes([flags]) + content[start + 1 : stop])
        else:
            said.setdefault(kind, content[start:stop])
    exif = said.get(b"EXIF", b"")[:MAX_EXIF]
    profile = said.get(b"ICCP", b"")
    return Parts(
        pieces=_file(kept),
        profile=profile if len(profile) <= MAX_PROFILE else b"",
        exif=exif,
        xmp=said.get(b"XMP ", b""),
        orientation=tiff.orientation(exif),
        exact=coding == b"VP8L",
        halved=True,
        frames=max(1, frames),
    )


def strip(content: bytes, exif: bytes = b"") -> bytes | None:
    """Return the picture without metadata, but for an Exif block of ours; pixels stay bit for bit.

    Returns None for what cannot be done safely: animation, and damage of the container.
    """
    view = memoryview(content)
    found = {kind: view[start:stop] for kind, start, stop in chunks(whole(content)) if stop <= len(content)}
    if b"ANIM" in found or b"ANMF" in found or (b"VP8 " in found) == (b"VP8L" in found):
        return None
    kind = b"VP8 " if b"VP8 " in found else b"VP8L"
    alpha = b"ALPH" in found and kind == b"VP8 "
    kept = _chunk(b"ALPH", found[b"ALPH"]) if alpha else []
    kept += _chunk(kind, found[kind])
    if exif:
        kept += _chunk(b"EXIF", exif.removeprefix(b"Exif\0\0"))
    if alpha or exif:
        try:
            sides = _size(kind, bytes(found[kind][:_HEAD]))
        except CorruptImage:
            return None
        transparent = alpha or (kind == b"VP8L" and bool(found[kind][4] & 0x10))
        flags = (_ALPHA if transparent else 0) | (_EXIF if exif else 0)
        canvas = b"".join((side - 1).to_bytes(3, "little") for side in sides)
        kept = _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + canvas) + kept
    return b"".join(_file(kept))


def _file(kept: Sequence[bytes | memoryview]) -> list[bytes | memoryview]:
    return [b"RIFF", (4 + sum(map(len, kept))).to_bytes(4, "little"), b"WEBP", *kept]


def _chunk(kind: bytes, data: bytes | memoryview) -> list[bytes | memoryview]:
    return [kind, len(data).to_bytes(4, "little"), data, b"\0" * (len(data) % 2)]
