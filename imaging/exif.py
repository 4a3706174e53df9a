"""The little that is read of Exif, and the even less that may be written."""

from collections.abc import Iterable

from PIL import ExifTags, Image

# A real block is below 64 KB in JPEG; other containers may hold large maker notes. More is an attack on the parser.
MAX_BLOCK = 8 * 1024 * 1024
# What a recipe may keep, by name.
CREDITS = {"artist": ExifTags.Base.Artist, "copyright": ExifTags.Base.Copyright}
MAX_CREDIT = 500  # characters


def orientation(image: Image.Image) -> int:
    """Return the Exif orientation that is still to be done, 1 to 8, after ``load``; 1 for anything unreadable.

    Decoders differ: TIFF and HEIC are turned while they load and lose or reset their tag, AVIF is left as it lies
    with a tag made for it. XMP's orientation is not asked: ``getexif`` of the image would.
    """
    try:
        found = int(_read(image).get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - damaged Exif on good pixels: any error at all means "not said"
        return 1
    return found if 1 <= found <= 8 else 1  # noqa: PLR2004 - the values that Exif 2.32 gives a meaning


def credits_of(image: Image.Image, keep: Iterable[str]) -> bytes:
    """Return an Exif block of only those of artist and copyright that are kept and said; empty where none is."""
    block = Image.Exif()
    for name in keep:
        if said := _credit(image, CREDITS[name]):
            block[CREDITS[name]] = said
    return block.tobytes() if len(block) else b""


def _credit(image: Image.Image, tag: int) -> str:
    try:
        # TIFF keeps in its own directory what others keep in an Exif block.
        said = _read(image).get(tag) or getattr(image, "tag_v2", {}).get(tag)
    except Exception:  # noqa: BLE001 - as above
        return ""
    return str(said).strip("\0 ")[:MAX_CREDIT] if said else ""


def _read(image: Image.Image) -> Image.Exif:
    exif = Image.Exif()
    block = image.info.get("exif") or b""
    if text := image.info.get("Raw profile type exif"):  # ImageMagick's hexadecimal text, after three lines of header
        block = bytes.fromhex("".join(str(text).split("\n")[3:]))
    if len(block) <= MAX_BLOCK:
        exif.load(block)
    return exif
