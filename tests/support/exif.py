"""A picture with everything that a camera may write into Exif, and the facts of tags."""

from typing import Any

from PIL import ExifTags, Image, TiffImagePlugin

from kit.events import Camera
from services.describe.facts import camera
from services.describe.tags import written
from tests.support import pictures

Rational = TiffImagePlugin.IFDRational


def exif() -> Image.Exif:
    block = Image.Exif()
    block[ExifTags.Base.Make] = "Canon"
    block[ExifTags.Base.Model] = "Canon EOS 7D"
    block[ExifTags.Base.Software] = "1.10"
    block[ExifTags.Base.Orientation] = 6
    block.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.DateTimeOriginal: "2016:09:25 18:35:10",
            ExifTags.Base.OffsetTimeOriginal: "+02:00",
            ExifTags.Base.BodySerialNumber: "062021002724",
            ExifTags.Base.LensModel: "EF-S18-55mm",
            ExifTags.Base.ExposureTime: Rational(1, 60),
            ExifTags.Base.FNumber: Rational(28, 10),
            ExifTags.Base.ISOSpeedRatings: 400,
            ExifTags.Base.FocalLength: Rational(34),
        }
    )
    block.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "S",
            ExifTags.GPS.GPSLatitude: (Rational(46), Rational(30), Rational(0)),
            ExifTags.GPS.GPSLongitudeRef: "W",
            ExifTags.GPS.GPSLongitude: (Rational(1), Rational(15), Rational(0)),
        }
    )
    return block


def picture(format_: str = "JPEG", **options: Any) -> bytes:
    return pictures.encoded(pictures.scene(), format_, exif=exif(), **options)


FACTS = Camera(
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
    software="1.10",
)


def of(**tags: str | float) -> Camera:
    """Return the facts of tags whose colons are written as two underlines."""
    return camera(written({name.replace("__", ":"): value for name, value in tags.items()}))
