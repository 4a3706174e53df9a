"""The little that is read of Exif, and the even less that may be written."""

from collections.abc import Iterable

from PIL import ExifTags, Image

# What a recipe may keep, by name.
CREDITS = {"artist": ExifTags.Base.Artist, "copyright": ExifTags.Base.Copyright}
MAX_CREDIT = 500  # characters


def credits_of(image: Image.Image, keep: Iterable[str]) -> bytes:
    """Return an Exif block of only those of artist and copyright that are kept and said; empty where none is."""
    block = Image.Exif()
    for name in keep:
        if said := _credit(image, CREDITS[name]):
            block[CREDITS[name]] = said
    return block.tobytes() if len(block) else b""


def _credit(image: Image.Image, tag: int) -> str:
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif") or b"")
        said = exif.get(tag)
    except Exception:  # noqa: BLE001 - damaged Exif on good pixels: any error at all means "not said"
        return ""
    return str(said).strip("\0 ")[:MAX_CREDIT] if said else ""
