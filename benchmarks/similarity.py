"""How alike two pictures are: structural similarity of their luma, against a full decode scaled by Lanczos."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from benchmarks.peers.measuring import Renditions, Wanted
from imaging.codec import encode

WINDOW = 8
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))

Luma = NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """An upload, wholly decoded, upright, in sRGB, with its format's name."""

    image: Image.Image
    format: str

    @classmethod
    def of(cls, upload: Path) -> "Reference":
        """Decode an upload with plain Pillow."""
        with Image.open(upload) as opened:
            image, format_ = ImageOps.exif_transpose(opened), opened.format or ""
        if profile := image.info.get("icc_profile"):
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, SRGB, flags=ImageCms.Flags.BLACKPOINTCOMPENSATION) or image
        image.info.clear()
        return cls(image, format_)

    def scaled(self, wanted: Wanted, size: tuple[int, int]) -> Image.Image:
        """Return the rendition without any shortcut, at the size that a side gave it."""
        if wanted.fit == "cover":
            return ImageOps.fit(self.image, size, Image.Resampling.LANCZOS)
        return self.image.resize(size, Image.Resampling.LANCZOS)


def write_full_decode(reference: Reference, like: Path, renditions: Renditions, folder: Path) -> None:
    """Encode the reference's renditions, at the sizes of those in ``like``: the best that the quality allows."""
    for wanted in plain(renditions):
        with Image.open(like / wanted.name) as side:
            image = reference.scaled(wanted, side.size)
        (folder / wanted.name).write_bytes(encode(image, reference.format, wanted.quality))


def similarity(reference: Reference, folder: Path, renditions: Renditions) -> float:
    """Return the mean SSIM of a folder's renditions, those that are not pixelated."""
    found = []
    for wanted in plain(renditions):
        with Image.open(folder / wanted.name) as side:
            found.append(ssim(luma(side), luma(reference.scaled(wanted, side.size))))
    return float(np.mean(found))


def size_bytes(folder: Path, renditions: Renditions) -> int:
    """Return the bytes of all renditions together."""
    return sum((folder / wanted.name).stat().st_size for wanted in renditions)


def plain(renditions: Renditions) -> Renditions:
    return tuple(wanted for wanted in renditions if not wanted.blocks)


def luma(image: Image.Image) -> Luma:
    """Return the luma, 0 to 255; what is transparent shows white."""
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    return np.asarray(image.convert("L"), np.float64)


def ssim(one: Luma, other: Luma) -> float:
    """Return the mean structural similarity of two pictures of one shape, at most 1.

    Wang, Bovik, Sheikh, Simoncelli: Image Quality Assessment: From Error Visibility to Structural Similarity,
    IEEE Transactions on Image Processing 13 (4), 2004, equation 13, https://doi.org/10.1109/TIP.2003.819861,
    with a square window of 8 × 8 at every pixel in place of the Gaussian one.
    """
    mean_one, mean_other = windowed(one), windowed(other)
    variance_one = windowed(one * one) - mean_one**2
    variance_other = windowed(other * other) - mean_other**2
    covariance = windowed(one * other) - mean_one * mean_other
    alike = (2 * mean_one * mean_other + C1) * (2 * covariance + C2)
    apart = (mean_one**2 + mean_other**2 + C1) * (variance_one + variance_other + C2)
    return float(np.mean(alike / apart))


def windowed(values: Luma) -> Any:
    """Return the mean over every whole window, from sums over rectangles."""
    sums = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    total = sums[WINDOW:, WINDOW:] - sums[:-WINDOW, WINDOW:] - sums[WINDOW:, :-WINDOW] + sums[:-WINDOW, :-WINDOW]
    return total / WINDOW**2
