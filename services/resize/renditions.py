"""Every rendition of a recipe from one decode of the master. Pure: knows no cloud."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from PIL import Image

from imaging.codec import decoding, encode, has_transparency, open_image
from imaging.recipes import Recipe, Rendition
from services.resize import effects
from services.resize.geometry import Plan, plan

MASTER_FORMATS = ("JPEG", "PNG", "WEBP")
# JPEG can be decoded at an eighth, a quarter, a half of its size for free. At twice what is needed the result
# is 49 dB or better against a full decode; at once what is needed the loss can be seen (34 dB).
DRAFT_MARGIN = 2
_METHOD = "lanczos"


@dataclass(frozen=True)
class Made:
    """One finished rendition: the file's bytes, its format, width and height in pixels, how it was made."""

    name: str
    content: bytes
    format: str
    width: int
    height: int
    method: str


def make(content: bytes, recipe: Recipe) -> Iterator[Made]:
    """Yield the recipe's renditions of a master (JPEG, PNG or WebP, upright), in the recipe's order.

    Raises CorruptImage and DecompressionBomb.
    """
    image = open_image(content, MASTER_FORMATS)
    format_ = image.format or ""
    plans = [plan(image.width, image.height, rendition) for rendition in recipe.rendition]
    decoded, reduction = _decode(image, max(step.scale for step in plans))
    scaled: dict[Plan, Image.Image] = {}  # the pixelated variants share the thumbnail's pixels
    for rendition, step in zip(recipe.rendition, plans, strict=True):
        if step not in scaled:
            scaled[step] = _scale(decoded, step, reduction)
        yield _finish(scaled[step], step, rendition, format_)


def _decode(image: Image.Image, scale: float) -> tuple[Image.Image, tuple[float, float]]:
    """Return the pixels, small where the decoder can, and how much smaller: (across, down), 1 or less."""
    whole = image.size
    with decoding():
        if image.format == "JPEG" and scale < 1:
            image.draft(None, (ceil(whole[0] * scale * DRAFT_MARGIN), ceil(whole[1] * scale * DRAFT_MARGIN)))
        image.load()
        return _scalable(image), (image.width / whole[0], image.height / whole[1])


def _scalable(image: Image.Image) -> Image.Image:
    """Palettes and bitmaps cannot be averaged: make them colour or grey."""
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    if has_transparency(image):
        return image.convert("RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")


def _scale(image: Image.Image, step: Plan, reduction: tuple[float, float]) -> Image.Image:
    across, down = reduction
    left, top, right, bottom = step.box
    box = (left * across, top * down, min(right * across, image.width), min(bottom * down, image.height))
    if step.size == image.size and box == (0, 0, *image.size):
        return image
    return image.resize(step.size, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)


def _finish(image: Image.Image, step: Plan, rendition: Rendition, master_format: str) -> Made:
    words = [_METHOD]
    for effect in rendition.effects:
        image = effects.apply(effect, image)
        words.append(effects.name(effect))
    if step.canvas != step.size:
        image = _on_canvas(image, step.canvas, rendition.background)
    format_ = master_format if rendition.format == "same" else rendition.format.upper()
    content = encode(image, format_, rendition.quality)
    return Made(rendition.name, content, format_, image.width, image.height, ", ".join(words))


def _on_canvas(image: Image.Image, size: tuple[int, int], background: str) -> Image.Image:
    canvas = Image.new("RGB", size, background)
    corner = ((size[0] - image.width) // 2, (size[1] - image.height) // 2)
    canvas.paste(image, corner, image.convert("RGBA").getchannel("A") if has_transparency(image) else None)
    return canvas
