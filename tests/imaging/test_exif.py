"""Credits may be kept, by name; nothing else ever is."""

from io import BytesIO

import pytest
from PIL import ExifTags, Image

from imaging.containers import tiff
from imaging.exif import MAX_CREDIT, credits_of
from services.normalize.pixels import normalize
from tests import pictures

WRITABLE = ["JPEG", "PNG", "WEBP", "TIFF"]


def signed(format_: str, artist: str = "Ada", **more: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = artist
    exif[ExifTags.Base.Copyright] = "Ada, 2026"
    exif[ExifTags.Base.Make] = "a maker"
    for name, value in more.items():
        exif[ExifTags.Base[name]] = value
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    return pictures.encoded(pictures.scene(), format_, exif=exif)


def kept(content: bytes) -> dict[int, str]:
    with Image.open(BytesIO(content)) as image:
        return dict(image.getexif())


@pytest.mark.parametrize("format_", WRITABLE)
def test_nothing_is_kept_unless_it_is_asked_for(format_: str) -> None:
    assert kept(normalize(signed(format_)).content) == {}


@pytest.mark.parametrize("format_", WRITABLE)
def test_what_is_asked_for_is_kept_and_nothing_else(format_: str) -> None:
    assert kept(normalize(signed(format_), keep=["copyright"]).content) == {ExifTags.Base.Copyright: "Ada, 2026"}
    both = kept(normalize(signed(format_), keep=["artist", "copyright"]).content)
    assert both == {ExifTags.Base.Artist: "Ada", ExifTags.Base.Copyright: "Ada, 2026"}


def test_a_stripped_jpeg_keeps_its_credits_and_its_pixels() -> None:
    master = normalize(signed("JPEG"), keep=["artist"])
    assert master.method == "stripped"
    assert kept(master.content) == {ExifTags.Base.Artist: "Ada"}


def test_a_turned_picture_keeps_its_credits_and_not_its_orientation() -> None:
    master = normalize(signed("JPEG", Orientation=6), keep=["artist"])
    assert master.method == "re-encoded"
    assert kept(master.content) == {ExifTags.Base.Artist: "Ada"}


def test_credits_are_no_place_to_hide_a_book() -> None:
    image = Image.open(BytesIO(signed("JPEG", artist="A" * 5000)))
    exif = Image.Exif()
    exif.load(credits_of(image, ["artist"]))
    assert exif[ExifTags.Base.Artist] == "A" * MAX_CREDIT


@pytest.mark.parametrize("block", [b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff", b"\0" * 20])
def test_damaged_exif_says_nothing(block: bytes) -> None:
    image = Image.new("RGB", (2, 2))
    image.info["exif"] = block
    assert tiff.orientation(block) is None
    assert credits_of(image, ["artist"]) == b""
