"""Sixteen bits a channel, reduced to eight on sRGB's curve, which keeps dark levels distinct."""

import sys
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageChops, ImageCms, ImageFile

from imaging.codec import decoding, open_image
from services.normalize.spaces import written

# Of a channel, as a profile has it: ICC.1:2022, 10.18, function type 3; the numbers are sRGB's.
SRGB_CURVE = b"para\0\0\0\0\0\3\0\0" + b"".join(
    round(65_536 * number).to_bytes(4, "big") for number in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
)
# Pillow decodes the high bytes of 16-bit colours. By raw mode, the one that decodes the low bytes instead.
_NATIVE = "B" if sys.byteorder == "little" else "L"
_LOW = {
    f"{mode};16{order}": f"{mode};16{low}"
    for mode in ("RGB", "RGBX", "RGBA")
    for order, low in (("B", "L"), ("L", "B"), ("N", _NATIVE))
} | {"LA;16B": "RGBA"}  # high and low bytes of grey, of alpha
_BAND = 1 << 20  # pixels at once


def low_bytes(opened: ImageFile.ImageFile, content: bytes) -> Image.Image | None:
    """Return the low bytes of 16-bit colours, in the mode of the high ones; None for a picture that has none.

    ``opened`` is that file's picture, not yet decoded. Raises CorruptImage.
    """
    layouts = [tile.args if isinstance(tile.args, tuple) else (tile.args,) for tile in opened.tile]
    low = _LOW.get(str(layouts[0][0])) if layouts and layouts[0] else None
    if low is None:
        return None
    image = open_image(content, (opened.format or "",))
    tiles = zip(image.tile, layouts, strict=True)
    image.tile = [tile._replace(args=(low, *layout[1:])) for tile, layout in tiles]
    with decoding():
        image.load()
    return image if low != "RGBA" else Image.merge("RGBA", [image.getchannel(band) for band in (1, 1, 1, 3)])


def cut(
    image: Image.Image, low: Image.Image | None, curves: Sequence[bytes], key: int | tuple[int, ...] | None = None
) -> Image.Image:
    """Return 16-bit grey, or high and low bytes of colours, in eight bits on sRGB's curve.

    ``curves`` are those of red, green and blue, or thrice grey's, as profiles have them. What has the transparent
    colour ``key`` in all its 16 bits becomes transparent.
    """
    whole = Image.new((image.mode if low else "L") + ("" if key is None else "A"), image.size)
    tables = [_levels(curve) for curve in curves]
    rows = max(1, _BAND // image.width)
    for top in range(0, image.height, rows):
        box = (0, top, image.width, min(top + rows, image.height))
        high = image.crop(box)
        channels = _channels(high, low.crop(box)) if low else [high.convert("I")]
        bands = [channel.point(table, "L") for channel, table in zip(channels, tables, strict=False)]
        if key is not None:
            bands.append(_visible(channels, key if isinstance(key, tuple) else (key,)))
        elif "A" in high.getbands():
            bands.append(high.getchannel("A"))
        whole.paste(Image.merge(whole.mode, bands), box)
    return whole


@lru_cache(maxsize=8)
def _levels(curve: bytes) -> list[int]:
    """Return what each of 65,536 levels becomes."""
    ramp = Image.frombytes("I;16", (256, 256), b"".join(level.to_bytes(2, "little") for level in range(65_536)))
    own, srgbs = (ImageCms.ImageCmsProfile(BytesIO(written(b"GRAY", {b"kTRC": one}))) for one in (curve, SRGB_CURVE))
    exactly = ImageCms.Flags.NOOPTIMIZE
    return list(ImageCms.buildTransform(own, srgbs, "I;16", "L", flags=exactly).apply(ramp).tobytes())


def _channels(high: Image.Image, low: Image.Image) -> list[Image.Image]:
    """Return high and low bytes together, in mode I."""
    empty = Image.new("L", high.size)
    pairs = zip(low.split(), high.split(), strict=True)
    together = (Image.merge("RGBA", (*pair, empty, empty)).tobytes() for pair in pairs)
    return [Image.frombytes("I", high.size, numbers, "raw", "I;32") for numbers in together]


def _visible(channels: Sequence[Image.Image], key: Sequence[int]) -> Image.Image:
    """Return 0 where all channels have the key, 255 elsewhere."""
    alpha = Image.new("L", channels[0].size)
    for channel, level in zip(channels, key, strict=True):
        table = [255] * 65_536
        table[level] = 0
        alpha = ImageChops.lighter(alpha, channel.point(table, "L"))
    return alpha
