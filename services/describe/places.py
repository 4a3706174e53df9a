"""Where a picture was taken: what of that may be known, as the recipe says."""

import re

from kit.events import Gps
from services.describe.tags import Tags, words, written

# Each coordinate with the tag that says its half of the globe; Exif writes both without a sign, XMP with one.
_EXIF = (("GPS:GPSLatitude", "GPS:GPSLatitudeRef"), ("GPS:GPSLongitude", "GPS:GPSLongitudeRef"))
_XMP = (("XMP-exif:GPSLatitude", ""), ("XMP-exif:GPSLongitude", ""))
# A hundredth of a degree is 1.1 km at most: the valley shows, the house does not.
DECIMALS = 2
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
    """Return ``(degrees north, degrees east)``, or None where they are not said or not on the globe."""
    for north, east in (_EXIF, _XMP):
        try:
            latitude, longitude = _signed(tags, *north), _signed(tags, *east)
        except (KeyError, ValueError):
            continue
        if abs(latitude) <= _POLE and abs(longitude) <= _ANTIMERIDIAN:
            return latitude, longitude
    return None


def tell(latitude: float, longitude: float) -> Tags:
    """Return the tags that say a position, degrees north and east."""
    (north, north_ref), (east, east_ref) = _EXIF
    directions = {north_ref: "South" if latitude < 0 else "North", east_ref: "West" if longitude < 0 else "East"}
    return written({north: abs(latitude), east: abs(longitude), **directions})


def _signed(tags: Tags, name: str, direction: str) -> float:
    backwards = words(tags[direction])[:1] in {"S", "W"} if direction in tags else False
    return float(bytes(tags[name])) * (-1 if backwards else 1)


def allowed(tags: Tags, gps: Gps) -> Tags:
    """Return what a recipe lets the catalogue know: everything, or nothing of the place but a rounded position."""
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
