"""`brigade recipes`, as it is typed: what there is, what is wrong with it, what it makes of a photo."""

import json
import tomllib
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import pytest
from PIL import Image, ImageChops, ImageFont

import brigade
from brigade.__main__ import main
from brigade.pictures.recipes_file import self_contained
from brigade.terminal import byte_size
from imaging.effects import Text, Watermark
from imaging.recipes import DEFAULT_PATH, load
from tests.brigade.demo.test_contact_sheet import Page
from tests.support import pictures

TWO = """\
[[recipe]]
name = "cats"
prefix = "cats/"
[[recipe.rendition]]
name = "small"
width = 20
[[recipe.rendition]]
name = "framed"
fit = "cover"
gravity = "attention"
width = 30
height = 30
quality = "auto"
effects = [{ effect = "blur", sigma = 2.5 }, { effect = "border", width = 2 }]
"""


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    path = tmp_path / "my.toml"
    path.write_text(TWO)
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "my photo #1.jpg"
    path.write_bytes(pictures.oriented("JPEG", 6))
    return path


def test_without_a_word_all_recipes_are_shown(recipes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "--recipes", str(recipes)]) == 0
    said = capsys.readouterr().out
    assert "cats  (cats/*)" in said
    assert "cover attention" in said
    assert "blur 2.5, border 2 #000000" in said


def test_a_key_is_answered_with_its_recipe_and_what_it_makes(recipes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "--recipes", str(recipes), "--key", "Cats/a.jpg", "--key", "dogs/a.jpg"]) == 0
    assert capsys.readouterr().out.splitlines() == ["Cats/a.jpg  →  cats: small, framed", "dogs/a.jpg  →  ignored"]


def test_recipes_can_be_had_as_json(recipes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "--recipes", str(recipes), "--json"]) == 0
    [recipe] = json.loads(capsys.readouterr().out)
    assert [rendition["name"] for rendition in recipe["rendition"]] == ["small", "framed"]


def test_a_right_file_is_counted(recipes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "check", "--recipes", str(recipes)]) == 0
    said = capsys.readouterr()
    assert said.out == f"{recipes}: 1 recipe, 2 renditions\n"
    assert said.err.startswith("warning: keys that no recipe takes are ignored; ")


def test_a_recipe_that_no_key_reaches_is_warned_of(recipes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    below = TWO.replace('"cats"', '"black"').replace('"cats/"', '"Cats/black/"')
    rest = TWO.replace('"cats"', '"rest"').replace('prefix = "cats/"\n', "")
    recipes.write_text(TWO + below + rest)
    assert main(["recipes", "check", "--recipes", str(recipes)]) == 0
    assert capsys.readouterr().err == "warning: no key reaches recipe black: cats before it takes them all\n"
    recipes.write_text(below + TWO + rest)
    assert main(["recipes", "check", "--recipes", str(recipes)]) == 0
    assert capsys.readouterr().err == ""


def test_editors_get_a_schema_that_takes_what_we_take_and_refuses_what_we_refuse(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["recipes", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    check = jsonschema.Draft202012Validator(schema)
    check.validate(tomllib.loads(DEFAULT_PATH.read_text(encoding="utf-8")))
    check.validate(tomllib.loads(TWO))
    for good, bad in (('"cover"', '"crop"'), ("2.5", "0"), ("prefix", "prefiks"), ('name = "small"\n', "")):
        assert good in TWO
        assert not check.is_valid(tomllib.loads(TWO.replace(good, bad)))


def test_what_a_stack_works_with_is_shown_on_demand(
    recipes: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def find(_: object, name: str) -> str:
        asked.append(name)
        return name

    monkeypatch.setattr("brigade.commands.recipes.here", lambda: None)
    monkeypatch.setattr("brigade.commands.recipes.Stack.find", find)
    monkeypatch.setattr("brigade.commands.recipes.deployed_recipes.of", lambda _: load(recipes))
    assert main(["recipes", "--deployed", "--stack", "shop", "--key", "cats/a.jpg"]) == 0
    said = capsys.readouterr()
    assert said.out == "cats/a.jpg  →  cats: small, framed\n"
    assert said.err == "recipes of stack shop\n"
    assert asked == ["shop"]


def test_without_a_name_the_file_here_is_checked(
    recipes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipes.rename(tmp_path / "recipes.toml")
    monkeypatch.chdir(tmp_path)
    assert main(["recipes", "check"]) == 0
    assert capsys.readouterr().out == "recipes.toml: 1 recipe, 2 renditions\n"


def test_a_wrong_file_is_refused_in_one_line_with_line_and_reason(
    recipes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipes.write_text(TWO.replace("2.5", "0"))
    assert main(["recipes", "check", "--recipes", str(recipes)]) == 1
    said = capsys.readouterr()
    assert (
        said.err
        == f"error: {recipes}, line 14: recipe cats, rendition framed, effect blur, sigma: Expected a number >= 0.3\n"
    )
    assert not said.out


def test_a_preview_shows_every_rendition_with_its_bytes_and_milliseconds(
    recipes: Path, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ["recipes", "preview", str(photo), "--recipes", str(recipes), "--recipe", "cats", "--out", str(out)]
    assert main(arguments) == 0
    assert f"look at {out / 'index.html'}" in capsys.readouterr().err
    page = Page((out / "index.html").read_text(encoding="utf-8"))
    assert len(page.sources) == 3
    assert all((out / unquote(source)).is_file() for source in page.sources)
    for word in ("small", "20×13", "framed", "30×30", "blur 2.5", "border 2 #000000", "my photo #1.jpg", "Recipe cats"):
        assert word in page.text
    sizes = [(out / unquote(source)).stat().st_size for source in page.sources]
    assert all(byte_size(size) in page.text for size in sizes)
    assert page.text.count(" ms JPEG") == 2


def test_a_preview_uses_the_recipe_that_the_photos_name_gets(photo: Path, tmp_path: Path) -> None:
    assert main(["recipes", "preview", str(photo), "--out", str(tmp_path / "out")]) == 0
    page = Page((tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    assert "pixelated-64" in page.text


def test_a_preview_waits_for_no_moderation(recipes: Path, photo: Path, tmp_path: Path) -> None:
    gate = 'name = "cats"\nmoderation = "gate"\nmoderation_refuse = 60\n'
    recipes.write_text(recipes.read_text(encoding="utf-8").replace('name = "cats"\n', gate), encoding="utf-8")
    arguments = ["recipes", "preview", str(photo), "--recipes", str(recipes), "--recipe", "cats"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0


def test_a_preview_that_no_recipe_matches_says_how_to_name_one(
    recipes: Path, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["recipes", "preview", str(photo), "--recipes", str(recipes), "--out", str(tmp_path / "out")]
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said == "error: no recipe matches the key my photo #1.jpg — choose one with --recipe\n"
    assert main([*arguments, "--recipe", "dogs"]) == 1
    assert "dogs; there are cats" in capsys.readouterr().err


def test_a_photo_that_is_none_is_an_error_with_its_reason(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo.write_bytes(pictures.text_named_jpg())
    assert main(["recipes", "preview", str(photo), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: {photo} is rejected: not-an-image: ")
    assert said.count("\n") == 1


def test_a_photo_that_is_not_there_is_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "preview", str(tmp_path / "none.jpg"), "--out", str(tmp_path / "out")]) == 2
    assert "does not exist — see `brigade recipes preview --help`" in capsys.readouterr().err


MARKED = """\
[[recipe]]
name = "marked"
[[recipe.rendition]]
name = "w"
width = 20
effects = [{ effect = "watermark", file = "logo.png", margin = 0.1 }]
"""


def test_a_watermarks_file_is_put_into_what_functions_get(tmp_path: Path, photo: Path, state: Path) -> None:
    path = tmp_path / "etc" / "recipes.toml"
    path.parent.mkdir()
    path.write_text(MARKED)
    (path.parent / "logo.png").write_bytes(pictures.png())
    alone = self_contained(path)
    assert alone.is_relative_to(state)
    [effect] = load(alone).recipe[0].rendition[0].effects
    assert isinstance(effect, Watermark)
    assert (effect.content, effect.margin) == (pictures.png(), 0.1)
    report = brigade.process(photo, out=tmp_path / "out", recipes=path)
    assert report.status == "ready"
    assert "watermark 0.2 southeast 0.5" in report.renditions[0].method


def test_without_such_files_functions_get_the_file_itself(recipes: Path, state: Path) -> None:
    assert self_contained(recipes) == recipes


def test_a_watermark_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.toml").write_text(MARKED)
    assert main(["recipes", "check", "--recipes", str(tmp_path / "r.toml")]) == 1
    assert "r.toml: file logo.png cannot be read: No such file or directory" in capsys.readouterr().err


_CLEARLY = [255 * (level > 40) for level in range(256)]  # of a difference: letters, and no trace of JPEG
LETTERED = """\
[[recipe]]
name = "lettered"
[[recipe.rendition]]
name = "t"
width = 200
effects = [{ effect = "text", text = "TEXT", size = 0.2, colour = "#ff0000", font = 'ours.ttf' }]
"""


def test_a_font_is_put_into_what_functions_get_and_writes_the_text(tmp_path: Path, photo: Path, state: Path) -> None:
    path = tmp_path / "recipes.toml"
    path.write_text(LETTERED.replace("TEXT", "Larch & Birch"))
    builtin = ImageFont.load_default(10)
    assert isinstance(builtin, ImageFont.FreeTypeFont)
    (tmp_path / "ours.ttf").write_bytes(builtin.font_bytes)
    [effect] = load(self_contained(path)).recipe[0].rendition[0].effects
    assert isinstance(effect, Text)
    assert effect.ttf
    plain = tmp_path / "plain.toml"
    plain.write_text(path.read_text().partition("effects")[0])
    written, empty = (
        Path(brigade.process(photo, out=tmp_path / each.stem, recipes=each).renditions[0].path)
        for each in (path, plain)
    )
    with Image.open(written) as lettered, Image.open(empty) as bare:
        differs = ImageChops.difference(lettered, bare).convert("L").point(_CLEARLY)
        left, top, right, bottom = differs.getbbox() or (0, 0, 0, 0)
    assert right - left > 3 * (bottom - top) > 0, "one line of letters"


@pytest.mark.parametrize(
    ("text", "content", "why"),
    [
        ("naïve", None, "the font cannot write 'ï'"),
        ("plain", b"no font", "the font cannot be read as TrueType or OpenType"),
    ],
)
def test_a_font_that_cannot_write_the_text_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, content: bytes | None, why: str
) -> None:
    path = tmp_path / "r.toml"
    path.write_text(LETTERED.replace("TEXT", text))
    (tmp_path / "ours.ttf").write_bytes(content or ImageFont.load_default(10).font_bytes)  # type: ignore[union-attr]
    assert main(["recipes", "check", "--recipes", str(path)]) == 1
    assert why in capsys.readouterr().err


def test_editors_know_the_words_that_name_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "schema"]) == 0
    known = json.loads(capsys.readouterr().out)
    for text, is_right in ((MARKED, True), (LETTERED, True), (MARKED.replace("file = ", "fiel = "), False)):
        assert jsonschema.Draft202012Validator(known).is_valid(tomllib.loads(text)) is is_right
