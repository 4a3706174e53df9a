"""Where a rendition's pixels come from and how large it gets: arithmetic only."""

from dataclasses import dataclass, replace

from imaging.limits import MAX_SIDE
from imaging.recipes import Rendition
from kit.events import Focus

# The words for places, as shares of the room that is left over: (to the left, above).
SHARES: dict[str, tuple[float, float]] = {
    "centre": (0.5, 0.5),
    "north": (0.5, 0.0),
    "northeast": (1.0, 0.0),
    "east": (1.0, 0.5),
    "southeast": (1.0, 1.0),
    "south": (0.5, 1.0),
    "southwest": (0.0, 1.0),
    "west": (0.0, 0.5),
    "northwest": (0.0, 0.0),
}


@dataclass(frozen=True)
class Plan:
    """Take ``box`` (left, top, right, bottom) of the source, scale it to ``size``, put it on ``canvas``.

    All in pixels; the canvas is larger than the size only for ``contain``.
    """

    box: tuple[float, float, float, float]
    size: tuple[int, int]
    canvas: tuple[int, int]

    @property
    def scale(self) -> float:
        """How many output pixels one source pixel gives, along the side that keeps more."""
        left, top, right, bottom = self.box
        return max(self.size[0] / (right - left), self.size[1] / (bottom - top))


def plan(width: int, height: int, rendition: Rendition) -> Plan:
    """Plan one rendition of a source of ``width`` × ``height`` pixels, in the words of CSS object-fit.

    inside   within the bounds, whole, in proportion        outside  covers the bounds, whole, in proportion
    cover    fills the bounds, what hangs over is cut off   contain  inside, on a canvas of the bounds
    fill     exactly the bounds, out of proportion

    What cover keeps is where its gravity says; for ``focus``, ``attention`` and ``entropy``, which need to know more of
    the picture, it is the middle until ``cut_at`` moves it.

    No side gets longer than MAX_SIDE. Nothing is enlarged unless the rendition says so: where the source is too small,
    cover keeps the bounds' proportions at the largest size that the source holds.
    """
    whole = (0.0, 0.0, float(width), float(height))
    wide = rendition.width / width if rendition.width else None
    high = rendition.height / height if rendition.height else None
    given = [ratio for ratio in (wide, high) if ratio is not None]
    most = float("inf") if rendition.enlarge else 1.0

    if rendition.fit == "fill":
        size = (_pixels(width * min(given[0], most)), _pixels(height * min(given[1], most)))
        return Plan(whole, size, size)
    if rendition.fit == "cover":
        return _cover(width, height, rendition, most)
    wanted = max(given) if rendition.fit == "outside" else min(given)
    scale = min(wanted, most, MAX_SIDE / max(width, height))  # a side that no bound holds is held by this
    size = (_pixels(width * scale), _pixels(height * scale))
    if rendition.fit == "contain":
        return Plan(whole, size, (rendition.width or size[0], rendition.height or size[1]))
    return Plan(whole, size, size)


def _cover(width: int, height: int, rendition: Rendition, most: float) -> Plan:
    bounds = (rendition.width or width, rendition.height or height)
    needed = max(bounds[0] / width, bounds[1] / height)
    scale = min(needed, most)
    size = (_pixels(bounds[0] * scale / needed), _pixels(bounds[1] * scale / needed))
    cut = (min(bounds[0] / needed, width), min(bounds[1] / needed, height))
    middle = Plan((0.0, 0.0, *cut), size, size)
    return cut_at(middle, width, height, SHARES.get(rendition.gravity, SHARES["centre"]))


def cut_at(step: Plan, width: int, height: int, share: tuple[float, float]) -> Plan:
    """Move what is taken of a source of ``width`` × ``height``: ``share`` of what is cut away lies left, and above."""
    left, top, right, bottom = step.box
    wide, high = right - left, bottom - top
    left, top = (width - wide) * share[0], (height - high) * share[1]
    return replace(step, box=(left, top, left + wide, top + high))


def centred_on(step: Plan, width: int, height: int, focus: Focus) -> Plan:
    """Move the middle of what is taken as near to a point as the source's edges allow."""
    left, top, right, bottom = step.box
    return cut_at(step, width, height, (_share(width, right - left, focus[0]), _share(height, bottom - top, focus[1])))


def _share(whole: int, part: float, focus: float) -> float:
    """Return which share of what is cut off along one side lies before the part."""
    room = whole - part
    return min(max((focus * whole - part / 2) / room, 0.0), 1.0) if room > 0 else 0.5


def _pixels(length: float) -> int:
    return max(1, round(length))
