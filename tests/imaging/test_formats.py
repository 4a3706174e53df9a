"""What a file is, by its first bytes."""

from typing import get_args

import pytest

from imaging.formats import FORMATS, HEAD, MASTERS, WRITTEN, recognise
from imaging.reasons import UnsupportedFormat
from imaging.recipes import Rendition
from tests.support import pictures
from tests.support.pictures import encoded, scene

REAL = {"ICO": "ICO", "PPM": "netpbm", "PCX": "PCX", "SGI": "SGI", "DDS": "DDS", "JPEG2000": "JPEG 2000"}

OTHERS: list[tuple[str, bytes]] = [
    *((name, encoded(scene(), format_)) for format_, name in REAL.items()),
    ("BigTIFF", b"MM\0+\0\x08\0\0"),
    ("PSD", b"8BPS\0\1"),
    ("JPEG XL", b"\xff\x0a\0"),
    ("JPEG XL", b"\0\0\0\x0cJXL \r\n\x87\n"),
    ("JPEG XR", b"II\xbc\1 \0\0\0"),
    ("OpenEXR", b"v/1\1\2\0\0\0"),
    ("Radiance HDR", b"#?RADIANCE\n"),
    ("QOI", b"qoif\0\0\1\0"),
    ("netpbm", b"P6\n# made by hand\n96 64\n255\n"),
    ("netpbm", b"P7\nWIDTH 96\n"),
    ("netpbm", b"PF\n96 64\n-1.0\n"),
    ("SVG", b'<?xml version="1.0"?>\n<!-- <svg> soon -->\n<!DOCTYPE svg [<!ENTITY x "y">]>\n<svg/>'),
    ("SVG", b"\xef\xbb\xbf  <svg:svg xmlns:svg=''/>"),
    ("XPM", b"/* XPM */\nstatic char *x[] = {"),
    ("XBM", b"#define x_width 16\n"),
    ("DICOM", bytes(128) + b"DICM"),
    ("EMF", b"\1\0\0\0" + bytes(36) + b" EMF"),
    ("RAF", b"FUJIFILMCCD-RAW 0201"),
    ("ORF", b"IIRO\x08\0\0\0"),
    ("RW2", b"IIU\0\x18\0\0\0"),
    ("CRW", b"II\x1a\0\0\0HEAPCCDR"),
    ("X3F", b"FOVb\0\0\2\0"),
    ("MRW", b"\0MRM\0\0\1\0"),
    ("CR3", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom"),
    ("MP4 video", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"),
    ("QuickTime video", b"\0\0\0\x14ftypqt  \0\0\0\0qt  "),
    ("MP4 or QuickTime video", b"\0\0\0\x08wide\0\0\0\0mdat"),
    ("Matroska video", b"\x1aE\xdf\xa3\x9f"),
    ("AVI video", b"RIFF\x24\0\0\0AVI LIST"),
]


@pytest.mark.parametrize(("name", "head"), OTHERS, ids=[f"{number}-{name}" for number, (name, _) in enumerate(OTHERS)])
def test_pictures_and_films_of_other_kinds_are_refused_by_name(name: str, head: bytes) -> None:
    with pytest.raises(
        UnsupportedFormat, match=rf"^{name}\b.* is not supported; save it as JPEG, PNG, WebP or plain TIFF"
    ):
        recognise((head + bytes(64))[:HEAD])


@pytest.mark.parametrize("name", pictures.ORDINARY)
def test_what_is_read_is_recognised(name: str) -> None:
    assert recognise(pictures.ORDINARY[name]()[:HEAD]) is FORMATS[name]


@pytest.mark.parametrize(
    ("brands", "name"),
    [
        (b"avif\0\0\0\0mif1miaf", "AVIF"),
        (b"mif1\0\0\0\0avif", "AVIF"),
        (b"heic\0\0\0\0mif1heic", "HEIF"),
        (b"msf1\0\0\0\0hevc", "HEIF"),
        (b"mp41\0\0\0\0mif1", "HEIF"),
    ],
)
def test_brands_tell_avif_from_heif(brands: bytes, name: str) -> None:
    head = (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands
    assert recognise(head + b"avis") is FORMATS[name]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"x",
        b"P1 is a text",
        b"Dear diary",
        b"PK\3\4",
        b"\x7fELF",
        b"<!doctype html><svg></svg>",
        b"<html><!-- --><svg>",
    ],
)
def test_what_is_no_picture_is_none(head: bytes) -> None:
    assert recognise(head + bytes(64)) is None


@pytest.mark.parametrize(
    "prologue", [b"<!-- " * 800, b"<!-- -->" * 500, b" " * 4_000, b"<?" * 2_000, b"<!DOCTYPE svg [" * 270]
)
def test_no_beginning_takes_long(prologue: bytes) -> None:
    """A search that goes back and forth would take for ever."""
    assert recognise(prologue[:HEAD]) is None


def test_a_master_is_of_a_format_that_is_written() -> None:
    assert set(MASTERS) <= set(WRITTEN)


def test_recipes_offer_what_is_written() -> None:
    offered = set(get_args(Rendition.__annotations__["format"])) - {"same"}
    assert offered == {name.lower() for name in WRITTEN}
