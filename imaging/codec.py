"""Bytes to pixels and back: the allowed decoders, and one way to say that a picture is damaged."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from imaging.limits import MAX_PIXELS
from imaging.reasons import CorruptImage, DecompressionBomb

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Format:
    """A format that we write: its name as Pillow says it, its file extension, its media type."""

    name: str
    extension: str
    media_type: str


WRITTEN = {
    written.name: written
    for written in (
        Format("JPEG", "jpg", "image/jpeg"),
        Format("PNG", "png", "image/png"),
        Format("WEBP", "webp", "image/webp"),
    )
}
# Dangerous plugins stay unreachable. A multi-picture file (MPO) is opened by way of JPEG.
READ = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF")

# What Pillow's decoders and metadata readers throw at damaged files besides OSError.
_DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    ArithmeticError,
    KeyError,
    IndexError,
    EOFError,
    struct.error,
    RuntimeError,
)


@contextmanager
def decoding() -> Iterator[None]:
    """Turn whatever a decoder throws into CorruptImage or DecompressionBomb, with the decoder's own words."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise DecompressionBomb(f"{error}") from error
    except UnidentifiedImageError as error:  # Pillow's words name an object in memory, another one each time
        raise CorruptImage("no decoder knows what this is") from error
    except _DAMAGE as error:
        raise CorruptImage(f"{type(error).__name__}: {error}") from error


def open_image(content: bytes, formats: tuple[str, ...] = READ) -> Image.Image:
    """Read a picture's header; its pixels are decoded when they are first needed.

    Raises CorruptImage, and DecompressionBomb above MAX_PIXELS.
    """
    with decoding():
        image = Image.open(BytesIO(content), formats=formats)
    if image.width * image.height > MAX_PIXELS:
        raise DecompressionBomb(f"{image.width}×{image.height} pixels; the limit is {MAX_PIXELS:,} in all")
    return image


def has_transparency(image: Image.Image) -> bool:
    """Return whether the picture can show what is behind it (an alpha channel, or a transparent colour)."""
    return image.has_transparency_data


def flatten(image: Image.Image, background: str = "white") -> Image.Image:
    """Return the picture in RGB (L where it is grey), what was transparent filled with the background."""
    if not has_transparency(image):
        return image if image.mode in ("L", "RGB") else image.convert("RGB")
    picture = image.convert("RGBA")
    ground = Image.new("RGB", picture.size, background)
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def encode(image: Image.Image, format: str, quality: int) -> bytes:  # noqa: A002 - Pillow's word
    """Return the file: pixels, what the format itself needs, and nothing else.

    ``quality`` is 1 to 100; PNG is lossless and takes no notice of it. JPEG has no transparency: white shows.
    """
    options: dict[str, Any] = {"quality": quality}
    if format == "JPEG":
        image = flatten(image)
    elif format == "PNG":
        options = {}
    elif format == "WEBP":
        options["method"] = 2  # a seventh of the time of the default, 4, for 3 % more bytes
    bare = image.copy() if image.info else image
    bare.info = {"transparency": image.info["transparency"]} if "transparency" in image.info else {}
    file = BytesIO()
    bare.save(file, format, **options)
    return file.getvalue()
