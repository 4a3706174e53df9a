"""HEIF and AVIF: boxes, what is shown, and what is missing."""

import struct

import pytest

from imaging.containers import iso, whole
from imaging.reasons import CorruptImage
from tests.support import pictures


def box(kind: bytes, payload: bytes, size: int | None = None) -> bytes:
    return (8 + len(payload) if size is None else size).to_bytes(4, "big") + kind + payload


def meta(*properties: bytes, coding: bytes = b"hvc1") -> bytes:
    """Return the boxes of one picture, the primary one, with these properties."""
    numbers = bytes(range(1, len(properties) + 1))
    ipma = bytes(4) + (1).to_bytes(4, "big") + b"\0\1" + bytes([len(numbers)]) + numbers
    iprp = box(b"iprp", box(b"ipco", b"".join(properties)) + box(b"ipma", ipma))
    infe = box(b"infe", b"\2\0\0\0" + b"\0\1" + b"\0\0" + coding + b"\0")
    iinf = box(b"iinf", bytes(4) + b"\0\1" + infe)
    return box(b"meta", bytes(4) + box(b"pitm", bytes(4) + b"\0\1") + iinf + iprp)


def ispe(width: int, height: int) -> bytes:
    return box(b"ispe", bytes(4) + struct.pack(">II", width, height))


def clap(width: int, height: int, right: int = 0, down: int = 0, of: int = 1) -> bytes:
    return box(b"clap", struct.pack(">IIIIiIiI", width * of, of, height * of, of, right, of, down, of))


WHOLE = box(b"ftyp", b"heic\0\0\0\0") + meta(ispe(160, 120)) + box(b"mdat", b"p" * 100)


def test_a_whole_file_is_whole() -> None:
    iso.heif.parts(WHOLE)
    iso.heif.parts(WHOLE + (1).to_bytes(4, "big") + b"free" + (20).to_bytes(8, "big") + b"1234")
    iso.heif.parts(WHOLE[:-108] + box(b"mdat", b"p" * 100, size=0))


def test_what_a_program_has_hung_on_is_not_missed() -> None:
    iso.heif.parts(WHOLE + b"\xde\xad\xbe\xef and more of it")


@pytest.mark.parametrize("missing", [1, 50, 99])
def test_a_file_that_was_cut_off_is_corrupt_and_the_reason_says_by_how_much(missing: int) -> None:
    with pytest.raises(CorruptImage, match=f"{missing} bytes are missing"):
        iso.heif.parts(WHOLE[:-missing])


@pytest.mark.parametrize(
    ("aperture", "box_"),
    [
        (clap(80, 60), (40, 30, 120, 90)),
        (clap(80, 60, -40, -30), (0, 0, 80, 60)),
        (clap(80, 60, 40, 30), (80, 60, 160, 120)),
        (clap(80, 60, 7, -5, of=2), (44, 28, 124, 88)),  # half pixels: to the nearest whole one
        (clap(80, 60, 4000, -4000), (80, 0, 160, 60)),  # beyond the picture: as far as it goes
        (clap(800, 600), (0, 0, 160, 120)),
        (clap(0, 60), None),
        (clap(80, 60, of=0), None),
        (box(b"clap", b"short"), None),
    ],
)
def test_the_clean_aperture_is_what_is_shown(aperture: bytes, box_: tuple[int, ...] | None) -> None:
    """ISO/IEC 14496-12, 12.1.4: a size, and how far its middle is from the picture's; libheif rounds likewise."""
    assert iso.primary(whole(box(b"ftyp", b"avif") + meta(ispe(160, 120), aperture))).box == box_


def test_of_heif_the_size_is_that_of_what_is_shown_upright() -> None:
    turned = meta(ispe(160, 120), clap(80, 60), box(b"irot", b"\1"))
    assert iso.heif.size(whole(turned)) == (60, 80)
    assert iso.avif.size(whole(turned)) == (80, 60)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_avifs_rotation_and_mirror_are_read_as_pillow_writes_them(orientation: int) -> None:
    assert iso.avif.parts(pictures.oriented("AVIF", orientation)).orientation == orientation
