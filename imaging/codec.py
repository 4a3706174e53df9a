"""Bytes to pixels and back: the allowed decoders, and one way to say that a picture is damaged."""

import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO
from typing import Any

from PIL import Image, ImageFile, UnidentifiedImageError

from imaging.formats import FORMATS, WRITTEN
from imaging.limits import max_pixels
from imaging.reasons import CorruptImage, DecompressionBomb

# A second line behind our own limits, which are below it.
Image.MAX_IMAGE_PIXELS = max_pixels("JPEG")
warnings.simplefilter("error", Image.DecompressionBombWarning)

# A PNG of fewer bytes a pixel is a graphic: searching for repetitions too may make it a fifth smaller. Where it is flat
# and small, as pixelated ones are, that is not worth its time.
_GRAPHIC = 0.5
_FLAT, _SMALL_BYTES = 0.05, 32 * 1024
_MOST_BYTES = 8  # of a progressive JPEG, a pixel: noise at full quality has 3.2
_ROOM = threading.Lock()
# Dangerous plugins stay unreachable.
READ = tuple(FORMATS)

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


def open_image(content: bytes, formats: tuple[str, ...] = READ) -> ImageFile.ImageFile:
    """Read a picture's header; its pixels are decoded when they are first needed.

    Raises CorruptImage, and DecompressionBomb for more pixels than its format may have.
    """
    with decoding():
        image = Image.open(BytesIO(content), formats=formats)
        if image.format == "PNG" and image.mode != "P" and "transparency" in image.info:
            image.info["transparency"] = _key(image, depth=content[24])
    limit = max_pixels("JPEG" if image.format == "MPO" else image.format or "")
    if image.width * image.height > limit:
        raise DecompressionBomb(f"{image.width}×{image.height} pixels; the limit is {limit:,} in all")
    return image


def _key(image: Image.Image, depth: int) -> int | tuple[int, ...]:
    """Return a PNG's transparent colour in the levels that Pillow gives to pixels of so many bits.

    Bits above the depth do not count: https://www.w3.org/TR/png-3/#11tRNS. Sixteen bits stay as they are.
    """
    said: int | tuple[int, ...] = image.info["transparency"]
    most = (1 << depth) - 1
    if isinstance(said, tuple):
        return tuple(level & most for level in said)
    if image.mode == "1":  # Pillow has made 0 or 255 of it, by all of its bits
        return said
    return (said & most) * (255 // most if depth < 8 else 1)  # noqa: PLR2004 - Pillow's levels have eight


def real_alpha(image: Image.Image) -> Image.Image:
    """Return the picture with transparency in an alpha channel (LA, RGBA): a transparent colour, or a palette's.

    Colours that alpha was multiplied into (as TIFF may have them) are divided again.
    """
    if not has_transparency(image) or image.mode in ("LA", "RGBA"):
        return image
    return image.convert("LA" if image.mode in ("1", "L", "La") else "RGBA")


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


def encode(
    image: Image.Image,
    format: str,  # noqa: A002 - Pillow's word
    quality: int,
    exif: bytes = b"",
    *,
    fine: bool = False,
    progressive: bool = False,
) -> bytes:
    """Return the file: pixels, what the format itself needs, the Exif block that is given, and nothing else.

    ``quality`` is 1 to 100; PNG is lossless and takes no notice of it. ``fine``: JPEG and AVIF do not halve the
    colours' resolution (4:4:4 instead of 4:2:0), and WebP is lossless. JPEG has no transparency: white shows;
    ``progressive`` orders its file from coarse to fine, other formats take no notice.
    """
    options: dict[str, Any] = {} if format == "PNG" else {"quality": quality}
    written = WRITTEN[format]
    options |= {**(written.effort or {}), **(written.fine if fine else {})}
    if format == "JPEG":
        image = flatten(image)
        options["progressive"] = progressive
    if exif:
        options["exif"] = exif
    said, image.info = image.info, {k: v for k, v in image.info.items() if k == "transparency"}
    try:
        pixels = image.width * image.height
        with _room_for(pixels * _MOST_BYTES) if options.get("progressive") else nullcontext():
            content = _saved(image, format, options)
        if format == "PNG" and min(pixels * _FLAT, _SMALL_BYTES) < len(content) < pixels * _GRAPHIC:
            content = min(content, _saved(image, format, options | {"compress_type": zlib.Z_DEFAULT_STRATEGY}), key=len)
    finally:
        image.info = said  # a copy without it would double the memory
    return content


@contextmanager
def _room_for(count: int) -> Iterator[None]:
    """Let Pillow write a file of so many bytes in one go: libjpeg cannot write a progressive one bit by bit.

    Pillow makes room for a byte a pixel, two from quality 95 on, which much detail exceeds. Room that is not written to
    takes no memory.
    """
    with _ROOM:
        before, ImageFile.MAXBLOCK = ImageFile.MAXBLOCK, max(count, ImageFile.MAXBLOCK)
        try:
            yield
        finally:
            ImageFile.MAXBLOCK = before


def _saved(image: Image.Image, format: str, options: dict[str, Any]) -> bytes:  # noqa: A002 - Pillow's word
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()
