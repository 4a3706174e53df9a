"""The smallest quality that looks like the original: encode, decode, compare, and search. Pure: knows no cloud.

Likeness is SSIM: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
similarity", IEEE Transactions on Image Processing 13 (4), 2004, equation 13, https://doi.org/10.1109/TIP.2003.819861;
of luma, over windows of 8×8 pixels that do not overlap, each pixel of equal weight.
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


@dataclass(frozen=True)
class Encoded:
    """A file, the quality that it was written with (1 to 100), and its SSIM to the pixels that it shows (1: equal)."""

    content: bytes
    quality: int
    ssim: float


def encode_auto(image: Image.Image, format: str, target: float, exif: bytes = b"") -> Encoded:  # noqa: A002
    """Return the file of the smallest quality whose SSIM to the picture is ``target`` or more.

    At most five encodings. Where no quality will do, the highest is taken. PNG is lossless: encoded once.
    """
    if format == "PNG":
        return Encoded(encode(image, format, QUALITIES[-1], exif), QUALITIES[-1], 1.0)
    original = _Luma.of(image)
    low, high = 0, len(QUALITIES)
    best: Encoded | None = None
    while low < high:
        middle = (low + high) // 2
        content = encode(image, format, QUALITIES[middle], exif)
        tried = Encoded(content, QUALITIES[middle], original.ssim(_Luma.of(open_image(content))))
        if tried.ssim >= target:
            best, high = tried, middle
        else:
            low = middle + 1
    return best or tried


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Return how alike two pictures of one size look, 1 at most; what is transparent counts as white."""
    return _Luma.of(one).ssim(_Luma.of(other))


@dataclass(frozen=True)
class _Luma:
    """A picture's luma with each window's mean and mean square, all in mode F."""

    pixels: Image.Image
    mean: Image.Image
    square: Image.Image

    @classmethod
    def of(cls, image: Image.Image) -> "_Luma":
        pixels = flatten(image).convert("L").convert("F")
        return cls(pixels, pixels.reduce(_WINDOW), _product(pixels, pixels).reduce(_WINDOW))

    def ssim(self, other: "_Luma") -> float:
        each = ImageMath.lambda_eval(
            _formula,
            x=self.mean,
            y=other.mean,
            xx=self.square,
            yy=other.square,
            xy=_product(self.pixels, other.pixels).reduce(_WINDOW),
        )
        return float(each.reduce(each.size).getpixel((0, 0)))


def _product(one: Image.Image, other: Image.Image) -> Image.Image:
    product: Image.Image = ImageMath.lambda_eval(lambda of: of["a"] * of["b"], a=one, b=other)
    return product


def _formula(of: dict[str, Any]) -> Any:
    x, y = of["x"], of["y"]
    variances = of["xx"] - x * x + of["yy"] - y * y
    covariance = of["xy"] - x * y
    return (2 * x * y + _C1) * (2 * covariance + _C2) / ((x * x + y * y + _C1) * (variances + _C2))
