"""Admission: by what a file is, not by what it is called."""

import struct
from collections.abc import Callable
from zlib import crc32

import pytest

from imaging.containers import whole
from imaging.limits import MAX_BYTES
from imaging.reasons import UnsupportedFormat
from services.ingest import admission
from services.ingest.admission import Admitted, admit
from services.ingest.reasons import EmptyObject, NotAnImage, TooLarge, TooManyPixels
from tests.support import pictures


def admitted(content: bytes) -> Admitted:
    return admit(whole(content), len(content))


GOOD: dict[str, tuple[str, Callable[[], bytes]]] = {
    **{name: (name, draw) for name, draw in pictures.ORDINARY.items()},
    "PNG with alpha": ("PNG", pictures.alpha_png),
    "PNG with palette": ("PNG", pictures.palette_png),
    "WebP with alpha": ("WEBP", pictures.alpha_webp),
    "WebP with loss": ("WEBP", lambda: pictures.encoded(pictures.scene(), "WEBP", quality=80)),
    "WebP with Exif": ("WEBP", lambda: pictures.oriented("WEBP", 1)),
    "JPEG for print": ("JPEG", pictures.cmyk_jpeg),
    "progressive JPEG": ("JPEG", lambda: pictures.jpeg(progressive=True)),
    "JPEG of two pictures": ("JPEG", pictures.mpo),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_picture_is_admitted_with_its_facts(name: str) -> None:
    format_, draw = GOOD[name]
    assert admitted(draw()) == Admitted(format_, *pictures.SIZE)


def test_width_and_height_are_those_before_turning() -> None:
    width, height = pictures.SIZE
    assert admitted(pictures.oriented("JPEG", 6)) == Admitted("JPEG", height, width)


def test_damage_behind_the_header_is_not_ingests_business() -> None:
    assert admitted(pictures.truncated_jpeg()) == Admitted("JPEG", 400, 300)


def test_an_empty_object_is_refused() -> None:
    with pytest.raises(EmptyObject, match="no bytes"):
        admitted(b"")


@pytest.mark.parametrize(
    "content",
    [
        pictures.text_named_jpg(),
        b"x",
        b"PK\x03\x04" + bytes(100),
        b"\x7fELF" + bytes(100),
        b"<!doctype html><svg></svg>",
        b"RIFF\x24\0\0\0WAVEfmt ",
        bytes(1_000),
    ],
    ids=["text", "one byte", "zip", "program", "HTML", "sound", "zeros"],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAnImage):
        admitted(content)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow remarks on a TIFF that ends early
@pytest.mark.parametrize("name", pictures.ORDINARY)
def test_a_mere_beginning_of_a_picture_is_refused(name: str) -> None:
    with pytest.raises(NotAnImage, match="begins like"):
        admitted(pictures.ORDINARY[name]()[:16])


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b'<?xml version="1.0"?>\n<!-- c -->\n<svg/>', "SVG"),
        (b"\xef\xbb\xbf  <svg/>", "SVG"),
        (b"8BPS\0\1", "PSD"),
        (b"\0\0\1\0\1\0", "ICO"),
        (b"\xff\x0a\0", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n", "JPEG 2000"),
        (b"II+\0\x08\0\0\0", "BigTIFF"),
        (b"FUJIFILMCCD-RAW", "RAF"),
    ],
)
def test_pictures_of_other_kinds_are_refused_with_advice(content: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=f"^{name} is not supported; save it as "):
        admitted(content + bytes(64))


def test_too_many_bytes_are_refused_without_a_look() -> None:
    with pytest.raises(TooLarge, match=r"104,857,601 bytes; the limit is 104,857,600"):
        admit(whole(b""), MAX_BYTES + 1)


def test_the_last_permitted_byte_is_permitted() -> None:
    assert admit(whole(pictures.jpeg()), MAX_BYTES).format == "JPEG"


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds no pixels."""
    chunk = struct.pack(">4sIIBBBBB", b"IHDR", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", crc32(chunk)) + b"\0\0\0\0IDAT"


def webp_header(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 1_000) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + sides + bytes(64)


@pytest.mark.parametrize("header", [png_header, webp_header])
@pytest.mark.parametrize(("width", "height"), [(9_460, 9_460), (16_383, 16_383)])
def test_too_many_pixels_are_refused_by_the_header_alone(
    header: Callable[[int, int], bytes], width: int, height: int
) -> None:
    with pytest.raises(TooManyPixels):
        admitted(header(width, height))


@pytest.mark.parametrize("name", pictures.ORDINARY)
def test_the_limit_counts_for_every_format(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    width, height = pictures.SIZE
    content = pictures.ORDINARY[name]()
    monkeypatch.setattr(admission, "max_pixels", lambda _: width * height)
    assert admitted(content).width == width
    monkeypatch.setattr(admission, "max_pixels", lambda _: width * height - 1)
    with pytest.raises(TooManyPixels, match=r"96×64 is 6,144 pixels; the limit for [A-Z]+ is 6,143"):
        admitted(content)
