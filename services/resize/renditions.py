"""Every rendition of a recipe from one decode of the master. Pure: knows no cloud."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from PIL import Image, ImageFile
from PIL.WebPImagePlugin import WebPImageFile

from imaging.auto_quality import encode_auto
from imaging.codec import decoding, encode, has_transparency, open_image, real_alpha
from imaging.credits import credits_of
from imaging.formats import MASTERS
from imaging.recipes import Recipe, Rendition
from kit.events import Focus
from kit.outputs import digest
from services.resize import effects
from services.resize.cascade import cascade
from services.resize.focus import aimed
from services.resize.geometry import Plan, plan
from services.resize.placeholders import Placeholder, placeholder, smallest

# Raised when the same recipe gives other renditions than before: it is part of a rendition's key.
VERSION = 2
# JPEG can be decoded at 1/8, 1/4, 3/8 or 1/2 of its size: Pillow's number for that, the share, and how many times
# what is needed it must give. At once what is needed the loss can be seen (34 dB against a full decode).
DRAFTS = ((8, 1 / 8, 2.0), (4, 1 / 4, 2.0), (3, 3 / 8, 1.5), (2, 1 / 2, 1.5))
# How a size is reached, as the record says it.
_SCALED, _SCALED_FROM_DRAFT = "lanczos", "draft, bicubic, lanczos"


@dataclass(frozen=True)
class Master:
    """What the renditions are made from: the file, its format, width and height in pixels, the credits to keep."""

    content: bytes
    format: str
    size: tuple[int, int]
    credits: bytes


@dataclass(frozen=True)
class Made:
    """One rendition: file, format, width and height in pixels, how it was made; one of all has the placeholder."""

    name: str
    content: bytes
    format: str
    width: int
    height: int
    method: str
    placeholder: Placeholder | None = None


def make(content: bytes, recipe: Recipe, focus: Focus | None = None) -> Iterator[Made]:
    """Yield the recipe's renditions of a master (JPEG, PNG or WebP, upright), in the recipe's order.

    ``focus`` is where its subject is, if that is known. Raises CorruptImage and DecompressionBomb.
    """
    image = open_image(content, MASTERS)
    master = Master(content, image.format or "", image.size, credits_of(recipe.keep, image.info.get("exif", b"")))
    plans = [plan(image.width, image.height, rendition) for rendition in recipe.rendition]
    decoded, share = _decode(image, max(step.scale for step in plans))
    aims = [
        aimed(step, rendition.gravity, decoded, master.size, focus)
        for step, rendition in zip(plans, recipe.rendition, strict=True)
    ]
    scaled = cascade(decoded, master.size, aims, share)
    scaling = _SCALED if share == 1 else _SCALED_FROM_DRAFT
    small = smallest(aims, recipe.rendition, master.size)
    for rendition, step in zip(recipe.rendition, aims, strict=True):
        yield _finish(scaled[step], step, rendition, master, scaling, held=rendition is small)


def digests(master: str, recipe: Recipe, focus: Focus | None = None) -> dict[str, str]:
    """Return the digest of what makes each rendition of the master of that key, by the rendition's name."""
    makes = (master, tuple(sorted(recipe.keep)), VERSION)
    told = focus or ()
    return {each.name: digest(each, *makes, *(told if each.gravity == "focus" else ())) for each in recipe.rendition}


def _decode(image: ImageFile.ImageFile, scale: float) -> tuple[Image.Image, float]:
    """Return the pixels, small where the decoder can, and at which share of the picture's size they are."""
    with decoding():
        share = _draft(image, scale) if image.format == "JPEG" else 1
        if isinstance(image, WebPImageFile):  # Pillow copies its bytes twice, though they serve as they are
            return Image.frombuffer(image.rawmode, image.size, image._get_next()[0], "raw", image.rawmode, 0, 1), 1
        image.load()
        return _scalable(image), share


def _draft(image: ImageFile.ImageFile, scale: float) -> float:
    """Let a JPEG be decoded small; return at which share. ``Image.draft`` does the same, but knows no 3/8."""
    for number, share, margin in DRAFTS:
        if share >= scale * margin:
            image._size = (ceil(image.width * share), ceil(image.height * share))
            image.tile = [image.tile[0]._replace(extents=(0, 0, *image.size))]
            image.decoderconfig = (number, 0)
            return share
    return 1


def _scalable(image: Image.Image) -> Image.Image:
    """Palettes, bitmaps and transparent colours cannot be averaged: make them colour or grey, with alpha."""
    image = real_alpha(image)
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _finish(image: Image.Image, step: Plan, rendition: Rendition, master: Master, scaling: str, *, held: bool) -> Made:
    words = [scaling]
    if rendition.fit == "contain":
        image = _on_canvas(image, step.canvas, rendition.background)
    for effect in rendition.effects:
        image = effects.apply(effect, image)
        words.append(effects.name(effect))
    format_ = master.format if rendition.format == "same" else rendition.format.upper()
    content, said = _encoded(image, format_, rendition, master.credits)
    if len(master.content) < len(content) and format_ == master.format and _shows_the_master(step, rendition, master):
        content, said = master.content, ["unchanged"]
    method = ", ".join([*words, *said])
    small = placeholder(image) if held else None
    return Made(rendition.name, content, format_, image.width, image.height, method, small)


def _shows_the_master(step: Plan, rendition: Rendition, master: Master) -> bool:
    """Whether a rendition is the master itself, pixel by pixel: the picture is smaller than its bounds."""
    whole = (0, 0, *master.size)
    plain = not rendition.effects and not (rendition.progressive and master.format == "JPEG")
    return step.box == whole and step.size == step.canvas == master.size and plain


def _encoded(image: Image.Image, format_: str, rendition: Rendition, exif: bytes) -> tuple[bytes, list[str]]:
    """Return the file and how it was written: the quality where it was found and not given, and progressive."""
    progressive = rendition.progressive and format_ == "JPEG"
    said = ["progressive"] if progressive else []
    if rendition.quality != "auto":
        return encode(image, format_, rendition.quality, exif, progressive=progressive), said
    chosen = encode_auto(image, format_, rendition.ssim, exif)
    if not progressive or not chosen.quality:
        return chosen.content, [str(chosen)]
    # The same levels in another order: searched for in the order that is quicker to write.
    content = encode(image, format_, chosen.quality, exif, fine=chosen.fine, progressive=True)
    return content, [str(chosen), *said]


def _on_canvas(image: Image.Image, size: tuple[int, int], background: str) -> Image.Image:
    """Lay the picture on a canvas of its own colour, or of none; JPEG shows white for none."""
    corner = ((size[0] - image.width) // 2, (size[1] - image.height) // 2)
    if background == "transparent":
        canvas = Image.new("RGBA", size, "#ffffff00")
        canvas.paste(image.convert("RGBA"), corner)
    else:
        canvas = Image.new("RGB", size, background)
        canvas.paste(image, corner, image.convert("RGBA").getchannel("A") if has_transparency(image) else None)
    return canvas
