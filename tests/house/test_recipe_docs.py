"""docs/recipes.md explains every word of the grammar, and its examples are recipes."""

from itertools import product
from typing import get_args

import msgspec
import pytest
from msgspec.structs import fields

from imaging.effects import Effect
from imaging.recipes import Fit, Gravity, Recipe, Rendition, parse
from services.chain import CHAIN
from tools import recipe_words
from tools.generate import recipes_page

PAGE = recipes_page(CHAIN)
GRAVITIES = [word for words in get_args(Gravity) for word in get_args(words)]


def tag(effect: type[msgspec.Struct]) -> str:
    return str(effect.__struct_config__.tag)


def section(heading: str) -> str:
    """Return what stands below a heading, up to the next of its rank."""
    return PAGE.split(f"\n{heading}\n")[1].split(f"\n{heading.split(maxsplit=1)[0]} ")[0]


def with_rendition(words: str) -> str:
    return f'[[recipe]]\nname = "r"\n[[recipe.rendition]]\nname = "a"\n{words}\n'


@pytest.mark.parametrize(
    ("struct", "heading"),
    [(Recipe, "## A recipe"), (Rendition, "## A rendition"), *((e, f"### {tag(e)}") for e in get_args(Effect))],
    ids=str,
)
def test_every_word_is_explained_with_its_meaning(struct: type[msgspec.Struct], heading: str) -> None:
    rows = [line.split(" | ") for line in section(heading).splitlines() if line.startswith("| `")]
    explained = {row[0].strip("|` "): row[1] for row in rows}
    for field in fields(struct):
        assert explained[field.name], f"{field.name} needs a comment at the end of its line"


@pytest.mark.parametrize("word", [*get_args(Fit), *GRAVITIES])
def test_every_fit_and_gravity_is_explained(word: str) -> None:
    assert f"\n| `{word}` | " in PAGE


@pytest.mark.parametrize("fit", get_args(Fit))
def test_the_example_of_a_fit_is_a_rendition_with_it(fit: str) -> None:
    _, words = recipe_words.FITS[fit]
    [recipe] = parse(f'recipe = [{{ name = "r", rendition = [{{ name = "a", {words} }}] }}]').recipe
    assert recipe.rendition[0].fit == fit


@pytest.mark.parametrize("effect", get_args(Effect), ids=tag)
def test_the_example_of_an_effect_is_one(effect: type[msgspec.Struct]) -> None:
    example = section(f"### {tag(effect)}").split("```toml\n")[1].split("```")[0]
    [made] = parse(with_rendition(f"width = 9\n{example}")).recipe[0].rendition[0].effects
    assert type(made) is effect


def test_the_whole_example_is_a_recipe() -> None:
    assert recipe_words.EXAMPLE in PAGE
    assert parse(recipe_words.EXAMPLE).recipe[0].name == "shop"


def test_the_example_for_pages_makes_every_width_in_every_format() -> None:
    assert recipe_words.WEB in PAGE
    made = parse(recipe_words.WEB).match("site/larch.jpg").rendition  # type: ignore[union-attr]
    assert {(each.width, each.format) for each in made} == set(product((480, 960, 1600), ("avif", "webp", "same")))
    assert "page-480w-avif" in {each.name for each in made}


def test_bounds_are_said() -> None:
    assert "| whole number, 1 to 16,383 |" in section("## A rendition")
    assert "| number, above 0 to 1 |" in section("### text")
    assert "`copyright`, `artist`" in section("## A recipe")
