"""libvips by pyvips: one decode, shrunk while it loads, and a cascade in memory."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from benchmarks.peers.measuring import Output, Renditions, Wanted, measure

pyvips: Any = import_module("pyvips")  # installed into build/ by make bench-pixels
pyvips.cache_set_max(0)

MASTER_QUALITY = 95
SMALL = 150  # the pixelated grids, 64 at most, are made from a picture of that size
WITHOUT_LIMIT = 10_000_000  # libvips' own largest side


def normalize(content: bytes, _: Renditions) -> Iterable[Output]:
    image = pyvips.Image.new_from_buffer(content, "", access="sequential")
    saver = saver_of(image)
    if image.get_typeof("icc-profile-data"):
        image = image.icc_transform("srgb", embedded=True)
    if image.get_typeof("orientation") and image.get("orientation") > 1:
        image = image.copy_memory().autorot()
    yield Output("master", saved(image, saver, MASTER_QUALITY))


def renditions(content: bytes, wanted: Renditions) -> Iterable[Output]:
    header = pyvips.Image.new_from_buffer(content, "")
    saver = saver_of(header)
    largest = base(header, content, wanted)
    small = largest.thumbnail_image(SMALL, height=SMALL, size="down").copy_memory()
    thumbnail = None
    for rendition in wanted:
        if rendition.blocks:
            if thumbnail is None:
                thumbnail = inside(largest, rendition)
            image = pixelated(small, thumbnail, rendition.blocks)
        else:
            image = shrunk(largest, rendition)
        yield Output(rendition.name, saved(image, saver, rendition.quality))


def base(header: Any, content: bytes, wanted: Renditions) -> Any:
    """Return the smallest picture from which all renditions can be made, in memory, upright and sRGB."""
    turned = header.get_typeof("orientation") and header.get("orientation") >= 5
    width, height = (header.height, header.width) if turned else (header.width, header.height)
    scale = min(1, max(scale_of(width, height, rendition) for rendition in wanted))
    profile = {"output_profile": "srgb"} if header.get_typeof("icc-profile-data") else {}
    loaded = pyvips.Image.thumbnail_buffer(
        content, round(width * scale), height=round(height * scale), size="force", **profile
    )
    return loaded.copy_memory()


def scale_of(width: int, height: int, rendition: Wanted) -> float:
    ratios = [
        wanted / there for wanted, there in ((rendition.width, width), (rendition.height, height)) if wanted is not None
    ]
    return max(ratios) if rendition.fit == "cover" else min(ratios)


def shrunk(image: Any, rendition: Wanted) -> Any:
    if rendition.fit == "cover":
        return image.thumbnail_image(rendition.width, height=rendition.height, size="down", crop="centre")
    return inside(image, rendition)


def inside(image: Any, rendition: Wanted) -> Any:
    width, height = rendition.width or WITHOUT_LIMIT, rendition.height or WITHOUT_LIMIT
    if image.width <= width and image.height <= height:
        return image
    return image.thumbnail_image(width, height=height, size="down")


def pixelated(small: Any, thumbnail: Any, blocks: int) -> Any:
    grid = small.thumbnail_image(blocks, height=blocks)
    across, down = thumbnail.width / grid.width, thumbnail.height / grid.height
    return grid.copy_memory().resize(across, vscale=down, kernel="nearest")


def saver_of(image: Any) -> str:
    return str(image.get("vips-loader")).removesuffix("_buffer").removesuffix("load")


def saved(image: Any, saver: str, quality: int) -> bytes:
    options: dict[str, dict[str, Any]] = {
        "jpeg": {"Q": quality, "subsample_mode": "on", "optimize_coding": False},
        "webp": {"Q": quality, "effort": 2},
        "png": {"compression": 6},
    }
    content: bytes = getattr(image, f"{saver}save_buffer")(keep="none", **options[saver])
    return content


if __name__ == "__main__":
    measure({"normalize": normalize, "renditions": renditions})
