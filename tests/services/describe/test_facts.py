"""From all tags to the facts that every camera may tell."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.events import Camera
from services.describe.facts import camera
from services.describe.tags import Tags, parse, written
from tests.support import exif
from tests.support.exif import of

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


def test_a_camera_tells_everything() -> None:
    assert camera(written(EXIF)) == exif.FACTS


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


def test_the_photographers_alt_text_is_a_fact_and_is_not_cut() -> None:
    alt = "A fox looks into the camera. " * 30
    found = camera({"XMP-iptcCore:AltTextAccessibility": msgspec.Raw(msgspec.json.encode(alt))})
    assert found == Camera(alt=alt.strip())


def test_a_picture_that_says_nothing_has_no_facts() -> None:
    assert camera({}) == Camera()
    assert msgspec.to_builtins(camera({})) == {}


@pytest.mark.parametrize(
    ("said", "celsius"),
    [
        ("-5 C", -5),
        ("21.5 °C", 21.5),
        (21, 21),
        ("-3", -3),
        ("75 F", 23.9),
        ("-40°F", -40),
        ("294 K", None),
        ("warm", None),
        ("75 F or so", None),
    ],
)
def test_a_temperature_is_in_degrees_celsius_whatever_the_camera_shows(
    said: str | float, celsius: float | None
) -> None:
    assert of(ExifIFD__AmbientTemperature=said).temperature_c == celsius


@pytest.mark.parametrize("nothing", ["", "  ", "---", "n/a", "Unknown (0)", "none", "\0\0"])
def test_words_that_mean_nothing_are_not_taken_for_facts(nothing: str) -> None:
    assert of(IFD0__Make=nothing, IFD0__Software=nothing, ExifIFD__LensModel=nothing) == Camera()


def test_numbers_in_makers_own_units_are_not_believed() -> None:
    assert of(Canon__ExposureTime=128, Canon__FNumber=14, Canon__Orientation=9) == Camera()


@pytest.mark.parametrize(
    "said", ["undef", "0", "0/0", "1/0", "inf", "Infinity", "nan", "-3", "9" * 400, "1e99", "1e-99", "1e999"]
)
def test_an_exposure_that_is_none_is_left_out(said: str) -> None:
    assert of(ExifIFD__ExposureTime=said).exposure_s is None


@pytest.mark.parametrize(("said", "seconds"), [("1/8000", 0.000125), ("1e-05", 1e-05), (1e-05, 1e-05), ("4", 4)])
def test_an_exposure_is_a_number_of_seconds(said: str | float, seconds: float) -> None:
    assert of(ExifIFD__ExposureTime=said).exposure_s == seconds


@pytest.mark.parametrize(
    ("iso", "others", "number"),
    [
        ("400 200", {}, 400),
        ("0 400", {}, 400),
        ("400, 200", {}, 400),
        (102400, {}, 102400),
        (65535, {"SensitivityType": 2, "RecommendedExposureIndex": 102400}, 102400),
        (65535, {"SensitivityType": 1, "StandardOutputSensitivity": 80000, "RecommendedExposureIndex": 102400}, 80000),
        (65535, {"SensitivityType": 3, "ISOSpeed": 204800}, 204800),
        (65535, {"ISOSpeed": 204800}, 204800),
        (65535, {"SensitivityType": 7, "ISOSpeed": 409600, "RecommendedExposureIndex": 102400}, 409600),
        (65535, {"SensitivityType": 0}, 65535),
        ("undef", {"SensitivityType": 2, "RecommendedExposureIndex": 125}, 125),
        (200, {"SensitivityType": 2, "RecommendedExposureIndex": 125}, 200),
    ],
)
def test_sensitivity_beyond_two_bytes_stands_where_exif_2_3_says(
    iso: str | float, others: dict[str, float], number: int
) -> None:
    tags = written({"ExifIFD:ISO": iso, **{f"ExifIFD:{name}": value for name, value in others.items()}})
    assert camera(tags).iso == number


def test_of_xmps_sensitivities_the_first_counts() -> None:
    assert camera(parse(b'[{"XMP-exif:ISO": [800, 400]}]')).iso == 800
    assert of(**{"XMP-exifEX__PhotographicSensitivity": 1600}).iso == 1600


@pytest.mark.parametrize(
    ("comment", "serial", "trigger"),
    [
        ("SN=X0000042\nTEXT1=north gate\nSOURCE=PIR", "X0000042", "PIR"),
        ("TEXT1=" + "gate " * 60 + "\r\nSOURCE=TIME LAPSE\r\nSN=X0000042\r\n", "X0000042", "TIME LAPSE"),
        ("serial number: X-42; source: PIR; temp=4", "X-42", "PIR"),
        ("S/N: 0042", "0042", None),
        ("SN=0000", None, None),
        ("a sunny day, SOURCE=web", None, None),
        ("MISN=4", None, None),
    ],
)
@pytest.mark.parametrize("where", ["File:Comment", "ExifIFD:UserComment"])
def test_a_serial_number_may_stand_in_a_comment(
    where: str, comment: str, serial: str | None, trigger: str | None
) -> None:
    found = camera(written({where: comment}))
    assert found.serial == serial
    assert found.trigger == trigger


@pytest.mark.parametrize(
    "name",
    ["IFD0:CameraSerialNumber", "Ricoh:BodySerialNumber", "XMP-aux:SerialNumber", "FujiFilm:InternalSerialNumber"],
)
def test_a_serial_number_is_read_wherever_it_stands_and_noughts_hide_none(name: str) -> None:
    tags: dict[str, str | float] = {"ExifIFD:SerialNumber": "0000", name: "X42"}
    assert camera(written(tags)).serial == "X42"


def test_a_serial_number_of_noughts_is_none() -> None:
    assert of(ExifIFD__SerialNumber="000000000000").serial is None
    assert of(Sony__InternalSerialNumber="0 0 0 0 0 0").serial is None
    assert of(Panasonic__InternalSerialNumber="S000407190102").serial == "S000407190102"


@pytest.mark.parametrize(
    ("said", "serial"),
    [
        (62021002724, "62021002724"),
        ("0042", "0042"),
        ("  H550HH 12223408 \0", "H550HH 12223408"),
        ("12e5", "12e5"),
        ("1.10", "1.10"),
        ("№" * 5000, "№" * 200),
    ],
)
def test_a_serial_number_is_kept_as_it_is_written(said: str | float, serial: str) -> None:
    assert of(ExifIFD__SerialNumber=said).serial == serial


def test_a_position_has_no_more_decimals_than_mean_something() -> None:
    found = camera(written({"XMP-exif:GPSLatitude": 5e-324, "XMP-exif:GPSLongitude": 1.33973705455123}))
    assert (found.latitude, found.longitude) == (0, 1.339737055)


def test_the_thumbnails_tags_are_not_the_pictures() -> None:
    assert of(IFD1__Orientation=6, IFD1__Make="x") == Camera()


NAMES = [*EXIF, *RECONYX, "IPTC:DateCreated", "IPTC:TimeCreated", "XMP-exif:GPSLatitude", "XMP-exif:GPSLongitude"]
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.none() | st.booleans() | st.text() | st.integers() | FLOATS | st.sampled_from(list(EXIF.values()))
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=4)
NUMBERS = st.from_regex(
    r"-?[1-9][0-9]{0,14}(\.[0-9]{1,16})?(e[-+]?[0-9]{1,3})?", fullmatch=True
)  # as exiftool writes them


def tags_of(said: dict[str, Any], numbers: dict[str, str]) -> Tags:
    told = {name: json.dumps(value) for name, value in said.items()} | numbers
    return parse(f"[{{{', '.join(f'{json.dumps(name)}: {value}' for name, value in told.items())}}}]".encode())


# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MOST_KEY_BYTES, MOST_DIGITS, SMALLEST, GREATEST = 1024, 38, Decimal("1e-130"), Decimal("9.9e125")


@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.dictionaries(st.sampled_from(NAMES), NUMBERS))
def test_whatever_a_file_says_the_facts_can_be_said_and_stored(said: dict[str, Any], numbers: dict[str, str]) -> None:
    found = camera(tags_of(said, numbers))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Camera) == found
    for value in msgspec.to_builtins(found).values():
        if isinstance(value, str):
            assert value
            assert value.isprintable()
            assert len(value.encode()) <= MOST_KEY_BYTES
        else:
            number = Decimal(str(value))
            assert number == 0 or SMALLEST <= abs(number) <= GREATEST
            assert len(number.as_tuple().digits) <= MOST_DIGITS
    if found.taken_at:
        datetime.fromisoformat(found.taken_at)
