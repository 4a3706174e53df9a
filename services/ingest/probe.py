"""What a file is and how large its picture is, from its first bytes; its name is not asked."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image

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
# https://www.iana.org/assignments/media-types/image/heif and AV1 Image File Format, section 6.3
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MAX_META = 1024 * 1024


def probe(file: BinaryIO) -> tuple[str, int, int]:
    """Return ``(format, width, height)`` in pixels as encoded, before turning.

    Raises NotAnImage for everything that is no picture, UnsupportedFormat for pictures of other kinds, and
    TooManyPixels where Pillow refuses to go on.
    """
    start = file.read(32)
    file.seek(0)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WEBP", *_webp(file)
    if start[4:8] == b"ftyp":
        return _iso_media(file)
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
        with Image.open(file, formats=(name,)) as image:
            return image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels(str(error)) from error
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, struct.error) as error:
        raise NotAnImage(f"begins like {name}, but its header cannot be read: {error}") from error


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


def _iso_media(file: BinaryIO) -> tuple[str, int, int]:
    """Read HEIF or AVIF: brands from ``ftyp``, the largest ``ispe`` below ``meta`` (tiles are smaller)."""
    sizes: list[tuple[int, int]] = []
    name = ""
    for kind, payload in _top_boxes(file):
        if kind == b"ftyp":
            brands = {payload[:4], *(payload[i : i + 4] for i in range(8, len(payload), 4))}
            name = "AVIF" if brands & _AVIF_BRANDS else "HEIF" if brands & _HEIF_BRANDS else ""
            if not name:
                raise NotAnImage(f"is ISO media of brand {payload[:4].decode('latin-1')!r}, not a picture")
        elif kind == b"meta":
            sizes = list(_spatial_extents(payload[4:]))
            break
    if not sizes:
        raise NotAnImage(f"begins like {name or 'HEIF'}, but says no picture's size")
    return name, *max(sizes, key=lambda size: size[0] * size[1])


def _top_boxes(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while len(header := file.read(16)) >= 8:  # noqa: PLR2004 - size and kind
        size, kind = struct.unpack(">I4s", header[:8])
        start = 8
        if size == 1 and len(header) == 16:  # noqa: PLR2004 - a 64-bit size follows
            size, start = int.from_bytes(header[8:16], "big"), 16
        if size < start:  # also 0: up to the end of the file
            return
        payload = b""
        if kind in (b"ftyp", b"meta"):
            file.seek(position + start)
            payload = file.read(min(size - start, _MAX_META))
        yield kind, payload
        position += size
        file.seek(position)


def _spatial_extents(data: bytes) -> Iterator[tuple[int, int]]:
    position = 0
    while position + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        if size < 8:  # noqa: PLR2004 - a box is at least its header
            return
        payload = data[position + 8 : position + size]
        if kind in (b"iprp", b"ipco"):
            yield from _spatial_extents(payload)
        elif kind == b"ispe" and len(payload) >= 12:  # noqa: PLR2004 - version, width, height
            yield struct.unpack_from(">II", payload, 4)
        position += size
