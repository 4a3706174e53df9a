"""From all tags to the few facts that cameras share, with makers' quirks corrected. Pure."""

import re
from collections.abc import Iterator
from datetime import datetime

from kit.events import Camera
from services.describe.places import position
from services.describe.tags import MOST_CHARACTERS, Said, Tags, is_standard

# Some cameras pad with spaces: 2003: 1: 2 10: 5: 3. What follows the seconds may be an offset.
_DATE = re.compile(
    r"(\d{4})[:/.-]([ \d]?\d)[:/.-]([ \d]?\d)"
    r"(?:[ T]([ \d]?\d):([ \d]?\d)(?::([ \d]?\d)(?:[.,](\d+))?)?([^\d:.,].*)?)?",
    re.ASCII,
)
# Z, +02:00, -0330, UTC+2, GMT+02:00
_OFFSET = re.compile(r"Z|(?:UTC|GMT)?(?:([+-]?)(\d{1,2})(?::?(\d\d))?(?::00)?)?", re.ASCII | re.IGNORECASE)
_FARTHEST = 14  # hours that a time zone is away from UTC: Kiribati
_AFTERNOON = re.compile(r" ?([ap])\.?m\.?\b", re.IGNORECASE)
_NUMBER = re.compile(r"([-+]?\d{1,9}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,2})?)(?:/(\d{1,9}))?", re.ASCII)
_TEMPERATURE = re.compile(r"(\S+?)(?: ?°?([CF]))?", re.ASCII)
# More is no camera's, and DynamoDB holds 38 digits; a billionth of a degree is a tenth of a millimetre.
_GREATEST, _DECIMALS = 1e9, 9
# Exif 2.3's kinds of sensitivity: what its number stands for, which has two bytes in ISO.
_MOST_ISO = 65_535
_BY_SENSITIVITY = {1: "StandardOutputSensitivity", 2: "RecommendedExposureIndex", 3: "ISOSpeed"}
_SERIALS = ("SerialNumber", "CameraSerialNumber", "BodySerialNumber", "DeviceSerialNumber", "CaptureSerial")
# What a camera trap writes in a comment (BuckEyeCam): SN=X0000042 TEXT1=north gate SOURCE=PIR
_COMMENTS, _MOST_COMMENT = ("Comment", "UserComment", "ImageDescription"), 65_536
_SERIAL_SAID = re.compile(r"(?:^|\W)(?:S/?N|Serial(?: ?(?:Number|No\.?))?) ?[=:#] ?([\w-]+)", re.IGNORECASE)
_SOURCE_SAID = re.compile(r"(?:^|\W)Source ?[=:] ?(.+?)(?=[ ;,|]+\w+ ?[=:]|$)", re.IGNORECASE)
# What a picture shows is told in sentences, of which none is cut: IPTC advises 250 characters at most.
MOST_ALT = 2_000
# Makers that say who they are in the notes alone: by their notes' group, and what the notes' version tells of the
# model, https://exiftool.org/TagNames/Reconyx.html
_BY_NOTES = {"Reconyx": "RECONYX"}
_MODEL_BY_NOTES = {("Reconyx", "0xf101"): "HyperFire"}
# Makers whose name stands where the model belongs, and the model where the maker does.
_SWAPPED = {"CUDDEBACK"}


def camera(tags: Tags) -> Camera:
    """Return the facts about the camera and the shot, except the orientation."""
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
        iso=_integer(_sensitivity(said)),
        focal_mm=_standard(said, "FocalLength"),
        software=said.first("Software", "CreatorTool", "FirmwareVersion"),
        temperature_c=_celsius(said.first("AmbientTemperature")),
        moon_phase=said.first("MoonPhase"),
        trigger=said.first("TriggerMode", "EventType") or _comment(said)[1],
        sequence=said.first("Sequence"),
        battery=said.first("BatteryVoltage", "BatteryVoltageAvg", "BatteryLevel"),
        alt=next((text for _, text in said.all("AltTextAccessibility", MOST_ALT)), None),
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
    groups = [(text for name in _SERIALS for _, text in said.all(name)), _comment(said)[:1]]
    groups.append(text for _, text in said.all("InternalSerialNumber"))
    return next((text for texts in groups for text in texts if text and text.strip("0 ")), None)


def _comment(said: Said) -> tuple[str | None, str | None]:
    """Return the serial number and the trigger from the first comment that has a serial number."""
    for text in (text for name in _COMMENTS for _, text in said.all(name, _MOST_COMMENT)):
        if serial := _SERIAL_SAID.search(text):
            source = _SOURCE_SAID.search(text)
            return serial[1][:MOST_CHARACTERS], source and source[1][:MOST_CHARACTERS]
    return None, None


def _taken_at(said: Said) -> str | None:
    """Return the likeliest time of the shot; a date without a time only where no tag has a time."""
    dates = [found for text, offset in _dates(said) if (found := _iso(text, offset))]
    return next((date for date in dates if "T" in date), dates[0] if dates else None)


def _dates(said: Said) -> Iterator[tuple[str, str]]:
    """Yield candidates for the time of the shot, likeliest first, each with its separate time zone offset."""
    yield from _with_offset(said, "DateTimeOriginal", "OffsetTimeOriginal")
    yield from _day_and_time(said, "DateCreated", "TimeCreated")
    yield from _with_offset(said, "CreateDate", "OffsetTimeDigitized")
    yield from _with_offset(said, "DateTimeDigitized", "OffsetTimeDigitized")
    yield from _day_and_time(said, "DigitalCreationDate", "DigitalCreationTime")
    yield from ((text, "") for _, text in said.all("CreationTime"))


def _with_offset(said: Said, name: str, offset_name: str) -> Iterator[tuple[str, str]]:
    hours = (said.first("TimeZoneOffset") or "").partition(" ")[0]
    offset = said.first(offset_name, "OffsetTime") or hours
    return ((text, offset if group == "ExifIFD" else "") for group, text in said.all(name))


def _day_and_time(said: Said, day: str, time: str) -> Iterator[tuple[str, str]]:
    """Yield IPTC's dates, whose time is a separate tag and usually has an offset; then XMP's."""
    times = dict(said.all(time))
    dates = [(f"{text} {times.get(group, '')}".rstrip(), "") for group, text in said.all(day)]
    yield from reversed(dates)


def _iso(text: str, offset: str) -> str | None:
    """Return a date as ISO 8601, with its offset if known; None for anything that is not a date."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    *parts, fraction, rest = found.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    if half := _AFTERNOON.match(rest or ""):
        hour = hour % 12 + (12 if half[1] in "pP" else 0)
    try:
        date = datetime(year, month, day, hour, minute, second)  # by the camera's own clock
    except ValueError:  # 0000:00:00, or the 32nd
        return None
    if parts[3] is None:
        return date.date().isoformat()
    return f"{date.isoformat()}{f'.{fraction[:6]}' if fraction else ''}{_zone(rest or '') or _zone(offset)}"


def _zone(text: str) -> str:
    """Return an offset in ISO 8601; empty for anything that is not an offset in use on Earth."""
    found = _OFFSET.fullmatch(text.replace("\N{MINUS SIGN}", "-").replace(" ", "").strip("[]()"))
    if not text or not found:
        return ""
    sign, hours, minutes = found[1] or "+", int(found[2] or 0), int(found[3] or 0)
    return f"{sign}{hours:02}:{minutes:02}" if hours * 60 + minutes <= _FARTHEST * 60 and minutes < 60 else ""  # noqa: PLR2004


def _sensitivity(said: Said) -> float | None:
    """Return the ISO number; where its two bytes overflow, the tag that Exif's sensitivity type names."""
    number = _standard(said, "ISO", "PhotographicSensitivity")
    if number is not None and number < _MOST_ISO:
        return number
    counts = _BY_SENSITIVITY.get(_integer(_standard(said, "SensitivityType")) or 0, "")
    return _standard(said, counts, *reversed(_BY_SENSITIVITY.values())) or number


def _standard(said: Said, *names: str) -> float | None:
    """Return the first number above zero in Exif's or XMP's own tags of these names."""
    texts = (text for name in names for group, text in said.all(name) if is_standard(group))
    numbers = (_number(word) for text in texts for word in text.replace(",", " ").split())
    return next((number for number in numbers if number and number > 0), None)


def _number(text: str) -> float | None:
    """Parse ``1/60``, ``2.8``, ``-5``, ``1e-05``; None for a division by zero."""
    found = _NUMBER.fullmatch(text)
    if not found or (below := float(found[2] or 1)) == 0:
        return None
    number = float(found[1]) / below
    return round(number, _DECIMALS) if abs(number) < _GREATEST else None


def _celsius(text: str | None) -> float | None:
    """Return a temperature in degrees Celsius, also without a unit; None for other units."""
    found = _TEMPERATURE.fullmatch(text or "")
    if not found or (number := _number(found[1])) is None:
        return None
    return round((number - 32) / 1.8, 1) if found[2] == "F" else number


def _integer(number: float | None) -> int | None:
    return None if number is None else int(number)
