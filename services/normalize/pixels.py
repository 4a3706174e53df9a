"""Normalisation: a list of named steps, each from picture to picture. Pure: knows no cloud."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from PIL import Image

from imaging.codec import encode, has_transparency
from imaging.exif import credits_of
from imaging.formats import MASTERS
from imaging.limits import MAX_JPEG_SIDE
from imaging.originals import Original, open_original
from services.normalize.colour import by_profile, eight_bits, profile_of

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
    """Pixels on their way, with what the file says about them: Exif orientation (1 to 8) and ICC profile."""

    image: Image.Image
    orientation: int = 1
    profile: bytes = b""


@dataclass(frozen=True)
class Master:
    """The normalised picture: the file's bytes, its format, width and height in pixels, how it was made.

    ``method`` is ``stripped`` (the compressed pixels are the original's) or ``re-encoded``; ``frames`` counts
    the original's, of which the first is kept.
    """

    content: bytes
    format: str
    width: int
    height: int
    method: str
    frames: int


def normalize(content: bytes, keep: Iterable[str] = ()) -> Master:
    """Return a file's master: upright, sRGB, eight bits a channel, without metadata but what is to be kept.

    An upright sRGB JPEG, PNG or WebP is not decoded: it loses its metadata and nothing else. All else is decoded once.
    JPEG, PNG and WebP stay what they are; the others become PNG where there is transparency or a side too long for
    JPEG, JPEG else. ``keep`` names credits (artist, copyright). Raises CorruptImage,
    UnsupportedFormat and DecompressionBomb.
    """
    original = open_original(content)
    name, strip, opened = original.format.name, original.format.strip, original.image
    exif = credits_of(opened, keep)
    if strip and _is_normal(original) and (stripped := strip(content, exif)):
        width, height = opened.size
        return Master(stripped, master_format(name, opened), width, height, "stripped", original.frames)
    picture = Picture(original.pixels, original.orientation, opened.info.get("icc_profile") or b"")
    for step in STEPS:
        picture = step(picture)
    image = picture.image
    format_ = master_format(name, image)
    content = encode(image, format_, MASTER_QUALITY, exif)
    return Master(content, format_, image.width, image.height, "re-encoded", original.frames)


def _is_normal(original: Original) -> bool:
    image = original.image
    return original.orientation == 1 and profile_of(image.info.get("icc_profile") or b"", image.mode) is None


def master_format(original: str, image: Image.Image) -> str:
    """Return the format that a picture's master has; a multi-picture JPEG is a JPEG."""
    if original in MASTERS and original != "JPEG":
        return original
    return "PNG" if has_transparency(image) or max(image.size) > MAX_JPEG_SIDE else "JPEG"


def to_eight_bits(picture: Picture) -> Picture:
    """Scale 16-bit and floating-point grey to eight bits a channel."""
    return replace(picture, image=eight_bits(picture.image))


def to_srgb(picture: Picture) -> Picture:
    """Convert by the embedded ICC profile; without one, or with one that cannot be used, the pixels count as sRGB."""
    image = picture.image
    if profile := profile_of(picture.profile, image.mode):
        image = by_profile(image, profile)
    if image.mode not in _PLAIN_MODES:
        image = image.convert("RGBA" if has_transparency(image) else "RGB")
    return replace(picture, image=image, profile=b"")


def upright(picture: Picture) -> Picture:
    """Do the Exif orientation, once."""
    turn = _TURNS.get(picture.orientation)
    return Picture(picture.image.transpose(turn) if turn is not None else picture.image)


STEPS: tuple[Callable[[Picture], Picture], ...] = (to_eight_bits, to_srgb, upright)
