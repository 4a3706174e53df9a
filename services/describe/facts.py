"""From all tags to the few facts that every camera may tell, makers' quirks mended. Pure."""

import re
from collections.abc import Iterator
from datetime import datetime

from kit.events import Camera
from services.describe.places import position
from services.describe.tags import Said, Tags, is_standard

# Some cameras pad with spaces: 2003: 1: 2 10: 5: 3
_DATE = re.compile(
    r"(\d{4})[:/-]([ \d]\d)[:/-]([ \d]\d)[ T]([ \d]\d):([ \d]\d)(?::([ \d]\d)(?:(\.\d{1,6})\d*)?)?(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_OFFSET = re.compile(r"[+-]\d\d:\d\d", re.ASCII)
_NUMBER = re.compile(r"([-+]?\d{1,9}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,2})?)(?:/(\d{1,9}))?(?: .*)?", re.ASCII)
_TEMPERATURE = re.compile(r"(\S+?)(?: ?°?([CF]))?", re.ASCII)
# More is no camera's, and DynamoDB holds 38 digits; a billionth of a degree is a tenth of a millimetre.
_GREATEST, _DECIMALS = 1e9, 9
# Makers that say who they are in the notes alone: by their notes' group, and what the notes' version tells of the
# model, https://exiftool.org/TagNames/Reconyx.html
_BY_NOTES = {"Reconyx": "RECONYX"}
_MODEL_BY_NOTES = {("Reconyx", "0xf101"): "HyperFire"}
# Makers whose name stands where the model belongs, and the model where the maker does.
_SWAPPED = {"CUDDEBACK"}


def camera(tags: Tags) -> Camera:
    """Return what the tags say of the camera and of how it took the picture, but for the orientation."""
    said = Said(tags)
    make, model = _maker(said, tags)
    where = position(tags)
    return Camera(
        make=make,
        model=model,
        serial=_serial(said),
        taken_at=_taken_at(said),
        latitude=round(where[0], _DECIMALS) if where else None,
        longitude=round(where[1], _DECIMALS) if where else None,
        lens=said.first("LensModel", "Lens", "LensType"),
        exposure_s=_standard(said, "ExposureTime"),
        aperture=_standard(said, "FNumber"),
        iso=_integer(_standard(said, "ISO")),
        focal_mm=_standard(said, "FocalLength"),
        software=said.first("Software", "CreatorTool", "FirmwareVersion"),
        temperature_c=_celsius(said.first("AmbientTemperature")),
        moon_phase=said.first("MoonPhase"),
        trigger=said.first("TriggerMode", "EventType"),
        sequence=said.first("Sequence"),
        battery=said.first("BatteryVoltage", "BatteryVoltageAvg", "BatteryLevel"),
    )


def _maker(said: Said, tags: Tags) -> tuple[str | None, str | None]:
    make, model = said.first("Make"), said.first("Model")
    if model and model.upper() in _SWAPPED:
        return model, make
    for group, maker in _BY_NOTES.items():
        if any(name.startswith(f"{group}:") for name in tags):
            version = dict(said.all("MakerNoteVersion")).get(group, "")
            return make or maker, model or _MODEL_BY_NOTES.get((group, version))
    return make, model


def _serial(said: Said) -> str | None:
    found = said.first("SerialNumber", "CameraSerialNumber", "InternalSerialNumber")
    return found if (found or "").strip("0 ") else None


def _taken_at(said: Said) -> str | None:
    return next((found for text, offset in _dates(said) if (found := _iso(text, offset))), None)


def _dates(said: Said) -> Iterator[tuple[str, str]]:
    """Yield what may be the time of taking, the likeliest first, and the offset of its time zone that stands apart."""
    yield from _with_offset(said, "DateTimeOriginal", "OffsetTimeOriginal")
    days, times = dict(said.all("DateCreated")), dict(said.all("TimeCreated"))
    yield f"{days.get('IPTC')} {times.get('IPTC')}", ""
    yield from _with_offset(said, "CreateDate", "OffsetTimeDigitized")


def _with_offset(said: Said, name: str, offset_name: str) -> Iterator[tuple[str, str]]:
    offset = said.first(offset_name, "OffsetTime") or ""
    return ((text, offset if group == "ExifIFD" else "") for group, text in said.all(name))


def _iso(text: str, offset: str) -> str | None:
    """Return a date as ISO 8601, with an offset where one is known; None for what is no date."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    *parts, fraction, zone = found.groups()
    year, month, day, hour, minute, second = ((part or "00").replace(" ", "0") for part in parts)
    zone = zone or (offset if _OFFSET.fullmatch(offset) else "")
    text = f"{year}-{month}-{day}T{hour}:{minute}:{second}{fraction or ''}{'+00:00' if zone == 'Z' else zone}"
    try:
        datetime.fromisoformat(text)
    except ValueError:  # 0000:00:00, or the 32nd
        return None
    return text


def _standard(said: Said, name: str) -> float | None:
    """Return the first number above nought that Exif's or XMP's own tag of that name says."""
    numbers = (_number(text) for group, text in said.all(name) if is_standard(group))
    return next((number for number in numbers if number and number > 0), None)


def _number(text: str | None) -> float | None:
    """Return the number that a text begins with: ``1/60``, ``2.8``, ``34.0 mm``, ``-5 C``, ``1e-05``."""
    found = _NUMBER.fullmatch(text or "")
    if not found:
        return None
    number = float(found[1]) / (float(found[2] or 1) or 1)
    return round(number, _DECIMALS) if abs(number) < _GREATEST else None


def _celsius(text: str | None) -> float | None:
    """Return a temperature; without a unit it is in degrees Celsius already, of other units it is none."""
    found = _TEMPERATURE.fullmatch(text or "")
    if not found or (number := _number(found[1])) is None:
        return None
    return round((number - 32) / 1.8, 1) if found[2] == "F" else number


def _integer(number: float | None) -> int | None:
    return None if number is None else int(number)
