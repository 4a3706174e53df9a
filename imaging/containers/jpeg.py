"""JPEG, marker by marker: ITU-T T.81, annex B.

A search for the end marker could be fooled by one that stands in a thumbnail. What stands between segments is passed
over, as libjpeg does.
"""

import re
from collections.abc import Iterator
from functools import partial

from imaging.containers import MAX_EXIF, MAX_PROFILE, Parts, Read, iptc, tiff, whole
from imaging.reasons import CorruptImage, DecompressionBomb, unsupported

_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
SCAN, _END, _APP14 = 0xDA, 0xD9, 0xEE
_DATA = 0  # no marker: what is compressed, behind a scan's header
_DQT, _DHT, _DRI = 0xDB, 0xC4, 0xDD
_FRAMES = {*range(0xC0, 0xD0), 0xF7} - {_DHT, 0xC8, 0xCC}
_PLAIN_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive: Huffman-coded, in every decoder
_PROGRESSIVE = {0xC2, 0xCA}
_READ_FRAMES = {*_PLAIN_FRAMES, 0xC3, 0xC9, 0xCA}  # and lossless ones, and arithmetic coding
_KEPT = {*_PLAIN_FRAMES, _DQT, _DHT, _DRI, SCAN, _DATA}
# All of those that carry nothing but metadata: APP0 to APP15 and comments.
_DROPPED = {*range(0xE0, 0xF0), 0xFE}
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a segment
_MARKER = re.compile(rb"\xff[\x01-\xfe]")
# In entropy-coded data 0xFF is followed by a zero or a restart marker, or else the segment is over. Written so that the
# first byte is a literal: that makes the search twenty times as fast as a repetition would.
_AFTER_DATA = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_PIECE = 1 << 16
# A plain JFIF header, version 1.01, no density: it says that three components are YCbCr, and nothing about anybody.
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_RGB_IDS = b"RGB"
# Encoders write about ten scans; every one costs the decoder a pass over the whole picture.
MAX_SCANS = 100
# What is read of application segments, by marker and what they begin with.
_SAID = {
    "jfif": (0xE0, b"JFIF\0"),
    "exif": (0xE1, b"Exif\0\0"),
    "xmp": (0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
    "profile": (0xE2, b"ICC_PROFILE\0"),
    "pictures": (0xE2, b"MPF\0"),
    "photoshop": (0xED, b"Photoshop 3.0\0"),
    "adobe": (0xEE, b"Adobe"),
}
_PICTURES = 0xB001  # in a multi-picture file's directory: CIPA DC-007, 5.2.3.3.2


def segments(read: Read) -> Iterator[tuple[int, int, int]]:
    """Yield ``(marker, start, stop)`` of what follows the first marker, up to the end marker or the end of the file.

    A scan's compressed data comes as a segment of its own.
    """
    position, pattern = 2, _MARKER
    while found := _find(read, pattern, position):
        start, marker = found
        if pattern is _AFTER_DATA:
            yield _DATA, position, start
        position, pattern = start + 2, _MARKER
        if marker == _END:
            yield marker, start, position
            return
        if marker not in _ALONE:
            position += max(2, int.from_bytes(read(position, position + 2), "big"))
            yield marker, start, position
            pattern = _AFTER_DATA if marker == SCAN else _MARKER


def _find(read: Read, pattern: re.Pattern[bytes], position: int) -> tuple[int, int] | None:
    size = 2  # there is a marker already, as a rule
    while len(piece := read(position, position + size)) > 1:
        if found := pattern.search(piece):
            return position + found.start(), piece[found.start() + 1]
        position, size = position + len(piece) - 1, _PIECE
    return None


def size(read: Read) -> tuple[int, int]:
    """Return ``(width, height)``. Raises CorruptImage, and UnsupportedFormat for what no browser shows."""
    for marker, start, _ in segments(read):
        if marker == SCAN:
            break
        if marker in _FRAMES:
            frame = read(start + 4, start + 10)
            if len(frame) < 6:  # noqa: PLR2004 - precision, height, width, number of components
                break
            if marker not in _READ_FRAMES:
                raise unsupported("JPEG-LS" if marker == 0xF7 else "hierarchical or lossless, arithmetic JPEG")  # noqa: PLR2004
            if frame[0] != 8:  # noqa: PLR2004
                raise unsupported(f"JPEG with {frame[0]} bits a sample")
            if frame[5] not in (1, 3, 4):
                raise unsupported(f"JPEG with {frame[5]} components")
            return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
    raise CorruptImage("no frame says how large the picture is")


def parts(content: bytes) -> Parts:
    """Take a JPEG apart. Whatever is behind the first scan's header is left as it is: the decoder stops by itself."""
    view, kept, progressive, sampling = memoryview(content), list[memoryview](), False, b""
    said: dict[str, list[bytes]] = {name: [] for name in _SAID}
    for marker, start, stop in segments(whole(content)):
        if marker == SCAN:
            kept += [view[start:stop], view[stop:]]
            break
        progressive |= marker in _PROGRESSIVE
        if marker in _FRAMES:
            sampling = content[start + 11 : start + 18 : 3]  # how fine each of three components is
        if marker not in _DROPPED:
            kept.append(view[start:stop])
        for name, (of, begins) in _SAID.items():
            if marker == of and view[start + 4 : start + 4 + len(begins)] == begins:
                said[name].append(content[start + 4 + len(begins) : stop])
    # As long as libjpeg wants them; what is shorter says nothing.
    colour = [_JFIF for jfif in said["jfif"][:1] if len(jfif) >= 9]  # noqa: PLR2004
    colour += [b"\xff\xee\x00\x0eAdobe" + adobe[:7] for adobe in said["adobe"] if len(adobe) >= 7]  # noqa: PLR2004
    exif, xmp = b"".join(said["exif"])[:MAX_EXIF], b"".join(said["xmp"][:1])
    # A gain map is no picture of its own.
    pictures = b"" if b"hdrgm:Version" in xmp else b"".join(said["pictures"][:1])
    return Parts(
        pieces=[_SOI, *colour, *kept],
        head=b"".join([_SOI, *colour, *kept[:-1]]),
        profile=_joined(said["profile"]),
        exif=exif,
        xmp=xmp,
        iptc=iptc.among(b"".join(said["photoshop"])),
        orientation=tiff.orientation(exif),
        guard=partial(_refuse_scans, content) if progressive else lambda: None,
        frames=max(1, tiff.block(pictures).first(_PICTURES, 1)),
        halved=sampling == b"\x22\x11\x11",
    )


def _refuse_scans(content: bytes) -> None:
    """Raise DecompressionBomb for more than MAX_SCANS scans."""
    if sum(marker == SCAN for marker, _, _ in segments(whole(content))) > MAX_SCANS:
        raise DecompressionBomb(f"more than {MAX_SCANS} scans")


def _joined(pieces: list[bytes]) -> bytes:
    """Return a profile from its pieces, each behind its number and how many there are; nothing where one is missing."""
    by_number = {piece[0]: piece for piece in pieces if len(piece) > 2}  # noqa: PLR2004
    joined = b"".join(by_number[number][2:] for number in sorted(by_number))
    complete = all(piece[1] == len(by_number) for piece in by_number.values())
    return joined if complete and len(joined) <= MAX_PROFILE else b""


def strip(content: bytes, exif: bytes = b"") -> bytes | None:
    """Return the first picture of a file without metadata, but for an Exif block of ours; pixels stay bit for bit.

    Returns None for what cannot be done safely: no end marker, arithmetic coding, 12 bits, CMYK, or RGB components,
    which only metadata tells from YCbCr. Raises DecompressionBomb for more than MAX_SCANS scans.
    """
    view, scans = memoryview(content), 0
    kept: list[bytes | memoryview] = [_SOI, _JFIF]
    if exif:
        kept += [b"\xff\xe1", (len(exif) + 2).to_bytes(2, "big"), exif]
    for marker, start, stop in segments(whole(content)):
        scans += marker == SCAN
        if scans > MAX_SCANS:
            raise DecompressionBomb(f"more than {MAX_SCANS} scans")
        if marker == _END:
            return b"".join([*kept, _EOI]) if scans else None
        if marker in _DROPPED:
            if marker == _APP14 and _is_rgb(content[start:stop]):
                return None
        elif marker not in _KEPT or (marker in _PLAIN_FRAMES and not _is_plain(content[start:stop])):
            return None
        else:
            kept.append(view[start:stop])
    return None


def _is_plain(frame: bytes) -> bool:
    """Whether a frame is grey or YCbCr with eight bits a sample."""
    if len(frame) < 10:  # noqa: PLR2004 - up to the number of components
        return False
    precision, components, ids = frame[4], frame[9], frame[10::3]
    return precision == 8 and components in (1, 3) and ids != _RGB_IDS  # noqa: PLR2004


def _is_rgb(app14: bytes) -> bool:
    """Whether Adobe's segment says that three components are not YCbCr."""
    return app14[4:9] == b"Adobe" and len(app14) >= 16 and app14[15] == 0  # noqa: PLR2004
