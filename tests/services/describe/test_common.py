"""The common set, by Pillow."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from kit.events import Camera
from services.describe.common import read
from services.describe.facts import camera
from services.describe.head import reaches_pixels
from services.describe.places import position
from tests.support import exif as drawn
from tests.support import pictures


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_pillow_reads_the_common_set(format_: str) -> None:
    assert camera(read(drawn.picture(format_))) == drawn.FACTS


def test_of_a_tiff_pillow_writes_the_first_directory_alone() -> None:
    found = camera(read(drawn.picture("TIFF")))
    assert found == Camera(make="Canon", model="Canon EOS 7D", software="1.10")


def test_avif_keeps_its_orientation_elsewhere() -> None:
    found = camera(read(drawn.picture("AVIF")))
    assert found == drawn.FACTS


def test_of_a_jpeg_the_head_is_enough() -> None:
    content = drawn.picture(quality=95)
    assert reaches_pixels(head := content[: content.index(b"\xff\xda") + 14])
    assert camera(read(head)) == drawn.FACTS


@pytest.mark.parametrize("content", [pictures.jpeg(), pictures.png(), b"", b"no picture", pictures.jpeg()[:20]])
def test_what_says_nothing_and_what_is_no_picture_have_no_tags(content: bytes) -> None:
    assert read(content) == {}


def with_texts(**texts: bytes) -> bytes:
    block = Image.Exif()
    for name, text in texts.items():
        block[ExifTags.Base[name]] = text
    return pictures.encoded(pictures.scene(), "JPEG", exif=block)


def test_texts_end_where_they_end_and_may_be_utf_8_or_latin_1() -> None:
    found = camera(read(with_texts(Make="相机".encode(), Model=b"Mod\xe8le ", Software=b"1.10\0rest of the buffer")))
    assert (found.make, found.model, found.software) == ("相机", "Modèle", "1.10")


def test_a_serial_number_that_is_a_number_stays_whole() -> None:
    block = Image.Exif()
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = 12345
    assert camera(read(pictures.encoded(pictures.scene(), "JPEG", exif=block))).serial == "12345"


def test_what_divides_by_nought_is_nothing() -> None:
    block = drawn.exif()
    exif = block.get_ifd(ExifTags.IFD.Exif)
    exif[ExifTags.Base.FNumber], exif[ExifTags.Base.FocalLength] = drawn.Rational(0, 0), drawn.Rational(1, 0)
    block.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (drawn.Rational(0, 0),) * 3
    found = camera(read(pictures.encoded(pictures.scene(), "JPEG", exif=block)))
    nothing = {"aperture": None, "focal_mm": None, "latitude": None, "longitude": None}
    assert found == msgspec.structs.replace(drawn.FACTS, **nothing)


@pytest.mark.parametrize("missing", [ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLongitude])
def test_half_a_position_is_none(missing: int) -> None:
    block = drawn.exif()
    del block.get_ifd(ExifTags.IFD.GPSInfo)[missing]
    assert position(read(pictures.encoded(pictures.scene(), "JPEG", exif=block))) is None


def with_gps(**values: Any) -> bytes:
    block = drawn.exif()
    gps = block.get_ifd(ExifTags.IFD.GPSInfo)
    gps.update({ExifTags.GPS[name]: value for name, value in values.items() if value is not None})
    for name, value in values.items():
        if value is None:
            del gps[ExifTags.GPS[name]]
    return pictures.encoded(pictures.scene(), "JPEG", exif=block)


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"GPSLatitudeRef": "s", "GPSLongitudeRef": "e"}, (-46.5, 1.25)),
        ({"GPSLatitudeRef": "South", "GPSLongitudeRef": "W"}, (-46.5, -1.25)),
        ({"GPSLatitudeRef": None}, None),
        ({"GPSLatitudeRef": "?"}, None),
        ({"GPSLatitude": (drawn.Rational(93, 2),)}, (-46.5, -1.25)),
        ({"GPSLatitude": (46.0, 30.0, 0.0), "GPSLatitudeRef": "N"}, (46.5, -1.25)),
        ({"GPSLatitude": (46, 30, drawn.Rational(0, 0))}, None),
        ({"GPSLatitude": (0, 0, 0), "GPSLongitude": (0, 0, 0)}, None),
        ({"GPSLatitude": (0, 0, 0)}, (0, -1.25)),
    ],
)
def test_a_position_needs_its_half_of_the_globe(said: dict[str, Any], where: tuple[float, float] | None) -> None:
    assert position(read(with_gps(**said))) == where


def test_exif_2_3s_sensitivities_are_read() -> None:
    block = Image.Exif()
    block.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.ISOSpeedRatings: 65535,
            ExifTags.Base.SensitivityType: 2,
            ExifTags.Base.RecommendedExposureIndex: 102400,
        }
    )
    assert camera(read(pictures.encoded(pictures.scene(), "JPEG", exif=block))).iso == 102400
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ISOSpeedRatings] = (0, 400)
    assert camera(read(pictures.encoded(pictures.scene(), "JPEG", exif=block))).iso == 400


def test_what_stands_behind_a_damaged_tag_is_read() -> None:
    content = drawn.picture()
    make = content.index(b"\x01\x0f\x00\x02") + 8  # behind the tag, its type, and how many
    damaged = content[:make] + b"\x7f\xff\xff\xff" + content[make + 4 :]
    assert camera(read(damaged)) == msgspec.structs.replace(drawn.FACTS, make=None)


CONTENT = drawn.picture()
HEADER = CONTENT.index(b"Exif")


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(st.integers(HEADER, HEADER + 600), st.binary(min_size=1, max_size=8))
def test_damaged_exif_on_good_pixels_is_no_error(position: int, damage: bytes) -> None:
    damaged = CONTENT[:position] + damage + CONTENT[position + len(damage) :]
    camera(read(damaged))
