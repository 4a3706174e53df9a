"""Normalisation: a list of named steps, each from picture to picture. Pure: knows no cloud."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from pi_heif import register_heif_opener
from PIL import ExifTags, Image, ImageCms

from imaging.codec import WRITTEN, decoding, encode, has_transparency, open_image
from imaging.limits import MAX_JPEG_SIDE

register_heif_opener(thumbnails=False)

# A master is made once and read often: 51 dB against its original, for 1.2 times its bytes.
MASTER_QUALITY = 95
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# Which pixels a profile can be about, by its colour space.
_PROFILED = {
    "RGB": ("1", "L", "LA", "P", "PA", "RGB", "RGBA"),
    "GRAY": ("1", "L", "LA"),
    "CMYK": ("CMYK",),
}
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
    """The normalised picture: the file's bytes, its format, width and height in pixels, how it was made."""

    content: bytes
    format: str
    width: int
    height: int
    method: str
    frames: int


def normalize(content: bytes) -> Master:
    """Decode a file once and return its master: upright, sRGB, eight bits a channel, without metadata.

    JPEG, PNG and WebP stay what they are; the others become PNG where there is transparency or a side too long for
    JPEG, JPEG else. Raises CorruptImage and DecompressionBomb.
    """
    with decoding():
        opened = open_image(content)
        frames = int(getattr(opened, "n_frames", 1))
        opened.load()
        picture = Picture(opened, orientation(opened), opened.info.get("icc_profile") or b"")
        for step in STEPS:
            picture = step(picture)
    image = picture.image
    format_ = master_format(opened.format or "", image)
    return Master(
        content=encode(image, format_, MASTER_QUALITY),
        format=format_,
        width=image.width,
        height=image.height,
        method="re-encoded",
        frames=frames,
    )


def orientation(image: Image.Image) -> int:
    """Return the Exif orientation that is still to be done, 1 to 8, after ``load``; 1 for anything unreadable.

    Decoders differ: TIFF and HEIC are turned while they load and lose or reset their tag, AVIF is left as it lies
    with a tag made for it. XMP's orientation is not asked: ``getexif`` of the image would.
    """
    exif = Image.Exif()
    try:
        exif.load(_exif(image))
        found = int(exif.get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - damaged Exif on good pixels: any error at all means "not said"
        return 1
    return found if found in _TURNS else 1


def _exif(image: Image.Image) -> bytes:
    """Return the Exif block; ImageMagick writes a PNG's as hexadecimal text, three lines of header first."""
    if text := image.info.get("Raw profile type exif"):
        return bytes.fromhex("".join(str(text).split("\n")[3:]))
    return image.info.get("exif") or b""


def master_format(original: str, image: Image.Image) -> str:
    """Return the format that a picture's master has; a multi-picture JPEG is a JPEG."""
    if original == "MPO":
        return "JPEG"
    if original in WRITTEN:
        return original
    return "PNG" if has_transparency(image) or max(image.size) > MAX_JPEG_SIDE else "JPEG"


def eight_bits(picture: Picture) -> Picture:
    """Scale 16-bit and floating-point grey to eight bits: Pillow's own conversion would clip it to white."""
    image = picture.image
    if image.mode.startswith("I"):
        # From 0…65535; 1/257 maps white to white.
        image = image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    elif image.mode == "F":
        low, high = image.getextrema()
        if not isinstance(low, float) or not isinstance(high, float):
            raise TypeError("a floating-point picture has one channel")
        scale = 255 / (high - low) if high > low else 0.0
        image = image.point(lambda value: value * scale - low * scale).convert("L")
    return Picture(image, picture.orientation, picture.profile)


def to_srgb(picture: Picture) -> Picture:
    """Convert by the embedded ICC profile; without one, or with a broken one, the pixels count as sRGB."""
    image = picture.image
    if picture.profile:
        # "cannot build transform", a profile for another colour space: go on without it
        with suppress(ImageCms.PyCMSError, ValueError, OSError, TypeError):
            image = _by_profile(image, picture.profile)
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        image = image.convert("RGBA" if has_transparency(image) else "RGB")
    return Picture(image, picture.orientation)


def _by_profile(image: Image.Image, content: bytes) -> Image.Image:
    profile = ImageCms.ImageCmsProfile(BytesIO(content))
    if "sRGB" in ImageCms.getProfileDescription(profile):
        return image
    space = profile.profile.xcolor_space.strip()
    if image.mode not in _PROFILED.get(space, ()):
        return image  # the profile is not about these pixels
    alpha = image.convert("RGBA").getchannel("A") if has_transparency(image) else None
    mode = "L" if space == "GRAY" else space
    flat = image if image.mode == mode else image.convert(mode)
    converted = ImageCms.profileToProfile(
        flat,
        profile,
        _SRGB,
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if converted is None:
        raise ValueError("nothing was converted")
    if image.mode in ("1", "L", "LA"):
        converted = converted.convert("L")
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def upright(picture: Picture) -> Picture:
    """Do the Exif orientation, once."""
    turn = _TURNS.get(picture.orientation)
    return Picture(picture.image.transpose(turn) if turn is not None else picture.image)


STEPS: tuple[Callable[[Picture], Picture], ...] = (eight_bits, to_srgb, upright)
