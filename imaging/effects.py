"""The effects that a rendition may name: data. ``services/resize/effects.py`` does what they say.

What a field means stands at the end of its line: docs/recipes.md is generated from it.
"""

import base64
from io import BytesIO
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from imaging.codec import decoding, open_image
from imaging.reasons import CorruptImage, DecompressionBomb

if TYPE_CHECKING:
    from PIL import ImageFont

_PROBE, _NO_CHARACTER = 32, "\uffff"  # a size, pixels, and what no font has
# The words of sharp's `position` and `gravity`: https://sharp.pixelplumbing.com/api-resize#resize
Position = Literal["centre", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$", description="`#rrggbb`")]
# Four times as bright is white almost everywhere; below nought colours would turn round.
Factor = Annotated[float, Meta(ge=0, le=4)]
# Nought would show nothing.
Opacity = Annotated[float, Meta(gt=0, le=1)]
Margin = Annotated[float, Meta(ge=0, le=0.4)]

# What Pillow's built-in font (Aileron, reduced) has besides ASCII.
_GLYPHS = frozenset("©«°±´·»‘’“”…‹›⁄™") | {chr(code) for code in range(ord(" "), ord("~") + 1)}
# Recipes lie in every function's zip and are read at its start, so a watermark is small: 64 KiB of base64, and
# a decoded picture of at most a megapixel.
MAX_WATERMARK = 64 * 1024
MAX_FONT = 1024 * 1024  # of base64; a font with the letters of one script has less than half of that
MAX_WATERMARK_SIDE = 1024


class _Effect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="effect", tag=str.lower):
    """One effect, told from the others by its name. It keeps the picture's size."""


class Flip(_Effect, frozen=True, kw_only=True):
    """Upside down."""


class Mirror(_Effect, frozen=True, kw_only=True):
    """Left becomes right."""


class Grayscale(_Effect, frozen=True, kw_only=True):
    """Shades of grey (ITU-R 601-2 luma, as Pillow computes it)."""


class Brightness(_Effect, frozen=True, kw_only=True):
    """Every colour times the factor."""

    factor: Factor  # 1 changes nothing, 0 is black


class Contrast(_Effect, frozen=True, kw_only=True):
    """Every colour's distance to the mean grey of what can be seen, times the factor."""

    factor: Factor  # 1 changes nothing, 0 is one grey


class Saturation(_Effect, frozen=True, kw_only=True):
    """Every colour's distance to its own grey, times the factor."""

    factor: Factor  # 1 changes nothing, 0 is grey


class Sharpen(_Effect, frozen=True, kw_only=True):
    """Every colour's distance to its smoothed surroundings, times the factor."""

    factor: Annotated[float, Meta(ge=1, le=10)]  # 1 changes nothing; above 10 only halos grow, below 1 is for blur


class Blur(_Effect, frozen=True, kw_only=True):
    """Gaussian blur."""

    sigma: Annotated[float, Meta(ge=0.3, le=100)]  # standard deviation in pixels; less than 0.3 changes next to nothing


class Colorize(_Effect, frozen=True, kw_only=True):
    """Shades from one colour to another instead of black to white; give both, or one."""

    dark: Colour = "#000000"  # what becomes of black
    light: Colour = "#ffffff"  # what becomes of white


class Pixelate(_Effect, frozen=True, kw_only=True):
    """Square blocks of one colour."""

    blocks: Annotated[int, Meta(ge=2, le=256)]  # along the longer side; 8 to 64 are usual


class Text(_Effect, frozen=True, kw_only=True):
    """One line of text, smaller where it would not fit across. `font = "file.ttf"` names a font beside Pillow's own."""

    text: Annotated[str, Meta(min_length=1, max_length=100)]  # ASCII, ©«°±´·»‘’“”…‹›⁄™; or what the font has
    ttf: Annotated[str, Meta(max_length=MAX_FONT)] = ""  # instead of `font`: a TrueType or OpenType font, in base64
    size: Annotated[float, Meta(ge=0.01, le=0.5)] = 0.05  # the letters' height as a share of the picture's
    colour: Colour = "#ffffff"  # of the letters
    position: Position = "southeast"  # where it stands
    margin: Margin = 0.02  # free room to the edge, as a share of the picture's shorter side
    opacity: Opacity = 1.0  # 1 covers what is behind it

    def __post_init__(self) -> None:
        strange, whose = sorted(set(self.text) - _GLYPHS), "built-in font"
        if self.ttf:
            strange, whose = self._without_glyph(), "font"
        if strange:
            raise ValueError(f"the {whose} cannot write {', '.join(map(repr, strange))}")

    def font(self, size: float) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
        """Return the font for letters so many pixels high; raises ValueError for one that is none."""
        from PIL import ImageFont  # noqa: PLC0415 - FreeType comes with it, which most recipes never need

        if not self.ttf:
            return ImageFont.load_default(size)
        try:
            return ImageFont.truetype(BytesIO(_decoded(self.ttf)), size)
        except (OSError, ValueError) as error:
            raise ValueError(f"the font cannot be read as TrueType or OpenType: {error}") from error

    def _without_glyph(self) -> list[str]:
        """Return the characters that the font draws as it draws what it does not have."""
        font = self.font(_PROBE)
        none = bytes(font.getmask(_NO_CHARACTER))
        return sorted(each for each in set(self.text) if not each.isspace() and bytes(font.getmask(each)) == none)


def _decoded(text: str) -> bytes:
    return base64.b64decode("".join(text.split()), validate=True)


class Watermark(_Effect, frozen=True, kw_only=True):
    """A small picture, never enlarged. `file = "logo.png"` names it: `brigade` puts its content into the functions."""

    png: Annotated[str, Meta(max_length=MAX_WATERMARK)]  # instead of `file`: a PNG of at most 1024×1024, in base64
    size: Annotated[float, Meta(ge=0.01, le=1)] = 0.2  # its width as a share of the picture's
    position: Position = "southeast"  # where it stands
    margin: Margin = 0.02  # free room to the edge, as a share of the picture's shorter side
    opacity: Opacity = 0.5  # 1 covers what is behind it

    def __post_init__(self) -> None:
        try:
            content = self.content
        except ValueError as error:
            raise ValueError(f"the watermark is not base64: {error}") from error
        try:
            image = open_image(content, ("PNG",))
            if max(image.size) <= MAX_WATERMARK_SIDE:
                with decoding():
                    image.load()
        except (CorruptImage, DecompressionBomb) as error:
            raise ValueError(f"the watermark cannot be read as a PNG: {error.detail}") from error
        if max(image.size) > MAX_WATERMARK_SIDE:
            raise ValueError(
                f"the watermark is {image.width}×{image.height}; a side may have {MAX_WATERMARK_SIDE} pixels"
            )

    @property
    def content(self) -> bytes:
        return _decoded(self.png)


class Border(_Effect, frozen=True, kw_only=True):
    """A frame over the picture's edge: the size stays, and the middle half of each side can be seen."""

    width: Annotated[int, Meta(ge=1, le=500)]  # pixels; at most a quarter of the shorter side is taken
    colour: Colour = "#000000"  # of the frame


Effect = (
    Flip
    | Mirror
    | Grayscale
    | Brightness
    | Contrast
    | Saturation
    | Sharpen
    | Blur
    | Colorize
    | Pixelate
    | Text
    | Watermark
    | Border
)
