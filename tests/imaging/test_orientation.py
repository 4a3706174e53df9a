"""Orientation: however it is written, the master is upright and the record says the same.

Values and the tag: Exif 2.32, 4.6.4; types: TIFF 6.0, 2. exiftool and libvips read all of those that turn here.
"""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.containers import iso, tiff
from imaging.originals import metadata
from services.normalize.pixels import normalize
from tests.imaging.test_png_webp import with_chunk
from tests.support import pictures
from tests.support.pictures import encoded, is_scene, opened, scene

BYTE, ASCII, SHORT, LONG, RATIONAL, SIGNED_BYTE, UNDEFINED, SIGNED_SHORT, SIGNED_LONG = 1, 2, 3, 4, 5, 6, 7, 8, 9
CODES = {BYTE: "B", SHORT: "H", LONG: "I", SIGNED_BYTE: "b", SIGNED_SHORT: "h", SIGNED_LONG: "i"}
TAG = 274


def exif(value: int, kind: int = SHORT, *, count: int = 1, order: str = "<", before: bytes = b"", at: int = 8) -> bytes:
    """Return a block whose directory stands at a position and has other entries before the orientation."""
    raw = struct.pack(f"{order}{count}{CODES[kind]}", value, *[0] * (count - 1))
    stands = at + 2 + len(before) + 12 + 4
    inline = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack(f"{order}I", stands)
    entry = struct.pack(f"{order}HHI", TAG, kind, count) + inline
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", at)
    directory = struct.pack(f"{order}H", len(before) // 12 + 1) + before + entry + bytes(4)
    return head.ljust(at, b"\0") + directory + (raw if len(raw) > 4 else b"")


def entry(tag: int, kind: int, count: int, where: int, order: str = "<") -> bytes:
    return struct.pack(f"{order}HHII", tag, kind, count, where)


@cache
def lying(format_: str, number: int) -> bytes:
    options: dict[str, dict[str, Any]] = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95, "subsampling": 0}}
    return encoded(pictures.laid_down(number), format_, **options.get(format_, {}))


def in_jpeg(block: bytes, number: int) -> bytes:
    content, body = lying("JPEG", number), b"Exif\0\0" + block
    return content[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + content[2:]


def in_jpeg_behind_its_tables(block: bytes, number: int) -> bytes:
    content, body = lying("JPEG", number), b"Exif\0\0" + block
    at = content.index(b"\xff\xda")
    return content[:at] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + content[at:]


def in_png(block: bytes, number: int) -> bytes:
    return with_chunk(lying("PNG", number), b"eXIf", block)


def in_png_behind_its_pixels(block: bytes, number: int) -> bytes:
    return with_chunk(lying("PNG", number), b"eXIf", block, before=b"IEND")


def in_png_with_jpegs_header(block: bytes, number: int) -> bytes:
    return with_chunk(lying("PNG", number), b"eXIf", b"Exif\0\0" + block)


def as_text(block: bytes, word: bytes) -> bytes:
    return b"\n" + word + b"\n" + str(len(block)).rjust(8).encode() + b"\n" + block.hex().encode() + b"\n"


def in_pngs_text(block: bytes, number: int) -> bytes:
    return with_chunk(lying("PNG", number), b"tEXt", b"Raw profile type exif\0" + as_text(block, b"exif"))


def in_pngs_packed_text(block: bytes, number: int) -> bytes:
    packed = zlib.compress(as_text(b"Exif\0\0" + block, b"generic profile"))
    return with_chunk(lying("PNG", number), b"zTXt", b"Raw profile type APP1\0\0" + packed)


def in_webp(block: bytes, number: int) -> bytes:
    return encoded(pictures.laid_down(number), "WEBP", lossless=True, exif=block)


def in_webp_with_jpegs_header(block: bytes, number: int) -> bytes:
    return in_webp(b"Exif\0\0" + block, number)


PLACES: dict[str, Callable[[bytes, int], bytes]] = {
    place.__name__: place
    for place in (
        in_jpeg,
        in_jpeg_behind_its_tables,
        in_png,
        in_png_behind_its_pixels,
        in_png_with_jpegs_header,
        in_pngs_text,
        in_pngs_packed_text,
        in_webp,
        in_webp_with_jpegs_header,
    )
}


def is_upright(content: bytes, said: int | None) -> bool:
    """Whether the master shows the scene, and the record would say what was done."""
    return metadata(content).orientation == said and is_scene(opened(normalize(content).content))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", range(1, 9))
def test_wherever_it_stands(place: str, number: int) -> None:
    assert is_upright(PLACES[place](exif(number), number), number)


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("format_", ["TIFF", "AVIF"])
def test_in_the_containers_own_words(format_: str, number: int) -> None:
    assert is_upright(pictures.oriented(format_, number), number)


notations: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    kind=st.sampled_from(sorted(CODES)),
    count=st.sampled_from([1, 1, 2, 5]),
    order=st.sampled_from(["<", ">"]),
    at=st.sampled_from([8, 9, 40]),
)
damage = st.lists(
    st.builds(entry, st.integers(0, 273), st.integers(0, 20), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
    max_size=3,
)


@given(place=st.sampled_from(sorted(PLACES)), number=st.integers(1, 8), notation=notations, before=damage)
def test_however_it_is_written(place: str, number: int, notation: dict[str, Any], before: list[bytes]) -> None:
    """As an integer of any width, in both orders, behind entries that are damaged."""
    block = exif(number, **notation, before=b"".join(before))
    assert is_upright(PLACES[place](block, number), number)


@pytest.mark.parametrize("place", PLACES)
def test_behind_a_maker_that_points_outside(place: str) -> None:
    assert is_upright(PLACES[place](exif(6, before=entry(271, ASCII, 4_000, 99_999)), 6), 6)


def of_type(kind: int, value: bytes, count: int = 1) -> bytes:
    return b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHI", TAG, kind, count) + value.ljust(4, b"\0") + bytes(4)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "block",
    [
        exif(0),
        exif(9),
        exif(65_542, LONG),
        exif(-6, SIGNED_SHORT),
        of_type(ASCII, b"6\0", 2),
        of_type(UNDEFINED, b"\6"),
        of_type(RATIONAL, b"\x1a\0\0\0") + struct.pack("<II", 6, 1),
        of_type(SHORT, b"\6", 0),
        of_type(99, b"\6"),
        exif(6)[:15],
        b"XX" + exif(6)[2:],
        b"II*\0\xff\xff\xff\xff",
        b"",
    ],
)
def test_what_is_no_integer_from_1_to_8_changes_nothing(place: str, block: bytes) -> None:
    assert is_upright(PLACES[place](block, 1), None)


def test_the_first_of_two_counts() -> None:
    twice = exif(6, before=entry(TAG, SHORT, 1, 8))
    assert tiff.orientation(twice) == 8
    first, second = in_jpeg(exif(6), 6), b"Exif\0\0" + exif(1)
    at = 4 + int.from_bytes(first[4:6], "big")
    segment = b"\xff\xe1" + (len(second) + 2).to_bytes(2, "big") + second
    assert is_upright(first[:at] + segment + first[at:], 6)


def test_xmp_has_no_say() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    assert is_upright(pictures.jpeg(xmp=xmp), None)


def test_exif_has_no_say_where_the_container_tells() -> None:
    """MIAF, 7.3.6.7: a reader of HEIF and AVIF does what the boxes say. Browsers and libheif do so."""
    content = encoded(scene(), "AVIF", quality=95, exif=pictures.exif())
    at = content.index(struct.pack(">HH", 0x010E, ASCII))  # the description becomes an orientation
    turned = struct.pack(">HHIHH", TAG, SHORT, 1, 6, 0)
    patched = content[:at] + turned + content[at + len(turned) :]
    assert tiff.orientation(iso.avif.parts(patched).exif) == 6
    assert is_upright(patched, 1)
