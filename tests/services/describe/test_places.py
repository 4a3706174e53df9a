"""Where a picture was taken: what the catalog learns of it."""

import gzip
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.describe.facts import camera
from services.describe.places import allowed, is_place, position, tell
from services.describe.tags import packed, parse, written

WHERE: dict[str, str | float] = {
    "GPS:GPSVersionID": "2.3.0.0",
    "GPS:GPSLatitude": 46.8968040293028,
    "GPS:GPSLatitudeRef": "North",
    "GPS:GPSLongitude": 1.33973705455,
    "GPS:GPSLongitudeRef": "West",
    "GPS:GPSAltitude": "139.34 m",
    "GPS:GPSTimeStamp": "10:12:07",
    "FLIR:GPSLatitude": 46.8968040293028,
    "XMP-drone-dji:GPSLongtitude": "+10.1913155",
    "XMP-drone-dji:RelativeAltitude": "+12",
    "XMP-photoshop:City": "Challans",
    "IPTC:Province-State": "Vendée",
    "IPTC:Sub-location": "Rue de la Paix 4",
    "XMP-iptcCore:CountryCode": "FR",
    "XMP-iptcExt:LocationShownCity": "Challans",
    "IPTC:ContentLocationName": "Challans",
    "IPTC:ContentLocationCode": "FRA",
    "XMP-xmpDM:ShotLocation": "Challans",
    "XMP-dwc:DCLocality": "Marais breton",
    "XMP-cell:CellTowerID": "4711",
    "XMP-photoshop:State": "Vendée",
    "Panasonic:Landmark": "Vieux château",
    "Panasonic:City2": "Challans",
    "Samsung:LocalLocationName": "Challans",
    "Samsung:MCCData": "France (208)",
    "Pentax:DestinationCity": "Paris",
    "Canon:TimeZoneCity": "Paris",
    "IFD0:GeoTiffDoubleParams": "0 0 0",
    "IFD0:ModelTiePoint": "0 0 0 -1.34 46.9 0",
    "IPTC:Keywords": "geo:lat=46.8968",
    "XMP-dc:Subject": "geo:lon=-1.3397",
    "XMP-dc:Identifier": "geo:46.8968,-1.3397",
}
WHAT: dict[str, str | float] = {
    "IFD0:Make": "GoPro",
    "ExifIFD:ColorSpace": "sRGB",
    "Sony:LocationType": "none",
    "IFD0:Software": "Velocity",
    "GoPro:BatteryCapacity": 1000,
    "Sony:BatteryState": "Full",
    "Casio:ModelType": "3",
    "RIFF:Opacity": 1,
    "ICC-chrm:ChromaticityColorant": "Unknown",
    "ExifIFD:ISOSpeedLatitudeyyy": 100,
    "Olympus:DistortionGeometry": "none",
    "XMP-lr:HierarchicalSubject": "fox, geology",
    "XMP-dc:Title": "Fox in a landscape",
}


def test_keep_keeps_everything() -> None:
    tags = written(WHERE | WHAT)
    assert allowed(tags, "keep") == tags
    assert position(tags) == (46.8968040293028, -1.33973705455)


def test_drop_leaves_nothing_of_the_place_and_everything_else() -> None:
    kept = allowed(written(WHERE | WHAT), "drop")
    assert set(kept) == set(WHAT)
    assert position(kept) is None


def test_a_list_of_keywords_goes_with_the_place_among_them() -> None:
    tags = parse(b'[{"IPTC:Keywords":["fox","Geo:Lat=46.8968","geo:lon=-1.3397"],"XMP-dc:Subject":["fox",3]}]')
    assert set(allowed(tags, "drop")) == {"XMP-dc:Subject"}


def test_round_leaves_a_position_to_a_hundredth_of_a_degree_alone() -> None:
    kept = allowed(written(WHERE | WHAT), "round")
    assert position(kept) == (46.9, -1.34)
    places = {name for name in kept if is_place(name)}
    assert places == {"GPS:GPSLatitude", "GPS:GPSLatitudeRef", "GPS:GPSLongitude", "GPS:GPSLongitudeRef"}
    assert b"46.89" not in gzip.decompress(packed(kept))


def test_round_without_a_position_is_drop() -> None:
    assert allowed(written({"XMP-photoshop:City": "Challans"} | WHAT), "round") == written(WHAT)


@pytest.mark.parametrize("bad", [4294967295, -91, "nowhere", ""])
def test_a_position_off_the_globe_is_none(bad: str | float) -> None:
    tags = written(WHERE | {"GPS:GPSLatitude": bad})
    assert position(tags) is None
    assert camera(tags).latitude is None


def test_a_position_without_its_other_half_is_none() -> None:
    assert position(written({"GPS:GPSLatitude": 4.0, "GPS:GPSLatitudeRef": "North"})) is None


def test_xmps_position_counts_where_exif_says_none() -> None:
    assert position(written({"XMP-exif:GPSLatitude": 48.5, "XMP-exif:GPSLongitude": -2.25})) == (48.5, -2.25)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_position_that_is_told_is_the_one_that_is_heard(latitude: float, longitude: float) -> None:
    assume(latitude or longitude)
    assert position(tell(latitude, longitude)) == pytest.approx((latitude, longitude))


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_rounded_position_is_within_a_hundredth_of_a_degree(latitude: float, longitude: float) -> None:
    assume(round(latitude, 2) or round(longitude, 2))
    kept = allowed(tell(latitude, longitude), "round")
    assert position(kept) == pytest.approx((latitude, longitude), abs=0.005001)
    for value in json.loads(gzip.decompress(packed(kept))).values():
        assert isinstance(value, str) or value == round(value, 2)


BARE: dict[str, str | float] = {"GPS:GPSLatitude": 33.5, "GPS:GPSLongitude": 151.25}
SYDNEY = (-33.5, 151.25)


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"GPS:GPSLatitudeRef": "S", "GPS:GPSLongitudeRef": "E"}, SYDNEY),
        ({"GPS:GPSLatitudeRef": "s", "GPS:GPSLongitudeRef": "e"}, SYDNEY),
        ({"GPS:GPSLatitudeRef": "South", "GPS:GPSLongitudeRef": " East "}, SYDNEY),
        ({"GPS:GPSLatitude": -33.5, "GPS:GPSLatitudeRef": "S", "GPS:GPSLongitudeRef": "E"}, SYDNEY),
        ({"GPS:GPSLatitude": -33.5, "GPS:GPSLongitudeRef": "E"}, SYDNEY),
        ({}, None),
        ({"GPS:GPSLatitudeRef": "S"}, None),
        ({"GPS:GPSLatitudeRef": "Unknown (0)", "GPS:GPSLongitudeRef": "E"}, None),
        ({"GPS:GPSLatitudeRef": "?", "GPS:GPSLongitudeRef": "E"}, None),
        ({"XMP-exif:GPSLatitude": -33.5, "XMP-exif:GPSLongitude": 151.25}, SYDNEY),
        ({"XMP-exif:GPSLatitude": -33.5, "GPS:GPSLongitudeRef": "E"}, SYDNEY),
        ({"GPS:GPSLatitudeRef": "S", "XMP-exif:GPSLongitude": 151.25}, SYDNEY),
        ({"XMP-exif:GPSLatitude": 33.5, "XMP-exif:GPSLatitudeRef": "S", "XMP-exif:GPSLongitude": 151.25}, SYDNEY),
        ({"XMP-drone-dji:GPSLatitude": "-33.5", "XMP-drone-dji:GPSLongtitude": "+151.25"}, SYDNEY),
        ({"GPS:GPSLatitude": 0, "GPS:GPSLatitudeRef": "N", "GPS:GPSLongitude": 0, "GPS:GPSLongitudeRef": "E"}, None),
        (
            {"GPS:GPSLatitude": 0, "GPS:GPSLatitudeRef": "N", "GPS:GPSLongitude": 0, "GPS:GPSLongitudeRef": "E"}
            | {"XMP-exif:GPSLatitude": -33.5, "XMP-exif:GPSLongitude": 151.25},
            SYDNEY,
        ),
        ({"GPS:GPSLatitude": 0, "GPS:GPSLatitudeRef": "N", "GPS:GPSLongitudeRef": "E"}, (0, 151.25)),
        ({"GPS:GPSLatitude": "", "GPS:GPSLatitudeRef": "S", "GPS:GPSLongitudeRef": "E"}, None),
    ],
)
def test_a_position_has_its_half_of_the_globe_from_wherever_that_is_said(
    said: dict[str, str | float], where: tuple[float, float] | None
) -> None:
    assert position(written(BARE | said)) == where
