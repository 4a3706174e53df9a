"""The common Exif tags, read by Pillow where exiftool is not installed.

Each directory reaches Pillow without what is damaged in it, since one damaged tag would end its reading.
"""

from collections.abc import Iterable, Iterator
from math import copysign, isfinite
from typing import Any

from PIL import ExifTags, Image

from imaging.containers import tiff
from imaging.originals import metadata
from services.describe.places import EXIF
from services.describe.tags import Tags, written

# Exif's tags by the names that exiftool gives them.
_IFD0: dict[int, str] = {
    ExifTags.Base.Make: "IFD0:Make",
    ExifTags.Base.Model: "IFD0:Model",
    ExifTags.Base.Software: "IFD0:Software",
    ExifTags.Base.CameraSerialNumber: "IFD0:CameraSerialNumber",
}
_EXIF: dict[int, str] = {
    ExifTags.Base.DateTimeOriginal: "ExifIFD:DateTimeOriginal",
    ExifTags.Base.DateTimeDigitized: "ExifIFD:CreateDate",
    ExifTags.Base.OffsetTimeOriginal: "ExifIFD:OffsetTimeOriginal",
    ExifTags.Base.OffsetTimeDigitized: "ExifIFD:OffsetTimeDigitized",
    ExifTags.Base.OffsetTime: "ExifIFD:OffsetTime",
    ExifTags.Base.TimeZoneOffset: "ExifIFD:TimeZoneOffset",
    ExifTags.Base.BodySerialNumber: "ExifIFD:SerialNumber",
    ExifTags.Base.LensModel: "ExifIFD:LensModel",
    ExifTags.Base.ExposureTime: "ExifIFD:ExposureTime",
    ExifTags.Base.FNumber: "ExifIFD:FNumber",
    ExifTags.Base.ISOSpeedRatings: "ExifIFD:ISO",
    ExifTags.Base.SensitivityType: "ExifIFD:SensitivityType",
    ExifTags.Base.StandardOutputSensitivity: "ExifIFD:StandardOutputSensitivity",
    ExifTags.Base.RecommendedExposureIndex: "ExifIFD:RecommendedExposureIndex",
    ExifTags.Base.ISOSpeed: "ExifIFD:ISOSpeed",
    ExifTags.Base.FocalLength: "ExifIFD:FocalLength",
}
(_NORTH, _NORTH_REF), (_EAST, _EAST_REF) = EXIF
_GPS: dict[int, str] = {
    ExifTags.GPS.GPSLatitudeRef: _NORTH_REF,
    ExifTags.GPS.GPSLatitude: _NORTH,
    ExifTags.GPS.GPSLongitudeRef: _EAST_REF,
    ExifTags.GPS.GPSLongitude: _EAST,
}


def read(content: bytes) -> Tags:
    """Return the common tags; fewer or none where the metadata is damaged. Raises nothing."""
    top = tiff.block(metadata(content).exif)
    own, gps = top.child(ExifTags.IFD.Exif), top.child(ExifTags.IFD.GPSInfo)
    return written({**dict(_named(top, _IFD0)), **dict(_named(own, _EXIF)), **dict(_named(gps, _GPS))})


def _named(directory: tiff.Directory, names: dict[int, str]) -> Iterator[tuple[str, str | float]]:
    for tag, name in names.items():
        value = _value(directory, tag)
        if isinstance(value, str):
            yield name, _text(value)
        elif name in (_NORTH, _EAST):
            yield from ((name, degrees) for degrees in _degrees(value))
        elif numbers := _numbers(value):
            yield name, next(filter(None, numbers), numbers[0])  # ISO, of cameras that give more than one


def _value(directory: tiff.Directory, tag: int) -> Any:
    exif = Image.Exif()
    try:
        exif.load(directory.alone([tag]))
        return exif.get(tag)
    except Exception:  # noqa: BLE001 - damaged Exif on good pixels: any error at all means "not said"
        return None


def _text(value: str) -> str:
    """Return a text up to its first NUL, decoded as UTF-8 where possible: Pillow assumes Latin-1."""
    value = value.partition("\0")[0].strip()
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _numbers(value: Any) -> list[float]:
    """Return the numbers in a value, integers as int; none at all if one divides by zero."""
    several: Iterable[Any] = value if isinstance(value, tuple) else (value,)
    said = [each for each in several if each is not None and not isinstance(each, str | bytes)]
    numbers = [each if isinstance(each, int) else float(each) for each in said]
    return numbers if all(map(isfinite, numbers)) else []


def _degrees(value: Any) -> list[float]:
    """Return Exif's degrees, minutes and seconds as one number of degrees; none without numbers."""
    numbers = _numbers(value)[:3]
    return (
        [copysign(sum(abs(number) / 60**power for power, number in enumerate(numbers)), numbers[0])] if numbers else []
    )
