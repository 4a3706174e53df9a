"""What is laid over a picture: text, a watermark, a border. The picture that is given stays as it is."""

from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image, ImageColor

from imaging.codec import decoding, open_image
from imaging.effects import Border, Text, Watermark
from services.resize.geometry import SHARES

if TYPE_CHECKING:
    from PIL import ImageFont


def write(effect: Text, image: Image.Image) -> Image.Image:
    """Write a line of text; it shrinks until it fits across the picture, or is one pixel high."""
    from PIL import ImageDraw  # noqa: PLC0415 - FreeType comes with it, which most recipes never need

    room = max(1, image.width - 2 * _margin(effect, image))
    size = max(1.0, effect.size * image.height)
    length = _font(effect, size).getlength(effect.text)
    font = _font(effect, max(1.0, size * room / length) if length > room else size)
    left, top, right, bottom = font.getbbox(effect.text)
    letters = Image.new("L", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(letters).text((-left, -top), effect.text, 255, font)
    return _laid_over(image, _coloured(effect.colour, letters), effect)


def stamp(effect: Watermark, image: Image.Image) -> Image.Image:
    """Lay the watermark over the picture; it shrinks to its share of the width, and to the height."""
    mark = _mark(effect)
    wide, high = image.width * effect.size, max(1, image.height - 2 * _margin(effect, image))
    scale = min(1.0, wide / mark.width, high / mark.height)
    size = (max(1, round(mark.width * scale)), max(1, round(mark.height * scale)))
    return _laid_over(image, mark.resize(size, Image.Resampling.LANCZOS), effect)


def frame(effect: Border, image: Image.Image) -> Image.Image:
    """Paint the edge over; at most a quarter of the shorter side, so that the picture can still be seen."""
    width = min(effect.width, min(image.size) // 4)
    framed = _coloured(effect.colour, Image.new("L", image.size, 255))
    framed = framed if "A" in image.getbands() else framed.convert("RGB")
    inside = (width, width, image.width - width, image.height - width)
    framed.paste(image.crop(inside).convert(framed.mode), inside)
    return framed


def _laid_over(image: Image.Image, layer: Image.Image, effect: Text | Watermark) -> Image.Image:
    """Return the picture in colour with an RGBA layer over it."""
    margin = _margin(effect, image)
    across, down = SHARES[effect.position]
    corner = (
        max(0, round(margin + (image.width - 2 * margin - layer.width) * across)),
        max(0, round(margin + (image.height - 2 * margin - layer.height) * down)),
    )
    cover = layer.getchannel("A").point(lambda level: round(level * effect.opacity))
    if "A" in image.getbands():
        layer = layer.copy()
        layer.putalpha(cover)
        result = image.convert("RGBA")
        result.alpha_composite(layer, corner)
    else:
        result = image.convert("RGB")
        result.paste(layer.convert("RGB"), corner, cover)
    return result


def _margin(effect: Text | Watermark, image: Image.Image) -> int:
    return round(min(image.size) * effect.margin)


def _coloured(colour: str, mask: Image.Image) -> Image.Image:
    layer = Image.new("RGBA", mask.size, ImageColor.getrgb(colour))
    layer.putalpha(mask)
    return layer


@lru_cache(maxsize=32)
def _font(effect: Text, size: float) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    return effect.font(size)


@lru_cache(maxsize=8)
def _mark(effect: Watermark) -> Image.Image:
    with decoding():
        return open_image(effect.content, ("PNG",)).convert("RGBA")
