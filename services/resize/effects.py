"""Effects: each from picture to picture, in the order in which a recipe names them.

Pictures are L, LA, RGB or RGBA. Size stays, and so does alpha, except where an effect moves pixels (flip, mirror),
mixes them (blur, pixelate) or lays something over them. Pixels are mixed and weighed with alpha multiplied in, so that
the colour of what is invisible changes nothing.
"""

from functools import singledispatch

import msgspec
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps, ImageStat

from imaging import effects as named
from services.resize import overlays


@singledispatch
def apply(effect: named.Effect, image: Image.Image) -> Image.Image:  # noqa: ARG001 - the variants below use it
    """Return another picture, with one effect; its size stays."""
    raise TypeError(f"no effect is called {type(effect).__name__}")


@apply.register
def _(_: named.Flip, image: Image.Image) -> Image.Image:
    return ImageOps.flip(image)


@apply.register
def _(_: named.Mirror, image: Image.Image) -> Image.Image:
    return ImageOps.mirror(image)


@apply.register
def _(_: named.Grayscale, image: Image.Image) -> Image.Image:
    return image.convert("LA" if "A" in image.getbands() else "L")


@apply.register
def _(effect: named.Brightness, image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(effect.factor)


@apply.register
def _(effect: named.Contrast, image: Image.Image) -> Image.Image:
    grey = Image.new("L", image.size, _mean_grey(image)).convert(image.mode)
    return _away_from(grey, image, effect.factor)


@apply.register
def _(effect: named.Saturation, image: Image.Image) -> Image.Image:
    return ImageEnhance.Color(image).enhance(effect.factor)


@apply.register
def _(effect: named.Sharpen, image: Image.Image) -> Image.Image:
    return _away_from(_filtered(image, ImageFilter.SMOOTH), image, effect.factor)


@apply.register
def _(effect: named.Blur, image: Image.Image) -> Image.Image:
    return _filtered(image, ImageFilter.GaussianBlur(effect.sigma))


@apply.register
def _(effect: named.Colorize, image: Image.Image) -> Image.Image:
    tinted = ImageOps.colorize(image.convert("L"), effect.dark, effect.light)
    if "A" in image.getbands():
        tinted.putalpha(image.getchannel("A"))
    return tinted


@apply.register
def _(effect: named.Pixelate, image: Image.Image) -> Image.Image:
    block = max(image.size) / effect.blocks
    grid = (max(1, round(image.width / block)), max(1, round(image.height / block)))
    return image.resize(grid, Image.Resampling.BOX, reducing_gap=1).resize(image.size, Image.Resampling.NEAREST)


@apply.register
def _(effect: named.Text, image: Image.Image) -> Image.Image:
    return overlays.write(effect, image)


@apply.register
def _(effect: named.Watermark, image: Image.Image) -> Image.Image:
    return overlays.stamp(effect, image)


@apply.register
def _(effect: named.Border, image: Image.Image) -> Image.Image:
    return overlays.frame(effect, image)


def _mean_grey(image: Image.Image) -> int:
    """Return the mean luma, each pixel weighed by its alpha; 0 where all is invisible."""
    if "A" not in image.getbands():
        return round(ImageStat.Stat(image.convert("L")).mean[0])
    visible = ImageStat.Stat(image.getchannel("A")).sum[0]
    luma, alpha = image.convert("LA").split()
    return round(255 * ImageStat.Stat(ImageChops.multiply(luma, alpha)).sum[0] / visible) if visible else 0


def _filtered(image: Image.Image, what: ImageFilter.Filter | type[ImageFilter.Filter]) -> Image.Image:
    """Filter with alpha multiplied in."""
    multiplied = {"RGBA": "RGBa", "LA": "La"}.get(image.mode)
    return image.convert(multiplied).filter(what).convert(image.mode) if multiplied else image.filter(what)


def _away_from(other: Image.Image, image: Image.Image, factor: float) -> Image.Image:
    """Return the picture, every colour's distance to another picture's times the factor; its alpha stays."""
    if "A" in image.getbands():
        other.putalpha(image.getchannel("A"))
    return Image.blend(other, image, factor)


def name(effect: named.Effect) -> str:
    """Return the effect in words, as the record keeps it: ``blur 2.5``, ``text "© Ann" southeast``; no pixels."""
    words = [str(effect.__struct_config__.tag)]
    for field in msgspec.structs.fields(effect):
        value = getattr(effect, field.name)
        if field.name == "text":
            words.append(f'"{value}"')
        elif field.name not in ("png", "ttf", "margin"):
            words.append(f"{value:g}" if isinstance(value, float) else str(value))
    return " ".join(words)
