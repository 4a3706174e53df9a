"""What a file is and how large its picture is, from its first bytes; its name is not asked."""

import struct
from typing import BinaryIO

from PIL import Image

from imaging.codec import decoding
from imaging.reasons import CorruptImage, DecompressionBomb
from services.ingest import iso_media
from services.ingest.reasons import NotAnImage, TooManyPixels, UnsupportedFormat

# Pillow reads these formats' headers without reading their pixels.
_LAZY = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
}
# Pictures, but not ours.
_UNSUPPORTED = {
    b"II+\0": "BigTIFF",
    b"MM\0+": "BigTIFF",
    b"\0\0\1\0": "ICO",
    b"\0\0\2\0": "CUR",
    b"8BPS": "PSD",
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"%PDF-": "PDF",
    b"%!PS": "PostScript",
    b"<svg": "SVG",
    b"qoif": "QOI",
    b"v/1\x01": "OpenEXR",
    b"#?RADIANCE": "Radiance HDR",
    b"\x01\xda": "SGI",
    b"DDS ": "DDS",
    b"icns": "ICNS",
    b"FUJIFILM": "RAF",
    b"IIRO": "ORF",
    b"IIU\0": "RW2",
}


def probe(file: BinaryIO) -> tuple[str, int, int]:
    """Return ``(format, width, height)`` in pixels, as the decoder will hand them over.

    Raises NotAnImage for everything that is no picture, UnsupportedFormat for pictures of other kinds, and
    TooManyPixels where Pillow refuses to go on.
    """
    start = file.read(32)
    file.seek(0)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WEBP", *_webp(file)
    if start[4:8] == b"ftyp":
        return iso_media.probe(file)
    for magic, name in _LAZY.items():
        if start.startswith(magic):
            return name, *_pillow(file, name)
    for magic, name in _UNSUPPORTED.items():
        if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(magic):
            raise UnsupportedFormat(f"{name} is not supported; save it as JPEG, PNG, WebP or TIFF")
    if start.lstrip().startswith(b"<?xml") and b"<svg" in file.read(4096):
        raise UnsupportedFormat("SVG is not supported; save it as PNG")
    raise NotAnImage(f"begins with {start[:12]!r}, as no picture does")


def _pillow(file: BinaryIO, name: str) -> tuple[int, int]:
    try:
        with decoding(), Image.open(file, formats=(name,)) as image:
            return image.size
    except DecompressionBomb as error:
        raise TooManyPixels(error.detail) from error
    except CorruptImage as error:
        raise NotAnImage(f"begins like {name}, but its header cannot be read: {error.detail}") from error


def _webp(file: BinaryIO) -> tuple[int, int]:
    """Read a WebP's canvas: https://developers.google.com/speed/webp/docs/riff_container."""
    head = file.read(30)
    kind = head[12:16]
    if len(head) == 30 and kind == b"VP8X":  # noqa: PLR2004 - the bytes read above
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if len(head) == 30 and kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":  # noqa: PLR2004
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if len(head) >= 25 and kind == b"VP8L" and head[20] == 0x2F:  # noqa: PLR2004 - the stream's signature
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise NotAnImage("begins like WebP, but holds no picture")
