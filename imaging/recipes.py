"""Recipes: which renditions a picture gets, by its key. ``recipes.toml`` is data; this is its grammar."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from imaging.limits import MAX_SIDE
from imaging.reasons import UnknownRecipe
from kit.errors import ConfigurationError

# Beside this package in a checkout, in an installed wheel and in a function's zip.
DEFAULT_PATH = Path(__file__).parent.parent / "recipes.toml"

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Side = Annotated[int, Meta(ge=1, le=MAX_SIDE)]
# The words that sharp and CSS object-fit use.
Fit = Literal["inside", "outside", "cover", "contain", "fill"]


class _Effect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="effect"):
    """One effect, told from the others by its name."""


class Pixelate(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="effect", tag="pixelate"
):
    """Square blocks of one colour; ``blocks`` of them along the longer side."""

    blocks: Annotated[int, Meta(ge=2, le=256)]


class Grayscale(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="effect", tag="grayscale"
):
    """Shades of grey (ITU-R 601-2 luma, as Pillow computes it)."""


Effect = Pixelate | Grayscale


class Rendition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One output. Width and height in pixels; at least one is needed, both for every fit but ``inside``."""

    name: Name
    width: Side | None = None
    height: Side | None = None
    fit: Fit = "inside"
    enlarge: bool = False
    background: Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")] = "#ffffff"
    effects: tuple[Effect, ...] = ()
    format: Literal["same", "jpeg", "png", "webp"] = "same"
    quality: Annotated[int, Meta(ge=1, le=100)] = 85

    def __post_init__(self) -> None:
        if self.width is None and self.height is None:
            raise ValueError("a rendition needs a width, a height, or both")
        if self.fit != "inside" and (self.width is None or self.height is None):
            raise ValueError(f"fit {self.fit!r} needs both width and height")


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to the keys that begin with ``prefix`` and end with ``suffix``, upper and lower case alike."""

    name: Name
    rendition: Annotated[tuple[Rendition, ...], Meta(min_length=1)]
    prefix: str = ""
    suffix: str = ""

    def __post_init__(self) -> None:
        _refuse_duplicates("renditions", [rendition.name for rendition in self.rendition])

    def matches(self, key: str) -> bool:
        """Return whether this recipe is for that key."""
        folded = key.casefold()
        return folded.startswith(self.prefix.casefold()) and folded.endswith(self.suffix.casefold())


class Recipes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All recipes, in the order in which they are asked."""

    recipe: Annotated[tuple[Recipe, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        _refuse_duplicates("recipes", [recipe.name for recipe in self.recipe])

    def match(self, key: str) -> Recipe | None:
        """Return the first recipe that matches the key, or None: such a key is ignored."""
        return next((recipe for recipe in self.recipe if recipe.matches(key)), None)

    def named(self, name: str) -> Recipe:
        """Return the recipe of that name; raises UnknownRecipe."""
        for recipe in self.recipe:
            if recipe.name == name:
                return recipe
        raise UnknownRecipe(f"{name}; there are {', '.join(recipe.name for recipe in self.recipe)}")


def load(path: Path = DEFAULT_PATH) -> Recipes:
    """Read a recipes file. Raises ConfigurationError with file, line and reason."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
    return parse(text, str(path))


def parse(text: str, name: str = "recipes.toml") -> Recipes:
    """Read recipes from TOML text. Raises ConfigurationError with name, line and reason."""
    try:
        content: dict[str, Any] = tomllib.loads(text)
        return msgspec.convert(content, Recipes)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: {error}") from error
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        raise ConfigurationError(f"{name}, line {_line(text, reason, place)}: {reason}") from error


def _refuse_duplicates(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two {what} are named {name!r}")


def _line(text: str, reason: str, place: str) -> int:
    """Find the line that a validation error's path (``$.recipe[0].rendition[2].fit``) speaks of.

    TOML readers keep no line numbers, so the table's header is counted, then the word sought below it.
    """
    lines = text.splitlines()
    recipe, rendition = (_index(place, word) for word in ("recipe", "rendition"))
    start = _nth(lines, "[[recipe]]", recipe, 0)
    if rendition is not None:
        start = _nth(lines, "[[recipe.rendition]]", rendition, start)
    words = re.findall(r"`(\w+)`", reason) + re.findall(r"\.(\w+)", place)[::-1]
    end = next((i for i in range(start + 1, len(lines)) if lines[i].lstrip().startswith("[[")), len(lines))
    for word in words:
        for number in range(start, end):
            if re.match(rf"\s*{word}\s*=", lines[number]):
                return number + 1
    return start + 1


def _index(place: str, word: str) -> int | None:
    found = re.search(rf"\.{word}\[(\d+)\]", place)
    return int(found[1]) if found else None


def _nth(lines: list[str], header: str, index: int | None, start: int) -> int:
    found: Iterable[int] = (i for i in range(start, len(lines)) if lines[i].strip().startswith(header))
    return next((i for count, i in enumerate(found) if count == index), start)
