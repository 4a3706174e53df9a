"""The smallest quality that looks like the original: encode, decode, compare, and search. Pure: knows no cloud.

Likeness is SSIM: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
similarity", IEEE Transactions on Image Processing 13 (4), 2004, equation 13, https://doi.org/10.1109/TIP.2003.819861;
over windows of 8×8 pixels that do not overlap, each pixel of equal weight. A pixel is a vector of luma and two chromas
(YCbCr as JPEG has it), so that variances and covariances are sums over the three: what a change of colour weighs
depends on how much brightness varies there. Of grey pictures, luma alone.
"""

from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageMath

from imaging.codec import encode, flatten, open_image

# Below, JPEG's blocks show even where SSIM does not mind them; above, bytes grow and nothing can be seen.
# 28 qualities are searched by halves in at most five steps.
QUALITIES = range(41, 96, 2)
_WINDOW = 8
# The paper's K1 = 0.01 and K2 = 0.03 of the 255 levels, squared.
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
# Of fine detail the eye sees colour far less than brightness: Mullen, Journal of Physiology 359, 1985,
# https://doi.org/10.1113/jphysiol.1985.sp015591. At an eighth, a sensor's noise in the colours weighs nothing: six
# photographs take 3 % more bytes than by luma alone. Grey's chroma, 128, becomes 0.
_CHROMA = 0.125
_NO_COLOUR = -128 * _CHROMA


@dataclass(frozen=True)
class Encoded:
    """A file, its quality (1 to 100; None: lossless), whether its colours are as fine as its brightness, its SSIM."""

    content: bytes
    quality: int | None
    fine: bool
    ssim: float

    def __str__(self) -> str:
        made = "lossless" if self.quality is None else f"quality {self.quality}"
        return f"{made}{', full chroma' if self.fine and self.quality else ''} (ssim {self.ssim:.3f})"


def encode_auto(image: Image.Image, format: str, target: float, exif: bytes = b"") -> Encoded:  # noqa: A002
    """Return the file of the smallest quality whose SSIM to the picture is ``target`` or more.

    Encoders halve the colours' resolution. Where no quality will do so, JPEG and AVIF keep it whole, if that brings at
    least half of what is missing, and WebP becomes lossless, if that takes no more bytes. Where nothing will do, the
    highest quality is taken. At most ten encodings. PNG is lossless: encoded once.
    """
    if format == "PNG":
        return Encoded(encode(image, format, QUALITIES[-1], exif), None, True, 1.0)
    original = _Planes.of(image)
    found = _smallest(image, original, format, target, exif, fine=False)
    if found.ssim >= target or len(original.pixels) == 1:
        return found
    if format != "WEBP":
        finer = _smallest(image, original, format, target, exif, fine=True)
        return finer if finer.ssim - found.ssim >= target - finer.ssim else found
    lossless = encode(image, format, QUALITIES[-1], exif, fine=True)
    return Encoded(lossless, None, True, 1.0) if len(lossless) <= len(found.content) else found


def _smallest(
    image: Image.Image,
    original: "_Planes",
    format: str,  # noqa: A002
    target: float,
    exif: bytes,
    *,
    fine: bool,
) -> Encoded:
    low, high = 0, len(QUALITIES)
    best: Encoded | None = None
    while low < high:
        middle = (low + high) // 2
        content = encode(image, format, QUALITIES[middle], exif, fine=fine)
        likeness = original.ssim(_Planes.of(open_image(content), len(original.pixels)))
        tried = Encoded(content, QUALITIES[middle], fine, likeness)
        if tried.ssim >= target:
            best, high = tried, middle
        else:
            low = middle + 1
    return best or tried


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Return how alike two pictures of one size look, 1 at most; what is transparent counts as white."""
    planes = _Planes.of(one)
    return planes.ssim(_Planes.of(other, len(planes.pixels)))


@dataclass(frozen=True)
class _Planes:
    """A picture's luma and, unless it is grey, its two chromas, with each window's mean and mean square; in mode F."""

    pixels: list[Image.Image]
    means: list[Image.Image]
    squares: list[Image.Image]

    @classmethod
    def of(cls, image: Image.Image, planes: int = 0) -> "_Planes":
        """Take a picture apart, into so many planes if that is said."""
        flat = flatten(image)
        colour = planes == 3 or (not planes and flat.mode != "L")  # noqa: PLR2004 - luma and two chromas
        luma, *chromas = (plane.convert("F") for plane in flat.convert("YCbCr" if colour else "L").split())
        pixels = [luma, *(plane.point(lambda level: level * _CHROMA + _NO_COLOUR) for plane in chromas)]
        means = [plane.reduce(_WINDOW) for plane in pixels]
        return cls(pixels, means, [_product(plane, plane).reduce(_WINDOW) for plane in pixels])

    def ssim(self, other: "_Planes") -> float:
        values = {}
        for plane, (one, two) in enumerate(zip(self.pixels, other.pixels, strict=True)):
            values[f"x{plane}"], values[f"y{plane}"] = self.means[plane], other.means[plane]
            values[f"xx{plane}"], values[f"yy{plane}"] = self.squares[plane], other.squares[plane]
            values[f"xy{plane}"] = _product(one, two).reduce(_WINDOW)
        each = ImageMath.lambda_eval(lambda of: _formula(of, len(self.pixels)), **values)
        return float(each.reduce(each.size).getpixel((0, 0)))


def _product(one: Image.Image, other: Image.Image) -> Image.Image:
    product: Image.Image = ImageMath.lambda_eval(lambda of: of["a"] * of["b"], a=one, b=other)
    return product


def _formula(of: dict[str, Any], planes: int) -> Any:
    means, both_means, covariances, variances = _C1, _C1, _C2, _C2
    for plane in range(planes):
        x, y, xx, yy, xy = (of[f"{name}{plane}"] for name in ("x", "y", "xx", "yy", "xy"))
        covariances += 2 * (xy - x * y)
        variances += xx - x * x + yy - y * y
        means += 2 * x * y
        both_means += x * x + y * y
    return means * covariances / (both_means * variances)
