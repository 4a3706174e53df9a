"""Effects: each from picture to picture, in the order in which a recipe names them.

Pictures are L, LA, RGB or RGBA. Size stays, and so does alpha, except where an effect moves pixels (flip, mirror),
mixes them (blur, pixelate: premultiplied, so that what is invisible lends no colour) or lays something over them.
"""

from functools import singledispatch

import msgspec
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

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
    return ImageEnhance.Contrast(image).enhance(effect.factor)


@apply.register
def _(effect: named.Saturation, image: Image.Image) -> Image.Image:
    return ImageEnhance.Color(image).enhance(effect.factor)


@apply.register
def _(effect: named.Sharpen, image: Image.Image) -> Image.Image:
    return ImageEnhance.Sharpness(image).enhance(effect.factor)


@apply.register
def _(effect: named.Blur, image: Image.Image) -> Image.Image:
    blur = ImageFilter.GaussianBlur(effect.sigma)
    premultiplied = {"RGBA": "RGBa", "LA": "La"}.get(image.mode)
    return image.convert(premultiplied).filter(blur).convert(image.mode) if premultiplied else image.filter(blur)


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


def name(effect: named.Effect) -> str:
    """Return the effect in words, as the record keeps it: ``blur 2.5``, ``text "© Ann" southeast``; no pixels."""
    words = [str(effect.__struct_config__.tag)]
    for field in msgspec.structs.fields(effect):
        value = getattr(effect, field.name)
        if field.name == "text":
            words.append(f'"{value}"')
        elif isinstance(value, float):
            words.append(f"{value:g}")
        elif field.name != "png":
            words.append(str(value))
    return " ".join(words)
