"""A JPEG without its metadata, its compressed pixels untouched.

The file is walked marker by marker (ITU-T T.81, annex B): a search for the end marker could be fooled by one that
stands in a thumbnail. What decoding needs is copied; the rest is left out,
and so is all that follows the first picture.
"""

import re
from collections.abc import Iterator

from imaging.reasons import DecompressionBomb

_SOI, _EOI, _SOS, _APP1, _APP14 = 0xD8, 0xD9, 0xDA, 0xE1, 0xEE
_DQT, _DHT, _DRI = 0xDB, 0xC4, 0xDD
_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive: Huffman-coded, in every decoder
_KEPT = {*_FRAMES, _DQT, _DHT, _DRI, _SOS}
# All of those that carry nothing but metadata: APP0 to APP15 and comments.
_DROPPED = {*range(0xE0, 0xF0), 0xFE}
# In entropy-coded data 0xFF is followed by a zero or a restart marker, or else the segment is over. Written so that the
# first byte is a literal: that makes the search twenty times as fast as a repetition would.
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
# A plain JFIF header, version 1.01, no density: it says that three components are YCbCr, and nothing about anybody.
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_RGB_IDS = b"RGB"
# Encoders write about ten scans; every one costs the decoder a pass over the whole picture.
MAX_SCANS = 100


def strip(content: bytes, exif: bytes = b"") -> bytes | None:
    """Return the first picture of a file without metadata, but for an Exif block of ours; pixels stay bit for bit.

    Returns None for what cannot be done safely: no end marker, arithmetic coding, 12 bits, CMYK, or RGB components,
    which only metadata tells from YCbCr. Raises DecompressionBomb for more than MAX_SCANS scans.
    """
    parts, scans = [b"\xff\xd8", _JFIF], 0
    if exif:
        parts.append(b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif)
    for marker, segment in _segments(content):
        scans += marker == _SOS
        if scans > MAX_SCANS:
            raise DecompressionBomb(f"more than {MAX_SCANS} scans")
        if marker == _EOI:
            return b"".join([*parts, b"\xff\xd9"]) if scans else None
        if marker in _DROPPED:
            if marker == _APP14 and _is_rgb(segment):
                return None
        elif marker not in _KEPT or (marker in _FRAMES and not _is_plain(segment)):
            return None
        else:
            parts.append(segment)
    return None


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield ``(marker, segment)`` after the first, the segment with its marker; a scan's with its data."""
    position = 2
    while position + 4 <= len(content) or content[position : position + 2] == b"\xff\xd9":
        if content[position] != 0xFF:  # noqa: PLR2004 - every marker begins so
            return
        marker = content[position + 1]
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            position += 1
            continue
        if marker == _EOI:
            yield marker, b""
            return
        end = position + 2 + int.from_bytes(content[position + 2 : position + 4], "big")
        if marker == _SOS:
            following = _NEXT_MARKER.search(content, end)
            if following is None:
                return
            end = following.start()
        yield marker, content[position:end]
        position = end


def _is_plain(frame: bytes) -> bool:
    """Whether a frame is grey or YCbCr with eight bits a sample."""
    if len(frame) < 10:  # noqa: PLR2004 - up to the number of components
        return False
    precision, components, ids = frame[4], frame[9], frame[10::3]
    return precision == 8 and components in (1, 3) and ids != _RGB_IDS  # noqa: PLR2004


def _is_rgb(app14: bytes) -> bool:
    """Whether Adobe's segment says that three components are not YCbCr."""
    return app14[4:9] == b"Adobe" and len(app14) >= 16 and app14[15] == 0  # noqa: PLR2004
