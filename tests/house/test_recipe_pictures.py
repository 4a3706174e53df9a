"""The site shows what every word of a rendition does: each has an example, and the example shows it."""

import re
from io import BytesIO
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from msgspec.structs import fields
from PIL import Image

from brigade.demo import samples
from imaging.effects import Effect
from imaging.recipes import Fit, Format, Gravity, Recipe, Rendition
from services.resize.renditions import Made, make
from tools import recipe_pictures
from tools.recipe_pictures import EXAMPLES, Example

EVERY = [example for some in EXAMPLES.values() for example in some]
FONT = {"ttf"}  # what it looks like, it alone tells
PAGE = Path(__file__).parents[2] / "docs/recipes.md"


def words(struct: type[msgspec.Struct]) -> set[str]:
    return {field.name for field in fields(struct)}


def said(pattern: str) -> set[str]:
    return {word for example in EVERY for word in re.findall(pattern, example.words, re.MULTILINE)}


def pixels(drawing: bytes, recipe: Recipe) -> bytes:
    [made] = make(drawing, recipe)
    with Image.open(BytesIO(made.content)) as opened:
        return opened.tobytes()


@pytest.fixture(scope="module")
def drawing() -> bytes:
    file = BytesIO()
    samples.scene(360, 240, samples.MORNING).save(file, "PNG", compress_level=1)
    return file.getvalue()


def test_every_word_of_a_rendition_has_an_example() -> None:
    assert words(Rendition) - {"name"} - said(r"^(\w+) = ") == set(), "add an example to tools/recipe_pictures.py"


@pytest.mark.parametrize(
    ("word", "choices"),
    [
        ("fit", {*get_args(Fit)}),
        ("gravity", {word for words in get_args(Gravity) for word in get_args(words)}),
        ("format", {*get_args(Format)}),
    ],
)
def test_every_choice_has_an_example(word: str, choices: set[str]) -> None:
    shown = {getattr(made, word) for example in EVERY for made in example.recipe.rendition}
    assert choices <= shown


@pytest.mark.parametrize("effect", get_args(Effect), ids=lambda effect: str(effect.__struct_config__.tag))
def test_every_effect_and_every_word_of_it_has_an_example_that_shows(
    effect: type[msgspec.Struct], drawing: bytes
) -> None:
    tag = str(effect.__struct_config__.tag)
    examples = EXAMPLES[f"### {tag}"]
    used = {word for example in examples for word in re.findall(r"(\w+) = ", example.words)}
    assert words(effect) - FONT <= used, "add an example to tools/recipe_pictures.py"
    for example in examples:
        [rendition] = example.recipe.rendition
        as_it_is = Example(recipe_pictures.WHOLE).recipe
        assert {type(each) for each in rendition.effects} == {effect}
        assert pixels(drawing, example.recipe) != pixels(drawing, as_it_is)


def test_the_page_shows_every_picture_below_its_words() -> None:
    drawn = {
        each: [(Path(f"{n}-example.png"), Made("example", b"12", "PNG", 3, 4, ""))] for n, each in enumerate(EVERY)
    }
    page = recipe_pictures.illustrated(PAGE.read_text(encoding="utf-8"), drawn, "made")
    for number, example in enumerate(EVERY):
        words, picture = page.index(f"```toml\n{example.words}\n```"), page.index(f"](made/{number}-example.png)")
        assert "```toml" not in page[words + 3 : picture]
    assert "PNG, 3×4, 2 bytes" in page


def test_a_drawn_example_is_a_file_with_the_pixels_that_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = Example('widths = [9, 18]\nformats = ["png", "webp"]', logo=True)
    monkeypatch.setattr(recipe_pictures, "EXAMPLES", {"### Fits": (several,)})
    for path, made in recipe_pictures.draw(tmp_path / "new")[several]:
        with Image.open(path) as opened:
            assert (opened.format, opened.size) == (made.format, (made.width, made.height))
    assert len(list((tmp_path / "new").iterdir())) == 4
