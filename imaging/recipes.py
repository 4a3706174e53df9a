"""Recipes: which renditions a picture gets, by its key. ``recipes.toml`` is data; this is its grammar."""

import tomllib
from collections.abc import Sequence
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr, replace

from imaging.effects import Effect, Position
from imaging.limits import MAX_SIDE
from imaging.reasons import UnknownRecipe
from imaging.toml_lines import line_of
from kit.envelope import MAX_BYTES
from kit.errors import ConfigurationError
from kit.events import Gps, Moderation
from kit.spelling import meant

# Beside this package in a checkout, in an installed wheel and in a function's zip.
DEFAULT_PATH = Path(__file__).parent.parent / "recipes.toml"

Name = Annotated[
    str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="at most 63 small letters, digits and hyphens")
]
Side = Annotated[int, Meta(ge=1, le=MAX_SIDE)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Format = Literal["same", "jpeg", "png", "webp", "avif"]
# The words that sharp and CSS object-fit use.
Fit = Literal["inside", "outside", "cover", "contain", "fill"]
Background = Annotated[str, Meta(pattern=r"^(#[0-9a-fA-F]{6}|transparent)$", description="`#rrggbb`, `transparent`")]
Gravity = Position | Literal["focus", "attention", "entropy"]
# Structural similarity that quality = "auto" meets. docs/recipes.md says what it costs in bytes.
DEFAULT_SSIM = 0.98
# Below the first a picture is safe, above the second it is not, in between somebody should look: what the makers of the
# first free model for it advise, https://github.com/yahoo/open_nsfw.
DEFAULT_ACCEPT, DEFAULT_REFUSE = 20, 80
# What is made of a small picture must fit into memory: 8,192 × 8,192 pixels are 0.2 GB.
MAX_GROWN_SIDE = 8_192
_LONGEST_NAME = 63
_MAY_BE_JPEG = {"same", "jpeg"}


class Rendition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One output. At least one of width and height is needed, both for every fit but ``inside``."""

    name: Name  # part of the file's key
    width: Side | None = None  # pixels
    widths: tuple[Side, ...] = ()  # instead of `width`: one rendition for each, see below
    height: Side | None = None  # pixels
    fit: Fit = "inside"  # how the picture meets width and height, see below
    gravity: Gravity = "centre"  # cover: what is kept of a picture that hangs over, see below
    background: Background = "#ffffff"  # contain: what lies beside and behind it; JPEG: white
    enlarge: bool = False  # whether a small picture may grow, to at most 8,192 pixels; contain's canvas likewise
    effects: tuple[Effect, ...] = ()  # one after the other, see below
    format: Format = "same"  # `same` is the master's
    formats: tuple[Format, ...] = ()  # instead of `format`: one rendition for each, see below
    quality: Annotated[int, Meta(ge=1, le=100)] | Literal["auto"] = 85  # `auto` meets `ssim`; PNG is lossless
    ssim: Annotated[float, Meta(ge=0.8, le=0.999)] = DEFAULT_SSIM  # quality auto: similarity of file and pixels
    progressive: bool = False  # JPEG: the whole picture appears at once, coarse, and gets finer; see below

    def __post_init__(self) -> None:
        if self.widths or self.formats:
            self._check_several()
        if self.width is None and self.height is None and not self.widths:
            raise ValueError("a rendition needs a width, a height, or both")
        if self.fit != "inside" and (self.width is None or self.height is None):
            raise ValueError(f"fit {self.fit!r} needs both width and height")
        longest = max(self.width or 0, self.height or 0)
        if longest > MAX_GROWN_SIDE and (self.enlarge or self.fit == "contain"):
            raise ValueError(f"with `enlarge` or fit 'contain' a side may have {MAX_GROWN_SIDE} pixels, not {longest}")
        for word, in_vain, where in (
            ("gravity", self.gravity != "centre" and self.fit != "cover", "fit 'cover'"),
            ("background", self.background != "#ffffff" and self.fit != "contain", "fit 'contain'"),
            ("ssim", self.ssim != DEFAULT_SSIM and self.quality != "auto", "quality 'auto'"),
            (
                "progressive",
                self.progressive and _MAY_BE_JPEG.isdisjoint(self.formats or (self.format,)),
                "formats 'jpeg' and 'same'",
            ),
        ):
            if in_vain:
                raise ValueError(f"`{word}` means something for {where} alone")

    def _check_several(self) -> None:
        if self.widths and self.width is not None:
            raise ValueError("`widths` stands instead of `width`")
        if self.formats and self.format != "same":
            raise ValueError("`formats` stands instead of `format`")
        if self.widths and self.fit != "inside":
            raise ValueError("`widths` means something for fit 'inside' alone")
        if self.widths and self.enlarge:
            raise ValueError("`widths` never enlarge: a page takes what there is")
        _refuse_duplicates("`widths`", [str(width) for width in self.widths])
        _refuse_duplicates("words of `formats`", list(self.formats))
        for each in self.several():
            if len(each.name) > _LONGEST_NAME:
                raise ValueError(f"the name {each.name!r} has more than {_LONGEST_NAME} characters: shorten `name`")

    def several(self) -> "tuple[Rendition, ...]":
        """Return one rendition for each width and format, named by them: ``web-480w-avif``; or else itself alone."""
        if not self.widths and not self.formats:
            return (self,)
        made = []
        for width, format_ in product(self.widths or (self.width,), self.formats or (self.format,)):
            by_width, by_format = (f"-{width}w" if self.widths else ""), (f"-{format_}" if self.formats else "")
            name = f"{self.name}{by_width}{by_format}"
            progressive = self.progressive and format_ in _MAY_BE_JPEG
            said = {"width": width, "widths": (), "format": format_, "formats": (), "progressive": progressive}
            made.append(replace(self, name=name, **said))
        return tuple(made)


def announced_bytes(renditions: Sequence[Rendition]) -> int:
    """Return how many bytes the announcement of these renditions may have.

    10,000, and for each rendition 400, twice its name's length (it stands in the key too), and 12 for every effect.
    """
    return 10_000 + sum(400 + 2 * len(each.name) + 12 * len(each.effects) for each in renditions)


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to the keys that begin with ``prefix`` and end with ``suffix``, upper and lower case alike."""

    name: Name  # what events and the record call it
    rendition: Annotated[tuple[Rendition, ...], Meta(min_length=1, description="at least one")]  # see below
    prefix: str = ""  # what the keys begin with
    suffix: str = ""  # what the keys end with
    keep: tuple[Literal["copyright", "artist"], ...] = ()  # what is kept of the metadata; all else is dropped
    catalog_gps: Gps = "drop"  # where it was taken, for the catalog: as the camera says, to 0.01°, or not at all
    moderation: Moderation = "off"  # whether somebody looks for nudity, and whether renditions wait for that, see below
    moderation_accept: Percent = DEFAULT_ACCEPT  # a confidence of so many per cent or less is accepted
    moderation_refuse: Percent = DEFAULT_REFUSE  # a confidence of so many per cent or more is refused

    def __post_init__(self) -> None:
        accept, refuse = self.moderation_accept, self.moderation_refuse
        if accept >= refuse:
            raise ValueError(f"`moderation_accept` must be below `moderation_refuse`; {accept} is not below {refuse}")
        if self.moderation == "off" and (accept, refuse) != (DEFAULT_ACCEPT, DEFAULT_REFUSE):
            raise ValueError("`moderation_accept` and `moderation_refuse` mean nothing while `moderation` is 'off'")
        # Who reads recipes finds each rendition that is made, and knows nothing of several widths and formats.
        force_setattr(self, "rendition", tuple(each for some in self.rendition for each in some.several()))
        _refuse_duplicates("renditions", [rendition.name for rendition in self.rendition])
        _refuse_duplicates("words of `keep`", list(self.keep))
        if (announced := announced_bytes(self.rendition)) > MAX_BYTES:
            raise ValueError(
                f"{len(self.rendition)} renditions are too many to be announced together: that may take {announced:,} "
                f"bytes, and a message holds {MAX_BYTES:,}; make fewer, or with shorter names"
            )

    def matches(self, key: str) -> bool:
        folded = key.casefold()
        return folded.startswith(self.prefix.casefold()) and folded.endswith(self.suffix.casefold())

    def takes_all_of(self, other: "Recipe") -> bool:
        """Return whether every key that the other matches matches this one, too."""
        begins = other.prefix.casefold().startswith(self.prefix.casefold())
        return begins and other.suffix.casefold().endswith(self.suffix.casefold())


class Recipes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All recipes, in the order in which they are asked."""

    recipe: Annotated[tuple[Recipe, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        _refuse_duplicates("recipes", [recipe.name for recipe in self.recipe])

    def match(self, key: str) -> Recipe | None:
        """Return the first recipe that matches the key, or None: such a key is ignored."""
        return next((recipe for recipe in self.recipe if recipe.matches(key)), None)

    def warnings(self) -> list[str]:
        """Say which recipes no key reaches, and which keys no recipe takes."""
        said = []
        for number, recipe in enumerate(self.recipe):
            if first := next((each for each in self.recipe[:number] if each.takes_all_of(recipe)), None):
                said.append(f"no key reaches recipe {recipe.name}: {first.name} before it takes them all")
        if not any(recipe.takes_all_of(Recipe(name="all", rendition=recipe.rendition)) for recipe in self.recipe):
            said.append("keys that no recipe takes are ignored; a last recipe without prefix and suffix takes the rest")
        return said

    def named(self, name: str) -> Recipe:
        """Return the recipe of that name; raises UnknownRecipe."""
        for recipe in self.recipe:
            if recipe.name == name:
                return recipe
        names = [recipe.name for recipe in self.recipe]
        raise UnknownRecipe(f"{name}; there are {', '.join(names)}{meant(name, names)}")


def load(path: Path = DEFAULT_PATH) -> Recipes:
    """Read a recipes file. Raises ConfigurationError with file, line and reason."""
    return parse(read(path), str(path))


def read(path: Path) -> str:
    """Return a recipes file's text; raises ConfigurationError where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {getattr(error, 'strerror', error)}") from error


def parse(text: str, name: str = "recipes.toml") -> Recipes:
    """Read recipes from TOML text. Raises ConfigurationError with name, line and reason."""
    try:
        content: dict[str, Any] = tomllib.loads(text)
        return msgspec.convert(content, Recipes)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: {error}") from error
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        explained = import_module("imaging.recipe_errors").explained(content, reason, place)  # no function needs it
        raise ConfigurationError(f"{name}, line {line_of(text, reason, place)}: {explained}") from error


def _refuse_duplicates(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two {what} are named {name!r}")
