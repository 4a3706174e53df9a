"""The common set, read by Pillow: what is known of a picture where exiftool is not."""

from collections.abc import Iterator, Mapping
from typing import Any

from PIL import ExifTags, Image

from imaging.originals import open_original
from kit.errors import Rejected
from services.describe.places import tell
from services.describe.tags import Tags, written

# Exif's tags by the names that exiftool gives them.
_IFD0: dict[int, str] = {
    ExifTags.Base.Make: "IFD0:Make",
    ExifTags.Base.Model: "IFD0:Model",
    ExifTags.Base.Software: "IFD0:Software",
}
_EXIF: dict[int, str] = {
    ExifTags.Base.DateTimeOriginal: "ExifIFD:DateTimeOriginal",
    ExifTags.Base.DateTimeDigitized: "ExifIFD:CreateDate",
    ExifTags.Base.OffsetTimeOriginal: "ExifIFD:OffsetTimeOriginal",
    ExifTags.Base.OffsetTimeDigitized: "ExifIFD:OffsetTimeDigitized",
    ExifTags.Base.OffsetTime: "ExifIFD:OffsetTime",
    ExifTags.Base.BodySerialNumber: "ExifIFD:SerialNumber",
    ExifTags.Base.LensModel: "ExifIFD:LensModel",
    ExifTags.Base.ExposureTime: "ExifIFD:ExposureTime",
    ExifTags.Base.FNumber: "ExifIFD:FNumber",
    ExifTags.Base.ISOSpeedRatings: "ExifIFD:ISO",
    ExifTags.Base.FocalLength: "ExifIFD:FocalLength",
}
_GPS = ExifTags.GPS


def read(content: bytes) -> Tags:
    """Return the common tags. Nothing is raised: where a picture's metadata is damaged, there are fewer or none."""
    exif = Image.Exif()
    try:
        exif.load(open_original(content).image.info.get("exif") or b"")
        return _tags(exif)
    except Rejected:
        return {}
    except Exception:  # noqa: BLE001 - damaged Exif on good pixels: any error at all means "not said"
        return {}


def _tags(exif: Image.Exif) -> Tags:
    said = dict(_named(exif, _IFD0)) | dict(_named(exif.get_ifd(ExifTags.IFD.Exif), _EXIF))
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    latitude = _degrees(gps.get(_GPS.GPSLatitude), gps.get(_GPS.GPSLatitudeRef))
    longitude = _degrees(gps.get(_GPS.GPSLongitude), gps.get(_GPS.GPSLongitudeRef))
    where = {} if latitude is None or longitude is None else tell(latitude, longitude)
    return {**written(said), **where}


def _named(directory: Mapping[int, Any], names: Mapping[int, str]) -> Iterator[tuple[str, str | float]]:
    for tag, name in names.items():
        value = directory.get(tag)
        if isinstance(value, tuple) and value:  # ISO, of cameras that give more than one
            value = value[0]
        if isinstance(value, str):
            yield name, _text(value)
        elif isinstance(value, int):
            yield name, value  # a serial number, too, may be one
        elif value is not None and not isinstance(value, bytes | tuple):
            yield name, float(value)


def _text(value: str) -> str:
    """Return a text up to its end, and what Pillow took for Latin-1 as the UTF-8 that it mostly is."""
    value = value.partition("\0")[0].strip()
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _degrees(parts: Any, direction: Any) -> float | None:
    """Return Exif's degrees, minutes and seconds as degrees north or east; None where they are not all there."""
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    sign = -1 if str(direction).upper().startswith(("S", "W")) else 1
    return sign * (degrees + minutes / 60 + seconds / 3600)
