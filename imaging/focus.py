"""Where a picture's subject is, as its file or its object says it. Pure: knows no cloud.

XMP regions: Metadata Working Group, Guidelines for Handling Image Metadata 2.0, 5.9. An area's x and y are its middle,
in shares of the stored picture's sides, before the orientation is done: docs/decisions/0037-focus.md.
"""

from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from math import inf, isclose
from xml.etree.ElementTree import Element

from imaging.xmp import RDF, tree
from kit.events import Focus

_NAME = "focus"  # S3 puts x-amz-meta- before it
_REGIONS, _AREA = "{http://www.metadataworkinggroup.com/schemas/regions/}", "{http://ns.adobe.com/xmp/sType/Area#}"
_DIMENSIONS = "{http://ns.adobe.com/xap/1.0/sType/Dimensions#}"
# What is in a region, the first that there is: faces, then pets, then what the camera focused on; never a bar code.
_KINDS = ("Face", "Pet", "Focus")
_MOST = 1_000  # regions that count, the first ones
_LEAST = 1e-6  # the area of a point
_SIDEWAYS = 5  # from this orientation on, width and height change places
_PROPORTIONS = 0.02  # apart, where pixels were rounded
_DIGITS = 4


def read(metadata: Mapping[str, str]) -> Focus | None:
    """Return the focus that an object's metadata tell, ``0.3,0.5``, if they do. Raises ValueError for anything else."""
    said = metadata.get(_NAME)
    if said is None:
        return None
    with suppress(ValueError):
        x, y = map(float, said.split(","))
        if 0 <= x <= 1 and 0 <= y <= 1:
            return abs(round(x, _DIGITS)), abs(round(y, _DIGITS))  # -0.0 is 0.0: equal points, equal keys
    raise ValueError(f"{said[:40]!r} is not two numbers from 0 to 1, as in 0.3,0.5")


def of_regions(xmp: bytes, orientation: int, size: tuple[int, int]) -> Focus | None:
    """Return the middle of a file's regions, large ones counting more; None where there are none, or none that fit.

    ``size`` is the upright picture's, in pixels. Regions name the size of the picture that they were drawn on: one of
    other proportions was cut since then. A program that turned it before names that of the upright one.
    """
    found = next(tree(xmp).iter(f"{_REGIONS}Regions"), None) if xmp else None
    if found is None:
        return None
    found = _holder(found)
    drawn = _facts(found.find(f"{_REGIONS}AppliedToDimensions"))
    with suppress(KeyError, ValueError):
        sides = float(drawn[f"{_DIMENSIONS}w"]), float(drawn[f"{_DIMENSIONS}h"])
        if _alike(sides, size[::-1] if orientation >= _SIDEWAYS else size):
            return _upright(_middle(found), orientation)
        if _alike(sides, size):
            return _middle(found)
    return None


def _middle(regions: Element) -> Focus | None:
    found = islice(regions.iterfind(f"{_REGIONS}RegionList/*/{RDF}li"), _MOST)  # in a Bag or a Seq
    facts = [_region(each) for each in found]
    kinds = [[each for each in facts if each.get(f"{_REGIONS}Type") == kind] for kind in _KINDS]
    areas = [area for area in map(_area, next(filter(None, kinds), [])) if area]
    whole = sum(weight for _, _, weight in areas)
    x, y = (sum(area[side] * area[2] for area in areas) for side in (0, 1))
    return (round(x / whole, _DIGITS), round(y / whole, _DIGITS)) if areas else None


def _area(region: Mapping[str, str]) -> tuple[float, float, float] | None:
    """Return an area's middle and how large it is: a rectangle's, a circle's, a point's."""
    with suppress(KeyError, ValueError):
        x, y = float(region[f"{_AREA}x"]), float(region[f"{_AREA}y"])
        wide, high, across = (float(region.get(f"{_AREA}{name}", 0)) for name in ("w", "h", "d"))
        is_share = region.get(f"{_AREA}unit", "normalized") == "normalized"
        if is_share and all(0 <= each <= 1 for each in (x, y, wide, high, across)):
            return x, y, max(wide * high, across * across, _LEAST)
    return None


def _upright(focus: Focus | None, orientation: int) -> Focus | None:
    if not focus:
        return None
    x, y = focus[::-1] if orientation >= _SIDEWAYS else focus
    return (round(1 - x, _DIGITS) if orientation in (2, 3, 6, 7) else x), (
        round(1 - y, _DIGITS) if orientation in (3, 4, 7, 8) else y
    )


def _alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    across, down = one[0] * other[1], one[1] * other[0]
    return 0 < across < inf and isclose(across, down, rel_tol=_PROPORTIONS)


def _region(item: Element) -> dict[str, str]:
    return _facts(item) | _facts(_holder(item).find(f"{_REGIONS}Area"))


def _facts(structure: Element | None) -> dict[str, str]:
    """Return what a structure says, as attributes or as elements; nothing deeper, so that reading takes linear time."""
    if structure is None:
        return {}
    holder = _holder(structure)
    return {each.tag: (each.text or "").strip() for each in holder} | holder.attrib


def _holder(structure: Element) -> Element:
    """Return what has a structure's properties in it: the Description in it, or else itself."""
    return next(structure.iterfind(f"{RDF}Description"), structure)
