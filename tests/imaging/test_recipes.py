"""Recipes: the file that is shipped, which recipe a key gets, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.effects import Grayscale, Pixelate
from imaging.reasons import UnknownRecipe
from imaging.recipes import Recipe, Recipes, Rendition, load, parse
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
        Rendition(name="square600", fit="cover", width=600, height=600, format="jpeg", enlarge=True),
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
        (
            'name = "thumb"',
            'nmae = "thumb"',
            6,
            "rendition 1: (there is no field `nmae`, but name, .*; did you mean name[?]|the field `name` is missing)",
        ),
        (
            'prefix = "in/"',
            'prefiks = "in/"',
            3,
            "recipe small: there is no field `prefiks`, but name, .*; did you mean prefix[?]",
        ),
        ('prefix = "in/"', "prefix = 7", 3, "recipe small, prefix: Expected text, got a whole number"),
        (
            'fit = "cover"',
            'fit = "crop"',
            14,
            "recipe small, rendition cover, fit: 'crop' is not one of inside, outside, cover, contain, fill",
        ),
        (
            'fit = "cover"',
            'format = "gif"',
            14,
            "rendition (cover, format|thumb, formats): 'gif' is not one of same, jpeg, png, webp, avif",
        ),
        ('fit = "cover"', "quality = 0", 14, "Expected a whole number >= 1"),
        ('fit = "cover"', "quality = 101", 14, "Expected a whole number <= 100"),
        ('fit = "cover"', 'enlarge = "yes"', 14, "rendition cover, enlarge: Expected true or false, got text"),
        ('fit = "cover"', 'background = "white"', 14, "background: it must be `#rrggbb`, `transparent`"),
        ("width = 100", "width = 0", 7, "Expected a whole number >= 1"),
        ("width = 100", "width = -5", 7, "Expected a whole number >= 1"),
        ("width = 100", "width = 16384", 7, "Expected a whole number <= 16383"),
        ("width = 100", 'width = "wide"', 7, "rendition thumb, width: Expected a whole number, got text"),
        ("width = 100\n", "", 5, "needs a width, a height, or both"),
        ("height = 40\n", "", 10, "fit 'cover' needs both width and height"),
        ('fit = "cover"', 'gravity = "north"', 14, "`gravity` means something for fit 'cover' alone"),
        ('fit = "cover"', 'fit = "cover"\ngravity = "up"', 15, "gravity: 'up' is not one of centre, north, "),
        ('fit = "cover"', 'background = "#102030"', 14, "`background` means something for fit 'contain' alone"),
        ('fit = "cover"', 'fit = "contain"\nbackground = "clear"', 15, "background: it must be `#rrggbb`"),
        ("height = 40", "height = 9000\nenlarge = true", 14, "a side may have 8192 pixels, not 9000"),
        ('height = 40\nfit = "cover"', 'height = 9000\nfit = "contain"', 10, "a side may have 8192 pixels, not 9000"),
        ("width = 100", "width = 100\nwidths = [9]", 8, "`widths` stands instead of `width`"),
        ("width = 100", "widths = [9, 9]", 7, "two `widths` are named '9'"),
        ("width = 100", "widths = [0]", 7, "Expected a whole number >= 1"),
        ("width = 100", "widths = []", 5, "needs a width, a height, or both"),
        ("width = 100", "widths = [9]\nenlarge = true", 7, "`widths` never enlarge"),
        ("width = 60", "widths = [60]", 12, "`widths` means something for fit 'inside' alone"),
        ("width = 100", 'width = 9\nformats = ["webp", "webp"]', 8, "two words of `formats` are named 'webp'"),
        (
            "width = 100",
            'width = 9\nformats = ["gif"]',
            8,
            "rendition (cover, format|thumb, formats): 'gif' is not one of same, jpeg, png, webp, avif",
        ),
        ("width = 100", 'width = 9\nformat = "png"\nformats = ["webp"]', 9, "`formats` stands instead of `format`"),
        (
            '"thumb"\nwidth = 100',
            f'"{"a" * 63}"\nwidths = [100]',
            6,
            "-100w' has more than 63 characters: shorten `name`",
        ),
        (
            '"thumb"\nwidth = 100',
            '"cover"\nwidths = [9]\n[[recipe.rendition]]\nname = "cover-9w"\nwidth = 9',
            1,
            "named 'cover-9w'",
        ),
        ('fit = "cover"', "ssim = 0.95", 14, "`ssim` means something for quality 'auto' alone"),
        ('fit = "cover"', 'format = "webp"\nprogressive = true', 15, "formats 'jpeg' and 'same' alone"),
        ('fit = "cover"', 'quality = "auto"\nssim = 0.5', 15, "Expected a number >= 0.8"),
        ('fit = "cover"', 'quality = "auto"\nssim = 1.0', 15, "Expected a number <= 0.999"),
        ('fit = "cover"', 'quality = "best"', 14, "quality: 'best' is not one of auto"),
        ('fit = "cover"', "quality = 85.5", 14, "Expected a whole number or text, got a number"),
        ('prefix = "in/"', 'keep = ["gps"]', 3, "keep: 'gps' is not one of copyright, artist"),
        ('prefix = "in/"', 'keep = ["artist", "artist"]', 3, "two words of `keep` are named 'artist'"),
        ('"cover"\nwidth', '"thumb"\nwidth', 1, "two renditions are named 'thumb'"),
        ('name = "thumb"', 'name = "Thumb nail"', 6, "name: it must be at most 63 small letters, digits and hyphens"),
        ('name = "thumb"', 'name = "../up"', 6, "name: it must be at most 63 small letters, digits and hyphens"),
        ("blocks = 8", "blocks = 1", 8, "Expected a whole number >= 2"),
        ("blocks = 8", "blocks = 257", 8, "Expected a whole number <= 256"),
        (
            'effect = "grayscale"',
            'effect = "sparkle"',
            8,
            "effect sparkle, effect: 'sparkle' is not one of flip, .*, border",
        ),
        ('effect = "grayscale"', 'effect = "grayscale", blocks = 2', 8, "effect grayscale: there is no field `blocks`"),
        (GOOD, GOOD + GOOD, 1, "two recipes are named 'small'"),
        (GOOD, "", 1, "the field `recipe` is missing"),
        (GOOD, "recipe = []", 1, "length >= 1"),
        (GOOD, "[[recipe]]\nname = 'r'\nrendition = []", 3, "length >= 1"),
        (GOOD, "[[recipe]]\nname = 'r'", 1, "recipe r: the field `rendition` is missing"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_line_and_reason(good: str, bad: str, line: int, reason: str) -> None:
    assert good in GOOD
    with pytest.raises(ConfigurationError, match=reason) as refused:
        parse(GOOD.replace(good, bad), "mine.toml")
    assert str(refused.value).startswith(f"mine.toml, line {line}: ")


def test_several_widths_and_formats_are_so_many_renditions_in_the_place_of_one() -> None:
    both = parse(GOOD.replace("width = 100", 'widths = [400, 200]\nformats = ["avif", "same"]\nquality = 60'))
    made = both.recipe[0].rendition
    assert [each.name for each in made] == [*(f"thumb-{w}w-{f}" for w in (400, 200) for f in ("avif", "same")), "cover"]
    assert made[0] == Rendition(
        name="thumb-400w-avif", width=400, format="avif", quality=60, effects=(Pixelate(blocks=8), Grayscale())
    )


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("widths = [9]", ["thumb-9w"]),
        ('width = 9\nformats = ["webp", "png"]', ["thumb-webp", "thumb-png"]),
        ('height = 9\nformats = ["webp"]', ["thumb-webp"]),
    ],
)
def test_one_of_the_two_is_enough(words: str, names: list[str]) -> None:
    made = parse(GOOD.replace("width = 100", words)).recipe[0].rendition
    assert [each.name for each in made] == [*names, "cover"]


def test_a_mistake_is_found_in_whatever_way_tables_are_written() -> None:
    headers = """\
[[recipe]]
name = "r"
[[recipe.rendition]]
name = "plain"
width = 9
effects = [{ effect = "flip" }]
[[recipe.rendition]]
name = "headed"
width = 9
[[recipe.rendition.effects]]
effect = "flip"
[[recipe.rendition.effects]]
effect = "blur"
sigma = 0
"""
    inline = '[[recipe]]\nname = "r"\nrendition = [\n  { name = "a", width = 1 },\n  { name = "b", width = 0 },\n]\n'
    for text, line in [
        (headers, 14),
        (headers.replace("sigma = 0", "sigma = 1").replace('"flip" }', '"fly" }'), 6),
        (inline, 5),
        ('recipe = [{ name = "r", rendition = [{ name = "a", width = 0 }] }]', 1),
        ("recipe = 1", 1),
    ]:
        with pytest.raises(ConfigurationError) as refused:
            parse(text)
        assert str(refused.value).startswith(f"recipes.toml, line {line}: ")


def test_a_canvas_may_be_transparent() -> None:
    recipe = parse(GOOD.replace('fit = "cover"', 'fit = "contain"\nbackground = "transparent"')).recipe[0]
    assert recipe.rendition[1].background == "transparent"


def test_a_recipe_may_keep_credits() -> None:
    assert parse(GOOD.replace('prefix = "in/"', 'keep = ["copyright", "artist"]')).recipe[0].keep == (
        "copyright",
        "artist",
    )
    assert parse(GOOD).recipe[0].keep == ()


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


def moderated(words: str) -> Recipe:
    return parse(GOOD.replace('prefix = "in/"', words), "mine.toml").recipe[0]


def test_moderation_is_off_unless_a_recipe_wants_it() -> None:
    recipe = parse(GOOD).recipe[0]
    assert (recipe.moderation, recipe.moderation_accept, recipe.moderation_refuse) == ("off", 20, 80)
    recipe = moderated('moderation = "gate"\nmoderation_accept = 0\nmoderation_refuse = 100')
    assert (recipe.moderation, recipe.moderation_accept, recipe.moderation_refuse) == ("gate", 0, 100)


@pytest.mark.parametrize(
    ("words", "line", "reason"),
    [
        ('moderation = "on"', 3, "recipe small, moderation: 'on' is not one of off, flag, gate"),
        ('moderation = "gate"\nmoderation_refuse = 101', 4, "Expected a whole number <= 100"),
        ('moderation = "gate"\nmoderation_accept = 80', 4, "`moderation_accept` must be below `moderation_refuse`; 80"),
        ("moderation_refuse = 70", 3, "mean nothing while `moderation` is 'off'"),
    ],
)
def test_moderation_that_cannot_be_meant_is_refused_with_line_and_reason(words: str, line: int, reason: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        moderated(words)
    assert str(refused.value).startswith(f"mine.toml, line {line}: ")
    assert reason in str(refused.value)
