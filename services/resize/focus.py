"""Where the interesting part of a picture is: cover's gravities ``focus``, ``attention``, ``entropy``. Deterministic.

``focus`` was told: the window's middle is as near to that point as the picture's edges allow. For the others somebody
has to look. Cover cuts along one side only, so a window slides along it over a small copy of the picture. ``entropy``
takes the window whose histogram of luma has the highest entropy; ``attention`` the one with the most fine detail and
bright, saturated colour, its inner half counted twice (sharp's attention looks for skin tones too). Among equals, the
one nearest the middle.
"""

from collections.abc import Callable

from PIL import Image, ImageChops, ImageFilter, ImageStat

from imaging.codec import flatten
from imaging.recipes import Gravity
from kit.events import Focus
from services.resize.geometry import Plan, centred_on, cut_at

# The longer side of the small copy, pixels: a subject is many pixels wide, and noise is gone.
_SMALL = 64

Box = tuple[int, int, int, int]
Score = Callable[[Box], float]


def aimed(step: Plan, gravity: Gravity, image: Image.Image, whole: tuple[int, int], focus: Focus | None = None) -> Plan:
    """Return the plan, its window moved to where the picture is interesting if that is the gravity.

    ``image`` shows the source at any size, ``whole`` is the size of the source that the plan speaks of, in pixels,
    ``focus`` is the point that was told, if one was.
    """
    if gravity == "focus" and focus:
        return centred_on(step, *whole, focus)
    if gravity not in _SCORES:
        return step
    scale = min(1.0, _SMALL / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = flatten(image.resize(size, Image.Resampling.BOX))
    left, top, right, bottom = step.box
    wide = max(1, round((right - left) / whole[0] * small.width))
    high = max(1, round((bottom - top) / whole[1] * small.height))
    score = _SCORES[gravity](small)
    across = _best(small.width - wide, lambda at: score((at, 0, at + wide, high)))
    down = _best(small.height - high, lambda at: score((0, at, wide, at + high)))
    return cut_at(step, *whole, (across, down))


def _best(room: int, score: Callable[[int], float]) -> float:
    """Return the share of the room that lies before the best place."""
    if room <= 0:
        return 0.5
    best = max(range(room + 1), key=lambda at: (score(at), -abs(at - room / 2)))
    return best / room


def _entropy(image: Image.Image) -> Score:
    luma = image.convert("L")
    return lambda box: luma.crop(box).entropy()


def _interest(image: Image.Image) -> Score:
    luma = image.convert("L")
    detail = ImageChops.difference(luma, luma.filter(ImageFilter.BoxBlur(1)))
    # In the dark, saturation is not seen.
    colour = ImageChops.multiply(luma, image.convert("RGB").convert("HSV").getchannel("S"))
    interest = ImageChops.add(detail, colour, scale=2)

    def score(box: Box) -> float:
        left, top, right, bottom = box
        across, down = (right - left) // 4, (bottom - top) // 4
        inner = (left + across, top + down, right - across, bottom - down)
        return ImageStat.Stat(interest.crop(box)).mean[0] + ImageStat.Stat(interest.crop(inner)).mean[0]

    return score


_SCORES: dict[str, Callable[[Image.Image], Score]] = {"attention": _interest, "entropy": _entropy}
