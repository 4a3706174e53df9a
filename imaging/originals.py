"""Pictures as they come: taken apart by our own walkers, before a decoder sees what it needs of them."""

from dataclasses import dataclass
from functools import cached_property

from pi_heif import register_heif_opener
from PIL import Image, ImageFile

from imaging.codec import decoding, open_image
from imaging.containers import Parts
from imaging.focus import of_regions
from imaging.formats import HEAD, Format, recognise
from imaging.reasons import CorruptImage, UnsupportedFormat
from kit.events import Focus

register_heif_opener(thumbnails=False)

# Associated alpha, undone.
_PLAIN = {"La": "LA", "RGBa": "RGBA"}


@dataclass(frozen=True)
class Original:
    """A picture whose header was read: its format, its parts, and the image, whose pixels are decoded by ``pixels``.

    ``image.info`` holds profile, Exif block and XMP as the walker has found them, by Pillow's names.
    """

    format: Format
    parts: Parts
    image: ImageFile.ImageFile
    frames: int  # how many pictures the file holds, of which the first is shown

    @property
    def orientation(self) -> int:
        """The Exif orientation that is still to be done after decoding, 1 to 8."""
        return 1 if self.format.decoder_turns else self.parts.orientation or 1

    @property
    def focus(self) -> Focus | None:
        """Where the subject is, as the file says, in the upright picture."""
        width, height = self.image.size
        turned = self.orientation > 4  # noqa: PLR2004 - from there on, sides change places
        return of_regions(self.parts.xmp, self.parts.orientation or 1, (height, width) if turned else (width, height))

    @cached_property
    def pixels(self) -> Image.Image:
        """The picture, decoded, its clean aperture cut out, not turned. Raises CorruptImage and DecompressionBomb."""
        self.parts.guard()
        opened = open_image(self.parts.lean, (self.format.name,)) if self.parts.head else self.image
        said = self.image.info
        # Pillow would turn a TIFF by its Exif block.
        opened.info = {name: value for name, value in said.items() if name != "exif"}
        drawn = opened.tile[0].extents if self.format.name == "GIF" and opened.tile else None
        with decoding():
            opened.load()
            image = _merged(opened, self.parts.planes) if self.parts.planes else opened
            if self.parts.negative:
                image = _inverted(image)
            if image.mode in _PLAIN:
                image = image.convert(_PLAIN[image.mode])
            if self.parts.box and not self.format.decoder_turns:
                image = image.crop(self.parts.box)
            if drawn and drawn != (0, 0, *image.size):
                image = _alone(image, drawn)
        image.info = self.image.info = said
        return image


def open_original(content: bytes) -> Original:
    """Take a file apart and read its picture's header.

    Raises CorruptImage, UnsupportedFormat, and DecompressionBomb for more pixels than its format may have.
    """
    format_ = recognise(content[:HEAD])
    if format_ is None:
        raise CorruptImage("no decoder knows what this is")
    parts = format_.container.parts(content)
    image = open_image(parts.head or parts.lean, (format_.name,))
    said = {"icc_profile": parts.profile, "exif": parts.exif, "xmp": parts.xmp}
    image.info |= {name: value for name, value in said.items() if value}
    with decoding():
        frames = parts.frames or int(getattr(image, "n_frames", 1))
    return Original(format_, parts, image, frames)


def metadata(content: bytes) -> Parts:
    """Return the parts of a file, or of a JPEG's head, which say something about it; none where it cannot be read."""
    try:
        format_ = recognise(content[:HEAD])
        return format_.container.parts(content) if format_ else Parts(pieces=())
    except (CorruptImage, UnsupportedFormat):
        return Parts(pieces=())


def _merged(image: Image.Image, mode: str) -> Image.Image:
    """Return a picture of channels that lie in frames of their own, in eight bits."""
    channels = []
    for number in range(len(mode)):
        image.seek(number)
        channels.append(_grey(image.copy()))
    merged = Image.merge(_PLAIN.get(mode, mode), channels)
    return merged if mode not in _PLAIN else Image.frombytes(mode, merged.size, merged.tobytes())


def _alone(image: Image.Image, drawn: tuple[int, int, int, int]) -> Image.Image:
    """Return a picture of which everything but the box that is drawn is transparent."""
    whole = Image.new("RGBA", image.size)
    whole.paste(image.convert("RGBA").crop(drawn), drawn)
    return whole


def _grey(image: Image.Image) -> Image.Image:
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")


def _inverted(image: Image.Image) -> Image.Image:
    """Turn a negative of 16 bits, or of floating-point numbers, into a positive."""
    if image.mode == "F":
        return image.point(lambda value: value * -1.0 + 0.0)
    return image.convert("I").point(lambda value: value * -1 + 65_535)
