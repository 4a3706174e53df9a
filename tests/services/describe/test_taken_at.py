"""When a picture was taken: whatever a camera writes, one ISO 8601 date or none."""

import pytest

from services.describe.facts import camera
from services.describe.tags import written
from tests.support.exif import of


@pytest.mark.parametrize(
    ("said", "taken_at"),
    [
        ("2016:09:25 18:35:10", "2016-09-25T18:35:10"),
        ("2016:09:25 18:35:10.107-07:00", "2016-09-25T18:35:10.107-07:00"),
        ("2016-09-25T18:35:10Z", "2016-09-25T18:35:10+00:00"),
        ("2016:09:25 18:35", "2016-09-25T18:35:00"),
        ("2016/09/25 18:35:10", "2016-09-25T18:35:10"),
        ("2003: 1: 2 10: 5: 3", "2003-01-02T10:05:03"),
        ("2016:09:25 18:35:10.12345678", "2016-09-25T18:35:10.123456"),
        ("2016.09.25 18:35:10,5", "2016-09-25T18:35:10.5"),
        ("2016:09:25 6:35:10 PM", "2016-09-25T18:35:10"),
        ("2016:09:25 12:35:10 a.m.", "2016-09-25T00:35:10"),
        ("2016:09:25 18:35:10GMT+02:00", "2016-09-25T18:35:10+02:00"),
        ("2016:09:25 18:35:10 UTC-3", "2016-09-25T18:35:10-03:00"),
        ("2016:09:25 18:35:10 +0530", "2016-09-25T18:35:10+05:30"),
        ("2016:09:25 18:35:10\N{MINUS SIGN}07:00", "2016-09-25T18:35:10-07:00"),
        ("2016:09:25 18:35:10z", "2016-09-25T18:35:10+00:00"),
        ("2016:09:25 18:35:10+02:00:00", "2016-09-25T18:35:10+02:00"),
        ("2016:09:25 18:35:10+99:00", "2016-09-25T18:35:10"),
        ("2016:09:25 18:35:10 +02:75", "2016-09-25T18:35:10"),
        ("2016:09:25 18:35:10 CEST", "2016-09-25T18:35:10"),
        ("2016-09-25", "2016-09-25"),
        ("2016:09", None),
        ("0000:00:00", None),
        ("0000-00-00T00:00:00Z", None),
        ("0000:00:00 00:00:00", None),
        ("2016:02:30 12:00:00", None),
        ("12576:52:49 32:53:52", None),
        (":  :     :  :", None),
        ("    :  :     :  :  ", None),
        ("2016:09:25 18:35:60", None),
        ("2016:09:25 18:35:1042", None),
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
    assert of(IPTC__DateCreated="2006:10:29").taken_at == "2006-10-29"


def test_a_day_without_a_time_counts_where_there_is_no_time_at_all() -> None:
    found = of(IPTC__DateCreated="2006:10:29", ExifIFD__CreateDate="2006:10:30 06:27:51")
    assert found.taken_at == "2006-10-30T06:27:51"


@pytest.mark.parametrize(
    "name",
    [
        "ExifIFD:DateTimeOriginal",
        "XMP-exif:DateTimeOriginal",
        "XMP-photoshop:DateCreated",
        "ExifIFD:CreateDate",
        "XMP-xmp:CreateDate",
        "XMP-exif:DateTimeDigitized",
        "PNG:CreationTime",
    ],
)
def test_every_place_of_a_date_is_read_where_those_before_it_say_none(name: str) -> None:
    tags: dict[str, str | float] = {"ExifIFD:DateTimeOriginal": "0000:00:00 00:00:00", name: "1987:06:05 10:11:12"}
    assert camera(written(tags)).taken_at == "1987-06-05T10:11:12"


def test_iptcs_date_has_an_offset_and_counts_before_its_xmp_twin() -> None:
    iptc: dict[str, str | float] = {"IPTC:DateCreated": "1987:06:05", "IPTC:TimeCreated": "10:11:12+01:00"}
    found = camera(written({"XMP-photoshop:DateCreated": "1987:06:05 10:11:12", **iptc}))
    assert found.taken_at == "1987-06-05T10:11:12+01:00"


def test_an_offset_that_stands_apart_is_for_exifs_own_dates_and_must_be_one() -> None:
    date = "2016:09:25 18:35:10"
    assert of(ExifIFD__CreateDate=date, ExifIFD__OffsetTime="-04:00").taken_at == "2016-09-25T18:35:10-04:00"
    assert of(Reconyx__CreateDate=date, ExifIFD__OffsetTime="-04:00").taken_at == "2016-09-25T18:35:10"
    assert of(ExifIFD__CreateDate=date, ExifIFD__OffsetTime="somewhere").taken_at == "2016-09-25T18:35:10"


@pytest.mark.parametrize(
    ("said", "offset"),
    [("GMT+02:00", "+02:00"), ("-0330", "-03:30"), ("+9", "+09:00"), ("Z", "+00:00"), ("UTC", "+00:00"), ("  :  ", "")],
)
def test_an_offset_that_stands_apart_is_mended_or_left_out(said: str, offset: str) -> None:
    found = of(ExifIFD__DateTimeOriginal="2016:09:25 18:35:10", ExifIFD__OffsetTimeOriginal=said)
    assert found.taken_at == f"2016-09-25T18:35:10{offset}"
    found = of(ExifIFD__DateTimeOriginal="2016:09:25 18:35:10", ExifIFD__TimeZoneOffset="-5 0")
    assert found.taken_at == "2016-09-25T18:35:10-05:00"
