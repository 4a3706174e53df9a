"""Normalisation: a list of named steps, each from picture to picture. Pure: knows no cloud."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from PIL import Image

from imaging.codec import encode, has_transparency, real_alpha
from imaging.credits import credits_of
from imaging.formats import MASTERS
from imaging.limits import MAX_JPEG_SIDE
from imaging.originals import Original, open_original
from kit.events import Focus
from services.normalize.colour import Profile, by_profile, source_profile, stretched
from services.normalize.depth import SRGB_CURVE, cut, low_bytes

# Raised when the same file gives another master than before: it is part of a master's key.
VERSION = 2
# A master is made once and read often: 51 dB against its original, for 1.2 times its bytes.
MASTER_QUALITY = 95
_PLAIN_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Picture:
    """Pixels between two steps: low bytes where colours have 16 bits, their profile, Exif's orientation."""

    image: Image.Image
    low: Image.Image | None = None
    profile: Profile | None = None
    orientation: int = 1


@dataclass(frozen=True)
class Master:
    """The normalised picture: the file's bytes, its format, width and height in pixels, how it was made.

    ``method`` is ``stripped`` (the compressed pixels are the original's) or ``re-encoded``, and ``tone-mapped`` where
    light above a page's white is pressed below it; ``frames`` counts the original's, of which the first is kept;
    ``focus`` is where the subject is, as the original's XMP says.
    """

    content: bytes
    format: str
    width: int
    height: int
    method: str
    frames: int
    focus: Focus | None


def normalize(content: bytes, keep: Iterable[str] = ()) -> Master:
    """Return a file's master: upright, sRGB, eight bits a channel, without metadata but what is to be kept.

    An upright sRGB JPEG, PNG or WebP is not decoded: it loses its metadata and nothing else. All else is decoded once.
    JPEG, PNG and WebP stay what they are; the others become PNG where their compression loses nothing, where there is
    transparency, or a side too long for JPEG; JPEG else. ``keep`` names credits (artist, copyright). Raises
    CorruptImage, UnsupportedFormat and DecompressionBomb.
    """
    original = open_original(content)
    strip, opened, parts = original.format.strip, original.image, original.parts
    frames, focus = original.frames, original.focus
    exif, profile = credits_of(keep, parts.exif, parts.xmp, parts.iptc), source_profile(original)
    keyed = "transparency" in opened.info and opened.mode != "P"
    if strip and original.orientation == 1 and not profile and not keyed and (stripped := strip(content, exif)):
        width, height = opened.size
        return Master(stripped, master_format(original, opened), width, height, "stripped", frames, focus)
    picture = Picture(
        low=low_bytes(opened, parts.lean), image=original.pixels, profile=profile, orientation=original.orientation
    )
    for step in STEPS:
        picture = step(picture)
    image = picture.image
    format_ = master_format(original, image)
    content = encode(image, format_, MASTER_QUALITY, exif, fine=parts.exact if format_ == "WEBP" else not parts.halved)
    method = "re-encoded, tone-mapped" if profile and profile.tone_mapped else "re-encoded"
    return Master(content, format_, image.width, image.height, method, frames, focus)


def master_format(original: Original, image: Image.Image) -> str:
    """Return the format that a picture's master has; a multi-picture JPEG is a JPEG."""
    if original.format.name in MASTERS and original.format.name != "JPEG":
        return original.format.name
    return "PNG" if original.parts.exact or has_transparency(image) or max(image.size) > MAX_JPEG_SIDE else "JPEG"


def to_eight_bits(picture: Picture) -> Picture:
    """Bring 16-bit channels to eight bits of sRGB's curve; stretch floating-point grey."""
    image, profile = picture.image, picture.profile
    if image.mode == "F":
        return replace(picture, image=stretched(image))
    if not image.mode.startswith("I") and picture.low is None:
        return picture
    curves = profile.curves if profile else ()
    image = cut(image, picture.low, curves or (SRGB_CURVE,) * 3, image.info.get("transparency"))
    if profile and curves:
        profile = profile.on_srgbs_curve() if image.mode.startswith("RGB") else None
    return Picture(image, None, profile, picture.orientation)


def to_srgb(picture: Picture) -> Picture:
    """Convert by what the file says about its colours; else the pixels count as sRGB. Transparency becomes alpha."""
    image = picture.image if picture.image.mode == "P" else real_alpha(picture.image)
    if picture.profile:
        image = by_profile(image, picture.profile.icc)
    if image.mode not in _PLAIN_MODES:
        image = image.convert("RGBA" if has_transparency(image) else "RGB")
    return replace(picture, image=image, profile=None)


def upright(picture: Picture) -> Picture:
    """Do the Exif orientation, once."""
    turn = _TURNS.get(picture.orientation)
    return Picture(picture.image.transpose(turn) if turn is not None else picture.image)


STEPS: tuple[Callable[[Picture], Picture], ...] = (to_eight_bits, to_srgb, upright)
