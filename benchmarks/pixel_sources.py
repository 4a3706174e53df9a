"""The uploads that the pixel benchmark measures, made once into a folder of build/.

Photographic detail decides what decoders and encoders cost, so a photograph is taken from a folder of large pictures
where there is one; elsewhere a landscape is drawn, with sensor noise.
"""

import struct
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageOps

PHOTOGRAPH = Path("../shared/corpus/C_large/mate-backgrounds__Elephants_5640x3172.jpg")
TWELVE = (4000, 3000)
TWENTY_FOUR = (6000, 4000)
CAMERA_QUALITY = 90
NOISE = 2.0  # standard deviation of the sensor's noise, of 255
SEED = 24

Maker = Callable[[Path], bytes]


def make(folder: Path) -> dict[str, Path]:
    """Return the uploads by the name of their case, making those that the folder lacks."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for case, (extension, maker) in CASES.items():
        paths[case] = folder / f"{case}.{extension}"
        if not paths[case].exists():
            paths[case].write_bytes(maker(PHOTOGRAPH))
    return paths


def origin() -> str:
    """Say where the pixels come from."""
    return f"derived from {PHOTOGRAPH.name}" if PHOTOGRAPH.exists() else "drawn"


def photograph(path: Path, size: tuple[int, int]) -> Image.Image:
    """Return a noisy picture of that size, in RGB."""
    if path.exists():
        with Image.open(path) as opened:
            picture = ImageOps.fit(opened.convert("RGB"), size, Image.Resampling.LANCZOS)
    else:
        picture = drawn(size)
    noise = np.random.default_rng(SEED).normal(0, NOISE, (size[1], size[0], 1))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


def drawn(size: tuple[int, int]) -> Image.Image:
    """Return clouds of every coarseness over a gradient: energy falls with frequency, as it does in photographs."""
    random = np.random.default_rng(SEED)
    canvas = np.linspace(60, 190, size[1])[:, None, None] * np.ones((1, size[0], 3))
    for octave in range(2, 12):
        grid = random.normal(0, 255, (2**octave, 2**octave, 3)).clip(-127, 128) + 127
        layer = Image.fromarray(grid.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
        canvas += (np.asarray(layer) - 127.0) * 0.7**octave
    return Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))


def jpeg(
    size: tuple[int, int],
    *,
    progressive: bool = False,
    orientation: int = 1,
    profile: bytes = b"",
    facts: Mapping[int, Any] = MappingProxyType({}),
) -> Maker:
    """Return a maker of a camera's JPEG: 4:2:0, with the ICC profile and, in its Exif directory, the facts given."""

    def maker(path: Path) -> bytes:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        exif.get_ifd(ExifTags.IFD.Exif).update(facts)
        picture = photograph(path, size)
        file = BytesIO()
        picture.save(
            file, "JPEG", quality=CAMERA_QUALITY, progressive=progressive, exif=exif, icc_profile=profile or None
        )
        return file.getvalue()

    return maker


def webp(path: Path) -> bytes:
    file = BytesIO()
    photograph(path, TWELVE).save(file, "WEBP", quality=CAMERA_QUALITY, method=4)
    return file.getvalue()


def png_with_alpha(path: Path) -> bytes:
    """Return a cut-out with a soft edge: clear, half clear and opaque pixels."""
    picture = photograph(path, TWELVE)
    gradient = ImageOps.invert(Image.radial_gradient("L")).resize(TWELVE, Image.Resampling.BICUBIC)
    picture.putalpha(gradient.point(lambda value: min(255, max(0, 4 * value - 200))))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def display_p3() -> bytes:
    """Return a Display P3 profile: https://www.color.org/ICC1v43_2010-12.pdf, colorants adapted to D50.

    The primaries are those of https://www.w3.org/TR/css-color-4/#predefined-display-p3, the curve is sRGB's.
    """

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))

    def text(words: str) -> bytes:
        encoded = words.encode("utf-16-be")
        return b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(encoded), 28) + encoded

    numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    curve = b"para\0\0\0\0" + struct.pack(">HH5i", 3, 0, *(round(number * 65536) for number in numbers))
    white = (0.9642, 1.0, 0.8249)
    tags = {
        b"desc": text("Display P3"),
        b"cprt": text("CC0"),
        b"wtpt": xyz(*white),
        b"rXYZ": xyz(0.51512, 0.24120, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.15710, 0.06657, 0.78407),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s", start + len(body), b"", 0x04300000, b"mntr", b"RGB ", b"XYZ ", b"", b"acsp"
    )
    illuminant = struct.pack(">3i", *(round(value * 65536) for value in white))
    return (header.ljust(68, b"\0") + illuminant).ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


CASES: dict[str, tuple[str, Maker]] = {
    "jpeg-12": ("jpg", jpeg(TWELVE)),
    "jpeg-24": ("jpg", jpeg(TWENTY_FOUR)),
    "progressive-24": ("jpg", jpeg(TWENTY_FOUR, progressive=True)),
    "rotated-12": ("jpg", jpeg(TWELVE, orientation=6)),
    "display-p3-12": ("jpg", jpeg(TWELVE, profile=display_p3())),
    "webp-12": ("webp", webp),
    "png-alpha-12": ("png", png_with_alpha),
}
