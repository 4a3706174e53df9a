"""The demo's sample pictures, drawn: every way of holding a camera, and the files that must be refused.

Nothing here is random: the same release of Pillow draws the same bytes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import shake_128
from io import BytesIO
from math import sin
from pathlib import Path

from PIL import ExifTags, Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from PIL.TiffImagePlugin import IFDRational

LANDSCAPE, PORTRAIT, SMALL = (3000, 2000), (2000, 3000), (1500, 1000)
_SHIRTS = ("#c8553d", "#f2b134", "#2f6690", "#588157", "#7b4b94", "#e07a5f")
_SKIN, _WOOD, _STEEL = "#e8b796", "#7a5230", "#8d99a6"
# How to lay upright pixels down, so that the Exif orientation (1 to 8) stands them up again.
_LAID_DOWN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class Mood:
    """The colours of a scene, top to bottom, and where the sun stands across it, 0 to 1."""

    zenith: str
    horizon: str
    sun: str
    hills: tuple[str, str, str]
    sun_at: float


MORNING = Mood("#7fb7e6", "#fde8c8", "#fff3c4", ("#a9c6b5", "#7fa87f", "#5b8a55"), 0.25)
NOON = Mood("#2f80c9", "#cfeaf7", "#fffbe0", ("#8fb9a8", "#6aa35d", "#4c8a3f"), 0.5)
EVENING = Mood("#3b2f63", "#f6925a", "#ffd27a", ("#7d5a7a", "#5b4a63", "#3d3a4f"), 0.68)
NIGHT = Mood("#070d24", "#2b3d6b", "#f3f1de", ("#26385c", "#1b2a45", "#142035"), 0.8)
WINTER = Mood("#9fb4c9", "#eef2f6", "#ffffff", ("#c3d0dc", "#dde6ee", "#f5f8fb"), 0.35)
AUTUMN = Mood("#6f9fc4", "#f5e0b8", "#ffe9a8", ("#b99a6b", "#b5763a", "#8c5a2b"), 0.6)


def draw(folder: Path) -> list[Path]:
    """Write the pictures below ``folder``, which is made; return their paths in order.

    Two of them cannot become pictures: one is cut off in its scan data, one is text named .jpg.
    """
    paths = []
    for name, content in _files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content())
        paths.append(path)
    return paths


def _files() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield each file's name and what makes its content."""
    yield "morning.jpg", lambda: photograph(LANDSCAPE, MORNING, 1)
    yield "evening (1).jpg", lambda: photograph(LANDSCAPE, EVENING, 3)
    yield "portraits/noon.jpg", lambda: photograph(PORTRAIT, NOON, 6)
    yield "portraits/winter day.jpg", lambda: photograph(PORTRAIT, WINTER, 8)
    yield "mirrored/noon+autumn.jpg", lambda: photograph(SMALL, AUTUMN, 2)
    yield "mirrored/100% night.jpg", lambda: photograph(SMALL, NIGHT, 4)
    yield "mirrored/Löscheimer.jpg", lambda: photograph(SMALL[::-1], EVENING, 5)
    yield "mirrored/水桶.jpg", lambda: photograph(SMALL[::-1], MORNING, 7)
    yield "logo.png", lambda: _encoded(logo(1200), "PNG")
    yield "night.webp", lambda: _encoded(scene(1920, 1280, NIGHT), "WEBP", quality=80)
    yield "icon.png", lambda: _encoded(logo(40), "PNG")
    yield "postpic/training 1.jpg", lambda: photograph(SMALL, NOON, 1)
    yield "cut off.jpg", _cut_off
    yield "shopping list.jpg", lambda: b"12 buckets\n1 ladder\n300 m of rope\n"


def photograph(size: tuple[int, int], mood: Mood, orientation: int) -> bytes:
    """Return a JPEG that is ``size`` when upright, laid down as a camera held that way would, with its metadata."""
    upright = scene(*size, mood)
    turn = _LAID_DOWN.get(orientation)
    lying = upright if turn is None else upright.transpose(turn)
    return _encoded(lying, "JPEG", quality=88, exif=_metadata(orientation))


def _metadata(orientation: int) -> Image.Exif:
    """Return what a camera tells about itself and its owner; none of it may be left in an output."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Bucket & Sons"
    exif[ExifTags.Base.Model] = "Hand to Hand 3"
    exif[ExifTags.Base.Artist] = "A. Person"
    exif[ExifTags.Base.DateTime] = "2026:05:04 12:00:00"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    degrees = [IFDRational(51), IFDRational(28), IFDRational(40)]
    place.update({ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: degrees})
    place.update({ExifTags.GPS.GPSLongitudeRef: "W", ExifTags.GPS.GPSLongitude: degrees[::-1]})
    return exif


def _cut_off() -> bytes:
    whole = photograph(SMALL, AUTUMN, 1)
    return whole[: len(whole) // 2]


def _encoded(image: Image.Image, format: str, **options: object) -> bytes:  # noqa: A002 - Pillow's word
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def scene(width: int, height: int, mood: Mood) -> Image.Image:
    """Draw people handing buckets from a well to a burning house, with a post that says which side is up."""
    unit = min(width, height) / 100
    downwards = Image.linear_gradient("L").resize((width, height))
    zenith, horizon = (Image.new("RGB", downwards.size, colour) for colour in (mood.zenith, mood.horizon))
    image = Image.composite(horizon, zenith, downwards)
    _sun(image, mood, unit)
    pen = ImageDraw.Draw(image)
    for number, colour in enumerate(mood.hills):
        _hill(pen, image.size, number, colour)
    ground = height * 0.84
    _house(pen, width - 24 * unit, ground, unit)
    _well(pen, 10 * unit, ground, unit)
    _sign(pen, width / 2, (height * 0.52, ground), unit)
    _people(pen, (20 * unit, width - 32 * unit), ground, unit)
    return _grain(image)


def _sun(image: Image.Image, mood: Mood, unit: float) -> None:
    x, y = image.width * mood.sun_at, image.height * 0.22
    light = Image.new("L", (image.width // 8, image.height // 8))  # the glow is soft: an eighth is fine enough
    pen = ImageDraw.Draw(light)
    pen.circle((x / 8, y / 8), 2 * unit, fill=150)
    light = light.filter(ImageFilter.GaussianBlur(unit))
    image.paste(Image.new("RGB", image.size, mood.sun), mask=light.resize(image.size))
    ImageDraw.Draw(image).circle((x, y), 8 * unit, fill=mood.sun)


def _hill(pen: ImageDraw.ImageDraw, size: tuple[int, int], number: int, colour: str) -> None:
    width, height = size
    top = height * (0.52 + 0.12 * number)
    waves = (
        (x, top + height * 0.05 * sin(x / width * (5 - number) + number * 2.1) + height * 0.012 * sin(x / width * 17))
        for x in range(0, width + 8, 8)
    )
    pen.polygon([*waves, (width, height), (0, height)], fill=colour)


def _house(pen: ImageDraw.ImageDraw, left: float, ground: float, unit: float) -> None:
    def box(x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        return left + x * unit, ground - y * unit, left + (x + w) * unit, ground - (y - h) * unit

    for puff in range(6):  # smoke, thinner the higher it is
        pen.circle(
            (left + (14 + 3 * sin(puff * 1.9)) * unit, ground - (34 + 6 * puff) * unit),
            (2.2 + 0.7 * puff) * unit,
            fill=("#4a4a52", "#5d5d66", "#73737c", "#8a8a92", "#a2a2a8", "#bbbbc0")[puff],
        )
    pen.rectangle(box(0, 22, 20, 22), fill="#d9c7a6", outline=_WOOD, width=round(unit / 2))
    pen.polygon([*box(-2, 22, 12, 0)[:2], *box(10, 36, 0, 0)[:2], *box(22, 22, 0, 0)[:2]], fill="#9c3d2e")
    pen.rectangle(box(3, 10, 5, 10), fill=_WOOD)
    pen.rectangle(box(11, 16, 6, 7), fill="#3a2a20")
    for reach, colour in ((9, "#e4572e"), (6, "#f6a01a"), (3.5, "#ffe27a")):  # flames out of the window
        tongues = [(11, 10), (10.5, 13), (12, 12.5), (13, 10 + reach), (14.5, 13), (16.5, 11 + reach), (17, 10)]
        pen.polygon([(left + x * unit, ground - y * unit) for x, y in tongues], fill=colour)


def _well(pen: ImageDraw.ImageDraw, x: float, ground: float, unit: float) -> None:
    for post in (-6, 5):
        pen.rectangle((x + post * unit, ground - 18 * unit, x + (post + 1) * unit, ground), fill=_WOOD)
    pen.polygon([x - 9 * unit, ground - 17 * unit, x, ground - 24 * unit, x + 9 * unit, ground - 17 * unit], fill=_WOOD)
    pen.line((x, ground - 17 * unit, x, ground - 9 * unit), fill="#4a3a2a", width=round(unit / 2))
    pen.rectangle((x - 7 * unit, ground - 7 * unit, x + 7 * unit, ground), fill=_STEEL)
    pen.ellipse((x - 7 * unit, ground - 8.5 * unit, x + 7 * unit, ground - 5.5 * unit), fill="#3f7cac")


def _people(pen: ImageDraw.ImageDraw, between: tuple[float, float], ground: float, unit: float) -> None:
    left, right = between
    count = max(2, round((right - left) / (13 * unit)))
    step = (right - left) / count
    for number in range(count):
        x = left + (number + 0.5) * step
        _person(pen, (x, ground), unit, shirt=_SHIRTS[number % len(_SHIRTS)], reach=step / 2)
        if number:
            _bucket(pen, x - step / 2, ground - 10 * unit, 2.4 * unit)


def _person(pen: ImageDraw.ImageDraw, feet: tuple[float, float], unit: float, *, shirt: str, reach: float) -> None:
    x, ground = feet
    thick = round(1.6 * unit)
    for side in (-1, 1):
        pen.line((x, ground - 8 * unit, x + side * 2 * unit, ground), fill="#2e2a35", width=thick)
        hand = (x + side * (reach - 0.8 * unit), ground - 10 * unit)
        pen.line((x, ground - 14 * unit, *hand), fill=shirt, width=thick)
        pen.circle(hand, unit, fill=_SKIN)
    pen.rounded_rectangle((x - 2.6 * unit, ground - 16 * unit, x + 2.6 * unit, ground - 7 * unit), 2 * unit, fill=shirt)
    pen.circle((x, ground - 18.6 * unit), 2.6 * unit, fill=_SKIN)
    pen.chord((x - 2.8 * unit, ground - 21.6 * unit, x + 2.8 * unit, ground - 16.4 * unit), 180, 360, fill="#4b3524")


def _bucket(pen: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    """Draw a bucket that hangs by its handle at x, y; ``size`` is half its width at the rim."""
    pen.arc((x - size, y, x + size, y + 2 * size), 180, 360, fill="#3b4048", width=max(1, round(size / 6)))
    rim = y + size
    pen.polygon(
        [x - size, rim, x + size, rim, x + 0.7 * size, rim + 2 * size, x - 0.7 * size, rim + 2 * size], fill=_STEEL
    )
    pen.ellipse((x - size, rim - size / 3, x + size, rim + size / 3), fill="#3f7cac", outline="#5c6670")


def _sign(pen: ImageDraw.ImageDraw, x: float, between: tuple[float, float], unit: float) -> None:
    y, ground = between
    pen.rectangle((x - unit, y, x + unit, ground), fill=_WOOD)
    pen.rounded_rectangle(
        (x - 20 * unit, y - 6 * unit, x + 20 * unit, y + 6 * unit), 2 * unit, "#f7efdc", _WOOD, round(unit / 1.5)
    )
    pen.text((x, y), "this side up", "#3a2a20", ImageFont.load_default(6 * unit), anchor="mm")
    pen.polygon([x - 5 * unit, y - 8 * unit, x, y - 14 * unit, x + 5 * unit, y - 8 * unit], fill="#c8553d")


def _grain(image: Image.Image) -> Image.Image:
    """Add a sensor's noise: without it a drawing packs into a tenth of a photograph's bytes."""
    side = 250
    noise = shake_128(b"grain").digest(side * side)
    tile = Image.frombytes("L", (side, side), noise).point(lambda value: 116 + value * 24 // 255)
    grain = Image.new("L", image.size)
    for x in range(0, image.width, side):
        for y in range(0, image.height, side):
            grain.paste(tile, (x, y))
    return ImageChops.overlay(image, grain.convert("RGB"))


def logo(side: int) -> Image.Image:
    """Draw a bucket with a soft shadow on nothing: RGBA, ``side`` pixels square."""
    big = side * 2  # drawn twice as large, for smooth edges
    shape = Image.new("RGBA", (big, big))
    _bucket(ImageDraw.Draw(shape), big * 0.5, big * 0.1, big * 0.26)
    alpha = shape.getchannel("A").filter(ImageFilter.GaussianBlur(big / 40)).point(lambda value: value // 2)
    shadow = Image.new("RGBA", shape.size)
    shadow.putalpha(ImageChops.offset(alpha, big // 30, big // 25))
    return Image.alpha_composite(shadow, shape).resize((side, side), Image.Resampling.LANCZOS)
