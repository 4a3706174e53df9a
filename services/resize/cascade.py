"""Scaling: every size from the smallest picture that is large enough, so that the large one is seldom read."""

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

from PIL import Image

from services.resize.geometry import Plan

# A picture is first reduced by whole numbers, which is cheap, to no less than this times the size that is wanted.
# Below 2 the difference can be seen.
GAP = 2.0
FILTER = Image.Resampling.LANCZOS
# A JPEG that was decoded small spends a third of its time in the first scaling. Bicubic needs two thirds of Lanczos's,
# and loses 0.002 of SSIM on the mean of the default recipe (`make bench-pixels`). Elsewhere decoding outweighs it by
# far.
FILTER_AFTER_DRAFT = Image.Resampling.BICUBIC
# With alpha multiplied in, colours of transparent pixels weigh nothing; done once, not for every size.
_MULTIPLIED = {"LA": "La", "RGBA": "RGBa"}
_STRIP = 16  # rows: what a processor's cache holds
_PLAIN = {"RGBX": "RGB"} | {multiplied: plain for plain, multiplied in _MULTIPLIED.items()}


class _Source(NamedTuple):
    """A picture to scale from. It is ``extent`` pixels large: the last ones of the image may show less than a whole."""

    image: Image.Image
    extent: tuple[float, float]


def cascade(
    image: Image.Image, whole: tuple[int, int], plans: Iterable[Plan], share: float = 1
) -> dict[Plan, Image.Image]:
    """Scale a picture by every plan.

    ``whole`` is the size that the plans' boxes are about, in pixels; the picture was decoded at ``share`` of it. What
    was scaled whole serves the smaller sizes after it.
    """
    scaled: dict[Plan, Image.Image] = {}
    ordered = sorted(set(plans), key=lambda plan: -plan.scale)
    factor = max(1, int(1 / ordered[0].scale / GAP)) if image.mode in _MULTIPLIED else 1
    extent = (whole[0] * share / factor, whole[1] * share / factor)
    sources = [_Source(_multiplied(image, factor) if image.mode in _MULTIPLIED else image, extent)]
    for plan in ordered:
        source = next(s for s in reversed(sources) if s is sources[0] or _serves(s, whole, plan))
        # Never the whole of it enlarged: what is cut out may be a sliver of a very long picture.
        if source is sources[0] and plan.scale < 1 and (base := _base(whole, plan)).size != source.image.size:
            source = _Source(_scale(source, whole, base, FILTER if share == 1 else FILTER_AFTER_DRAFT), base.size)
            sources.append(source)
        made = _scale(source, whole, plan)
        scaled[plan] = made.convert(_PLAIN[made.mode]) if made.mode in _PLAIN else made
        if is_whole(plan, whole) and made.width < source.image.width:
            sources.append(_Source(made, made.size))
    return scaled


def _multiplied(image: Image.Image, factor: int) -> Image.Image:
    """Return the picture with alpha multiplied in, reduced: strip by strip, so that it is never there twice."""
    mode, high = _MULTIPLIED[image.mode], _STRIP * factor
    if factor == 1:
        return image.convert(mode)
    reduced = Image.new(mode, (ceil(image.width / factor), ceil(image.height / factor)))
    for top in range(0, image.height, high):
        strip = image.crop((0, top, image.width, min(top + high, image.height)))
        reduced.paste(strip.convert(mode).reduce(factor), (0, top // factor))
    return reduced


def _base(whole: tuple[int, int], plan: Plan) -> Plan:
    """Return the plan of the whole picture at another plan's scale."""
    size = (max(1, round(whole[0] * plan.scale)), max(1, round(whole[1] * plan.scale)))
    return Plan((0.0, 0.0, float(whole[0]), float(whole[1])), size, size)


def _serves(source: _Source, whole: tuple[int, int], plan: Plan) -> bool:
    # A pixel's rounding is no reason to read the large picture again.
    return all(there + 1 > side * plan.scale for there, side in zip(source.extent, whole, strict=True))


def is_whole(plan: Plan, whole: tuple[int, int]) -> bool:
    """Whether a plan shows the whole picture in its own proportions, give or take a pixel."""
    across, down = plan.size[0] / whole[0], plan.size[1] / whole[1]
    return plan.box == (0, 0, *whole) and abs(across - down) * max(whole) <= 1


def _scale(source: _Source, whole: tuple[int, int], plan: Plan, resampling: Image.Resampling = FILTER) -> Image.Image:
    image, (wide, high) = source
    across, down = wide / whole[0], high / whole[1]
    left, top, right, bottom = plan.box
    box = (left * across, top * down, min(right * across, wide), min(bottom * down, high))
    if plan.size == image.size and box == (0, 0, *image.size):
        return image
    return image.resize(plan.size, resampling, box=box, reducing_gap=GAP)
