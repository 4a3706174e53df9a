"""From all tags to the facts that every camera may tell."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.events import Camera
from services.describe.facts import camera
from services.describe.tags import Tags, written

EXIF: dict[str, str | float] = {
    "File:FileType": "JPEG",
    "IFD0:Make": "Canon",
    "IFD0:Model": "Canon EOS 7D",
    "IFD0:Orientation": 6,
    "IFD0:Software": "1.10",
    "ExifIFD:ExposureTime": "1/60",
    "ExifIFD:FNumber": 2.8,
    "ExifIFD:ISO": 400,
    "ExifIFD:FocalLength": "34.0 mm",
    "ExifIFD:DateTimeOriginal": "2016:09:25 18:35:10",
    "ExifIFD:CreateDate": "2016:09:26 18:35:10",
    "ExifIFD:OffsetTimeOriginal": "+02:00",
    "ExifIFD:SerialNumber": "062021002724",
    "ExifIFD:LensModel": "EF-S18-55mm",
    "GPS:GPSLatitude": 46.5,
    "GPS:GPSLatitudeRef": "South",
    "GPS:GPSLongitude": 1.25,
    "GPS:GPSLongitudeRef": "West",
}
RECONYX: dict[str, str | float] = {
    "ExifIFD:ExposureTime": "1/30",
    "Reconyx:MakerNoteVersion": "0xf101",
    "Reconyx:FirmwareVersion": "3.0.1",
    "Reconyx:TriggerMode": "Motion Detection",
    "Reconyx:Sequence": "1 of 3",
    "Reconyx:DateTimeOriginal": "2010:11:06 04:04:00",
    "Reconyx:MoonPhase": "New",
    "Reconyx:AmbientTemperatureFahrenheit": "34 F",
    "Reconyx:AmbientTemperature": "-5 C",
    "Reconyx:SerialNumber": "P800BD05003063",
    "Reconyx:BatteryVoltage": "9.82 V",
}


def of(**tags: str | float) -> Camera:
    """Return the facts of tags whose colons are written as two underlines."""
    return camera(written({name.replace("__", ":"): value for name, value in tags.items()}))


def test_a_camera_tells_everything() -> None:
    assert camera(written(EXIF)) == Camera(
        make="Canon",
        model="Canon EOS 7D",
        serial="062021002724",
        taken_at="2016-09-25T18:35:10+02:00",
        latitude=-46.5,
        longitude=-1.25,
        lens="EF-S18-55mm",
        exposure_s=0.016666667,
        aperture=2.8,
        iso=400,
        focal_mm=34,
        orientation=6,
        software="1.10",
    )


def test_a_camera_trap_tells_more_and_its_notes_say_who_made_it() -> None:
    assert camera(written(RECONYX)) == Camera(
        make="RECONYX",
        model="HyperFire",
        serial="P800BD05003063",
        taken_at="2010-11-06T04:04:00",
        exposure_s=0.033333333,
        software="3.0.1",
        temperature_c=-5,
        moon_phase="New",
        trigger="Motion Detection",
        sequence="1 of 3",
        battery="9.82 V",
    )


def test_what_a_camera_trap_itself_says_of_its_make_counts_more_than_its_notes() -> None:
    found = camera(written(RECONYX | {"IFD0:Make": "RECONYX", "IFD0:Model": "HC550 HYPERFIRE"}))
    assert (found.make, found.model) == ("RECONYX", "HC550 HYPERFIRE")


def test_swapped_make_and_model_are_put_right() -> None:
    found = of(IFD0__Make="G4", IFD0__Model="CUDDEBACK")
    assert (found.make, found.model) == ("CUDDEBACK", "G4")
    assert of(IFD0__Make="Cuddeback", IFD0__Model="G4") == Camera(make="Cuddeback", model="G4")


def test_a_picture_that_says_nothing_has_no_facts() -> None:
    assert camera({}) == Camera()
    assert msgspec.to_builtins(camera({})) == {}


@pytest.mark.parametrize("nothing", ["", "  ", "---", "n/a", "Unknown (0)", "none", "\0\0"])
def test_words_that_mean_nothing_are_not_taken_for_facts(nothing: str) -> None:
    assert of(IFD0__Make=nothing, IFD0__Software=nothing, ExifIFD__LensModel=nothing) == Camera()


@pytest.mark.parametrize(
    ("said", "taken_at"),
    [
        ("2016:09:25 18:35:10", "2016-09-25T18:35:10"),
        ("2016:09:25 18:35:10.107-07:00", "2016-09-25T18:35:10.107-07:00"),
        ("2016-09-25T18:35:10Z", "2016-09-25T18:35:10+00:00"),
        ("2016:09:25 18:35", "2016-09-25T18:35:00"),
        ("0000:00:00 00:00:00", None),
        ("2016:02:30 12:00:00", None),
        ("12576:52:49 32:53:52", None),
        (":  :     :  :", None),
        ("yesterday", None),
    ],
)
def test_dates_are_iso_8601_or_no_dates(said: str, taken_at: str | None) -> None:
    assert of(ExifIFD__DateTimeOriginal=said).taken_at == taken_at


def test_the_time_of_taking_counts_before_that_of_digitizing_and_exifs_before_a_makers() -> None:
    taken, digitized = "2016:09:25 18:35:10", "2017:01:01 00:00:00"
    found = of(Reconyx__DateTimeOriginal=digitized, ExifIFD__CreateDate=digitized, ExifIFD__DateTimeOriginal=taken)
    assert found.taken_at == "2016-09-25T18:35:10"
    assert of(ExifIFD__DateTimeOriginal="0000:00:00 00:00:00", ExifIFD__CreateDate=taken).taken_at is not None


def test_iptcs_day_and_time_are_put_together() -> None:
    assert (
        of(IPTC__DateCreated="2006:10:29", IPTC__TimeCreated="06:27:51-05:00").taken_at == "2006-10-29T06:27:51-05:00"
    )
    assert of(IPTC__DateCreated="2006:10:29").taken_at is None


def test_an_offset_that_stands_apart_is_for_exifs_own_dates_and_must_be_one() -> None:
    date = "2016:09:25 18:35:10"
    assert of(ExifIFD__CreateDate=date, ExifIFD__OffsetTime="-04:00").taken_at == "2016-09-25T18:35:10-04:00"
    assert of(Reconyx__CreateDate=date, ExifIFD__OffsetTime="-04:00").taken_at == "2016-09-25T18:35:10"
    assert of(ExifIFD__CreateDate=date, ExifIFD__OffsetTime="somewhere").taken_at == "2016-09-25T18:35:10"


def test_numbers_in_makers_own_units_are_not_believed() -> None:
    assert of(Canon__ExposureTime=128, Canon__FNumber=14, Canon__Orientation=9) == Camera()


@pytest.mark.parametrize("said", ["undef", "0", "1/0", "inf", "-3", "9" * 400])
def test_an_exposure_that_is_none_is_left_out(said: str) -> None:
    assert of(ExifIFD__ExposureTime=said).exposure_s in {None, 1}


@pytest.mark.parametrize("said", [0, 9, 1234567, "upside down"])
def test_only_exifs_eight_orientations_count(said: str | float) -> None:
    assert of(IFD0__Orientation=said).orientation is None


def test_a_serial_number_of_noughts_is_none() -> None:
    assert of(ExifIFD__SerialNumber="000000000000").serial is None
    assert of(Sony__InternalSerialNumber="0 0 0 0 0 0").serial is None
    assert of(Panasonic__InternalSerialNumber="S000407190102").serial == "S000407190102"


def test_the_thumbnails_tags_are_not_the_pictures() -> None:
    assert of(IFD1__Orientation=6, IFD1__Make="x") == Camera()


NAMES = [*EXIF, *RECONYX, "IPTC:DateCreated", "IPTC:TimeCreated", "XMP-exif:GPSLatitude", "XMP-exif:GPSLongitude"]
VALUES = (
    st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(list(EXIF.values()))
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_whatever_a_file_says_the_facts_can_be_said_and_stored(said: Tags) -> None:
    found = camera(written(said))  # type: ignore[arg-type]
    assert msgspec.json.decode(msgspec.json.encode(found), type=Camera) == found
    for text in msgspec.to_builtins(found).values():
        assert not isinstance(text, str) or (text and text.isprintable() and len(text) <= 200)
