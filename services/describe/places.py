"""Where a picture was taken, as far as the recipe lets it be known."""

import re
from collections.abc import Iterator

from kit.events import Gps
from services.describe.tags import Tags, words, written

# Each coordinate with the tag that says its half of the globe: Exif writes it without a sign.
EXIF = (("GPS:GPSLatitude", "GPS:GPSLatitudeRef"), ("GPS:GPSLongitude", "GPS:GPSLongitudeRef"))
# XMP writes it with one; so does a drone's maker, in a group of its own and as GPSLongtitude.
_XMP = re.compile(r"(XMP-.+):GPS(Latitude|Longt?itude)")
# A hundredth of a degree is 1.1 km at most: the valley shows, the house does not.
DECIMALS = 2
_HALVES = {"N": 1, "E": 1, "S": -1, "W": -1}
_POLE, _ANTIMERIDIAN = 90, 180
# Tags that tell a place, by their full names: coordinates (a drone's maker writes GPSLongtitude), heights, what IPTC,
# XMP and makers call a place, cell towers, what GeoTIFF and biologists (Darwin Core) write. Better one too many.
_PLACE = re.compile(
    r"(?i:gps|(?<!ISOSpeed)latitude|longt?itude|altitude|location(?!type)|countr|county|province|municipal|landmark)"
    r"|City|Destination|(World|Rating)Region|Address|Postal|Geo(?!metr)|MCC|:(State|Site|Places?)$"
    r"|^XMP-(cell:|dwc:DC)|:(ModelT(ie|ransform)|PixelScale|IntergraphMatrix)"
)
# A place among keywords, as machine tags and geo URIs (RFC 5870) have it: geo:lat=46.9, geo:46.9,-1.3
_MACHINE_TAG = re.compile(rb"geo:(lat|lon|[-+]?\d)", re.IGNORECASE)


def position(tags: Tags) -> tuple[float, float] | None:
    """Return ``(degrees north, degrees east)``; None where they are missing or out of range.

    A coordinate that does not say its half of the globe is none; nor is 0, 0 a position: phones write it without a fix.
    """
    said = [tuple(_unsigned(tags, *names) for names in EXIF), *_signed(tags)]
    # Each by itself; then what one says of north and another one of east.
    said.append(tuple(next((each[axis] for each in said if each[axis] is not None), None) for axis in (0, 1)))
    for north, east in said:
        if north is not None and east is not None and (north or east):
            return north, east
    return None


def tell(latitude: float, longitude: float) -> Tags:
    """Return the tags that say a position, degrees north and east."""
    (north, north_ref), (east, east_ref) = EXIF
    directions = {north_ref: "South" if latitude < 0 else "North", east_ref: "West" if longitude < 0 else "East"}
    return written({north: abs(latitude), east: abs(longitude), **directions})


def _unsigned(tags: Tags, name: str, direction: str) -> float | None:
    """Return signed degrees. The sign is a separate letter or word, or a minus."""
    half = words(tags[direction])[:1].upper() if direction in tags else ""
    degrees = _number(tags, name)
    if degrees is None or not (half in _HALVES or degrees < 0):
        return None
    return abs(degrees) * _HALVES.get(half, -1)


def _signed(tags: Tags) -> Iterator[tuple[float | None, float | None]]:
    """Yield the degrees in each XMP group, whose sign may also be separate."""
    groups = {found[1]: None for name in tags if (found := _XMP.fullmatch(name))}
    for group in groups:
        for longitude in ("GPSLongitude", "GPSLongtitude"):
            names = (f"{group}:GPSLatitude", f"{group}:{longitude}")
            north, east = (
                _number(tags, name) if f"{name}Ref" not in tags else _unsigned(tags, name, f"{name}Ref")
                for name in names
            )
            yield north, east


def _number(tags: Tags, name: str) -> float | None:
    """Return degrees; None where they are missing, not a number, or out of range."""
    try:
        degrees = float(words(tags[name]))
    except (KeyError, ValueError):
        return None
    return degrees if abs(degrees) <= (_POLE if name.endswith("GPSLatitude") else _ANTIMERIDIAN) else None


def allowed(tags: Tags, gps: Gps) -> Tags:
    """Return the tags that the recipe allows: all, or of the place none, or of the place a rounded position only."""
    if gps == "keep":
        return tags
    rest = {name: value for name, value in tags.items() if not (is_place(name) or _MACHINE_TAG.search(bytes(value)))}
    where = position(tags)
    if gps == "drop" or where is None:
        return rest
    return {**rest, **tell(*(round(degrees, DECIMALS) for degrees in where))}


def is_place(name: str) -> bool:
    """Whether a tag may tell where the picture was taken, by its full name."""
    return _PLACE.search(name) is not None
