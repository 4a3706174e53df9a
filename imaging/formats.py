"""One table of formats. Ingest, describe, normalize and resize read it; a new format is a row, and a walker if need be.

Names are those that the record and Pillow use. Pure: knows neither a decoder nor a cloud.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from imaging.containers import Container, bmp, gif, iso, jpeg, png, tiff, webp
from imaging.reasons import unsupported


@dataclass(frozen=True)
class Format:
    """A format that is read.

    ``strip`` makes a master that keeps the compressed pixels; formats without it become another one of those with it.
    ``effort`` is what its encoder is asked for; None where it is never written.
    """

    name: str
    extension: str  # of files that we write
    media_type: str
    begins: bytes  # a regular expression
    container: Container
    strip: Callable[[bytes, bytes], bytes | None] | None = None
    effort: dict[str, Any] | None = None
    fine: dict[str, Any] = field(default_factory=dict)  # what is asked for besides, so that no colour is lost
    decoder_turns: bool = False  # whether its decoder cuts and turns the picture as the container says


# What encoders are asked for. WebP's method 2 takes a seventh of the time of the default, 4, for 3 % more bytes; AVIF's
# speed 8 of 10 likewise. For PNG, run lengths alone give a photograph the same bytes at a quarter of the time.
_PNG, _WEBP, _AVIF = {"compress_type": zlib.Z_RLE}, {"method": 2}, {"speed": 8}
_WHOLE_COLOUR = {"subsampling": "4:4:4"}
_LOSSLESS = {"lossless": True, "quality": 50, "method": 0}  # 6 % more bytes than at method 2, in a fifth of the time
_READ = (
    Format("JPEG", "jpg", "image/jpeg", rb"\xff\xd8\xff", jpeg, jpeg.strip, effort={}, fine=_WHOLE_COLOUR),
    Format("PNG", "png", "image/png", rb"\x89PNG\r\n\x1a\n", png, png.strip, effort=_PNG),
    Format("WEBP", "webp", "image/webp", rb"RIFF....WEBP", webp, webp.strip, effort=_WEBP, fine=_LOSSLESS),
    Format("GIF", "gif", "image/gif", rb"GIF8[79]a", gif),
    Format("TIFF", "tif", "image/tiff", rb"II\*\0|MM\0\*", tiff),
    Format("BMP", "bmp", "image/bmp", rb"BM", bmp),
    Format("AVIF", "avif", "image/avif", rb"....ftyp", iso.avif, effort=_AVIF, fine=_WHOLE_COLOUR),
    Format("HEIF", "heic", "image/heic", rb"....ftyp", iso.heif, decoder_turns=True),
)
FORMATS = {format_.name: format_ for format_ in _READ}
# What names of pictures end with, where somebody has to choose by the name alone.
SUFFIXES = {f".{each.extension}" for each in _READ} | {".jpeg", ".jpe", ".jfif", ".tiff", ".heif", ".hif", ".dib"}
WRITTEN = {name: format_ for name, format_ in FORMATS.items() if format_.effort is not None}
# What a master may be; other formats are turned into one of these.
MASTERS = tuple(name for name, format_ in FORMATS.items() if format_.strip)

# Pictures and films, but not ours. Of camera's raw files, those that do not look like TIFF or ISO media.
_OTHERS = {
    "BigTIFF": rb"II\+\0|MM\0\+",
    "ICO": rb"\0\0\x01\0[^\0]\0",
    "CUR": rb"\0\0\x02\0[^\0]\0",
    "ICNS": rb"icns",
    "PSD": rb"8BPS",
    "XCF": rb"gimp xcf",
    "JPEG 2000": rb"\0\0\0\x0cjP(?:  |\x1a\x1a)|\xff\x4f\xff\x51",
    "JPEG XL": rb"\0\0\0\x0cJXL |\xff\x0a",
    "JPEG XR": rb"II\xbc[\0\x01]",
    "JNG": rb"\x8bJNG\r\n\x1a\n",
    "MNG": rb"\x8aMNG\r\n\x1a\n",
    "BPG": rb"BPG\xfb",
    "FLIF": rb"FLIF[1-9A-Za-z]",
    "QOI": rb"qoif",
    "netpbm": rb"P(?:[1-6]\s+(?:#.*?\n\s*)?\d|7\nWIDTH|[Ff]\s+\d)",
    "OpenEXR": rb"v/1\x01",
    "Radiance HDR": rb"#\?(?:RADIANCE|RGBE)",
    "SGI": rb"\x01\xda[\0\x01][\x01\x02]",
    "DDS": rb"DDS ",
    "KTX": rb"\xabKTX [12]",
    "PCX": rb"\x0a[\0\x02-\x05][\0\x01][\x01\x02\x04\x08]",
    "Sun raster": rb"\x59\xa6\x6a\x95",
    "FITS": rb"SIMPLE  = ",
    "DICOM": rb"(?s:.{128})DICM",
    "DjVu": rb"AT&TFORM",
    "XPM": rb"/\* XPM \*/",
    "XBM": rb"#define \w+_width \d",
    "WMF": rb"\xd7\xcd\xc6\x9a",
    "EMF": rb"\x01\0\0\0(?s:.{36}) EMF",
    "PDF": rb"%PDF-",
    "PostScript": rb"%!PS|\xc5\xd0\xd3\xc6",
    "SVG": rb"(?:\xef\xbb\xbf)?(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->)|<!DOCTYPE\s+svg[^>\[]*+(?:\[[^\]]*+\]\s*+)?>)*+"
    rb"<(?:svg:)?svg[\s>/]",
    "CRW": rb"II\x1a\0\0\0HEAPCCDR",
    "RAF": rb"FUJIFILM",
    "ORF": rb"IIR[OS]|MMOR",
    "RW2": rb"IIU\0",
    "MRW": rb"\0MRM",
    "X3F": rb"FOVb",
    "MP4 or QuickTime video": rb"....(?:moov|mdat|wide|free|skip|pnot)",
    "Matroska video": rb"\x1aE\xdf\xa3",
    "AVI video": rb"RIFF....AVI ",
    "animated cursor": rb"RIFF....ACON",
    "MPEG video": rb"\0\0\x01[\xb3\xba]",
    "Flash video": rb"FLV\x01",
    "Windows Media": rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
}
_BY_OTHERS = {name: re.compile(begins, re.DOTALL) for name, begins in _OTHERS.items()}
_BY_READ = {name: re.compile(format_.begins, re.DOTALL) for name, format_ in FORMATS.items()}
HEAD = 4096  # bytes that tell what a file is


def recognise(head: bytes) -> Format | None:
    """Return what a file is by its first HEAD bytes, whatever its name; None for what is no picture.

    Raises UnsupportedFormat for pictures and films of other kinds.
    """
    if head[4:8] == b"ftyp":
        return FORMATS[iso.kind_of(head)]
    if found := next((name for name, begins in _BY_READ.items() if begins.match(head)), ""):
        return FORMATS[found]
    for name, begins in _BY_OTHERS.items():
        if begins.match(head):
            raise unsupported(name)
    return None
