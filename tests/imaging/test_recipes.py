"""Recipes: the file that is shipped, which recipe a key gets, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.reasons import UnknownRecipe
from imaging.recipes import Grayscale, Pixelate, Recipe, Recipes, Rendition, load, parse
from kit.errors import ConfigurationError

TEN = ["thumbnail", "square600", "w150", "box50", "h150", *(f"pixelated-{n}" for n in (8, 16, 32, 48, 64))]

GOOD = """\
[[recipe]]
name = "small"
prefix = "in/"

[[recipe.rendition]]
name = "thumb"
width = 100
effects = [{ effect = "pixelate", blocks = 8 }, { effect = "grayscale" }]

[[recipe.rendition]]
name = "cover"
width = 60
height = 40
fit = "cover"
"""


def test_the_shipped_default_makes_ten_renditions() -> None:
    recipe = load().named("default")
    assert [rendition.name for rendition in recipe.rendition] == TEN
    assert not any(rendition.enlarge for rendition in recipe.rendition)


def test_the_shipped_training_makes_one_jpeg_square() -> None:
    assert load().named("training").rendition == (
        Rendition(name="square600", fit="cover", width=600, height=600, format="jpeg"),
    )


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("postpic/a.jpg", "training"),
        ("POSTPIC/A.JPG", "training"),
        ("postpic/deep/a.Jpg", "training"),
        ("postpic/a.png", "default"),
        ("my/postpic/a.jpg", "default"),
        ("a.jpg", "default"),
    ],
)
def test_the_first_recipe_that_matches_a_key_wins(key: str, name: str) -> None:
    recipe = load().match(key)
    assert recipe
    assert recipe.name == name


def test_a_key_that_no_recipe_matches_gets_none() -> None:
    assert parse(GOOD).match("out/a.jpg") is None


THUMB = Rendition(name="thumb", width=10)
words = st.text("aAbB/.ßİ", max_size=4)


@given(prefix=words, middle=words, suffix=words)
def test_a_key_made_of_prefix_and_suffix_matches(prefix: str, middle: str, suffix: str) -> None:
    recipe = Recipe(name="r", prefix=prefix, suffix=suffix, rendition=(THUMB,))
    key = prefix + middle + suffix
    assert recipe.matches(key)
    assert recipe.matches(key.casefold())


@given(key=words, affixes=st.lists(st.tuples(words, words), min_size=1, max_size=4))
def test_matching_is_asking_each_recipe_in_turn(key: str, affixes: list[tuple[str, str]]) -> None:
    recipes = Recipes(
        recipe=tuple(
            Recipe(name=f"r{n}", prefix=prefix, suffix=suffix, rendition=(THUMB,))
            for n, (prefix, suffix) in enumerate(affixes)
        )
    )
    matching = [recipe for recipe in recipes.recipe if recipe.matches(key)]
    assert recipes.match(key) == (matching[0] if matching else None)


def test_a_recipe_is_found_by_its_name() -> None:
    assert parse(GOOD).named("small").prefix == "in/"


def test_a_name_that_is_gone_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownRecipe, match="large; there are small"):
        parse(GOOD).named("large")


def test_effects_are_kept_in_their_order() -> None:
    assert parse(GOOD).recipe[0].rendition[0].effects == (Pixelate(blocks=8), Grayscale())


@pytest.mark.parametrize(
    ("good", "bad", "line", "reason"),
    [
        ('name = "thumb"', 'nmae = "thumb"', 6, "unknown field `nmae`|missing required field `name`"),
        ('prefix = "in/"', 'prefiks = "in/"', 3, "unknown field `prefiks`"),
        ('prefix = "in/"', "prefix = 7", 3, "Expected `str`, got `int`"),
        ('fit = "cover"', 'fit = "crop"', 14, "Invalid enum value 'crop'"),
        ('fit = "cover"', 'format = "gif"', 14, "Invalid enum value 'gif'"),
        ('fit = "cover"', "quality = 0", 14, "Expected `int` >= 1"),
        ('fit = "cover"', "quality = 101", 14, "Expected `int` <= 100"),
        ('fit = "cover"', 'enlarge = "yes"', 14, "Expected `bool`"),
        ('fit = "cover"', 'background = "white"', 14, "matching regex"),
        ("width = 100", "width = 0", 7, "Expected `int` >= 1"),
        ("width = 100", "width = -5", 7, "Expected `int` >= 1"),
        ("width = 100", "width = 16384", 7, "Expected `int` <= 16383"),
        ("width = 100", 'width = "wide"', 7, "Expected `int [|] null`, got `str`"),
        ("width = 100\n", "", 5, "needs a width, a height, or both"),
        ("height = 40\n", "", 10, "fit 'cover' needs both width and height"),
        ('"cover"\nwidth', '"thumb"\nwidth', 1, "two renditions are named 'thumb'"),
        ('name = "thumb"', 'name = "Thumb nail"', 6, "matching regex"),
        ('name = "thumb"', 'name = "../up"', 6, "matching regex"),
        ("blocks = 8", "blocks = 1", 8, "Expected `int` >= 2"),
        ("blocks = 8", "blocks = 257", 8, "Expected `int` <= 256"),
        ('effect = "grayscale"', 'effect = "sparkle"', 8, "Invalid value 'sparkle'"),
        ('effect = "grayscale"', 'effect = "grayscale", blocks = 2', 8, "unknown field `blocks`"),
        (GOOD, GOOD + GOOD, 1, "two recipes are named 'small'"),
        (GOOD, "", 1, "missing required field `recipe`"),
        (GOOD, "recipe = []", 1, "length >= 1"),
        (GOOD, "[[recipe]]\nname = 'r'\nrendition = []", 3, "length >= 1"),
        (GOOD, "[[recipe]]\nname = 'r'", 1, "missing required field `rendition`"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_line_and_reason(good: str, bad: str, line: int, reason: str) -> None:
    assert good in GOOD
    with pytest.raises(ConfigurationError, match=reason) as refused:
        parse(GOOD.replace(good, bad), "mine.toml")
    assert str(refused.value).startswith(f"mine.toml, line {line}: ")


def test_what_is_no_toml_is_refused_with_its_line() -> None:
    with pytest.raises(ConfigurationError, match=r"mine.toml: .*line 2"):
        parse("[[recipe]]\nname =\n", "mine.toml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none.toml: cannot be read: .*No such file"):
        load(tmp_path / "none.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipes.toml"
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(path)
