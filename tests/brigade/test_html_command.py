"""`brigade html` and the markup of `brigade show --json`, as they are typed."""

import json
from types import SimpleNamespace

import pytest

from brigade.__main__ import main
from brigade.inline import InMemoryChain
from brigade.pipeline import Pipeline
from imaging.recipes import parse
from records.markup import forms, markup
from records.picture import Described, PictureRecord
from records.status import Status
from records.stored import read
from services.chain import CHAIN
from tests.records.test_markup import BASE, Tags, record
from tests.support import pictures
from tests.support.moto import go_to_moto
from tools.recipe_words import WEB

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def operator(state: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator with a stack: the tests say which record it has."""
    go_to_moto(monkeypatch)
    cataloged(monkeypatch, record())


def cataloged(monkeypatch: pytest.MonkeyPatch, found: PictureRecord, delivery_url: str = "") -> None:
    stack = SimpleNamespace(
        catalog=SimpleNamespace(find=lambda _: found), delivery_url=delivery_url, unheard_master=lambda _: ""
    )
    monkeypatch.setattr(Pipeline, "find", lambda *_: stack)


def test_options_reach_the_markup(capsys: Said) -> None:
    asked = ("--as", "img", "--base", BASE, "--alt", 'the "sea"', "--sizes", "33vw", "--eager")
    assert main(["html", "beach.jpg", *asked]) == 0
    said = capsys.readouterr()
    [(tag, img)] = Tags(said.out).found
    assert (tag, img["alt"], img["sizes"], img["fetchpriority"]) == ("img", 'the "sea"', "33vw", "high")
    assert (img["src"] or "").startswith(BASE)
    assert not said.err


def test_where_the_stack_delivers_is_the_default_base_and_an_option_goes_first(
    capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    cataloged(monkeypatch, record(), "https://d1.cloudfront.net")
    assert main(["html", "beach.jpg", "--as", "img", "--alt", ""]) == 0
    assert 'src="https://d1.cloudfront.net/renditions/' in capsys.readouterr().out
    assert main(["html", "beach.jpg", "--as", "img", "--alt", "", "--base", BASE]) == 0
    assert "cloudfront" not in capsys.readouterr().out


def test_picture_is_the_default_and_a_missing_alt_text_is_said(capsys: Said) -> None:
    assert main(["html", "beach.jpg"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("<picture>\n")
    assert "alt=" not in said.out
    assert "nobody has said what beach.jpg shows" in said.err
    assert "--alt ''" in said.err


def test_the_photographers_text_is_taken_and_nothing_is_asked(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    cataloged(monkeypatch, record(camera=Described(alt="Dunes")))
    assert main(["html", "beach.jpg", "--as", "markdown"]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("![Dunes](renditions/i/960w-jpeg.jpeg)\n", "")


def test_json_is_data_for_other_templates(capsys: Said) -> None:
    assert main(["html", "beach.jpg", "--as", "json", "--alt", ""]) == 0
    assert json.loads(capsys.readouterr().out)["alt"] == ""


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--as", "markdown"], 1, "Markdown cannot leave the alt text out"),
        (["--base", "ftp://x"], 2, "give an http or https URL"),
        (["--base", "https://x/?a"], 2, "without ? and #"),
        (["--base", "javascript:alert(1)//"], 2, "give an http or https URL"),
        (["--as", "svg"], 2, "'svg' is not one of"),
    ],
)
def test_what_cannot_be_is_refused(options: list[str], code: int, words: str, capsys: Said) -> None:
    assert main(["html", "beach.jpg", *options]) == code
    said = capsys.readouterr()
    assert words in said.err
    assert not said.out


def test_a_picture_in_quarantine_is_not_shown(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    cataloged(monkeypatch, record(status=Status.QUARANTINED))
    assert main(["html", "beach.jpg"]) == 1
    assert "beach.jpg is QUARANTINED" in capsys.readouterr().err
    assert main(["show", "beach.jpg", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["markup"] is None


def test_show_has_the_same_markup(capsys: Said) -> None:
    assert main(["show", "beach.jpg", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["markup"] == forms(record())


@pytest.mark.parametrize(
    ("name", "content", "types", "widths"),
    [
        ("a.jpg", pictures.jpeg((600, 400)), ["avif", "webp", "jpeg"], [480, 600]),
        ("a.png", pictures.alpha_png((60, 40)), ["avif", "webp", "png"], [60]),
    ],
)
def test_a_picture_of_the_recipe_for_pages_has_all_of_them(
    name: str, content: bytes, types: list[str], widths: list[int]
) -> None:
    line = InMemoryChain(CHAIN, stand_ins={"recipes": parse(WEB)})
    line.upload(f"site/{name}", content)
    line.run()
    [item] = line.records.items.values()
    made = markup(read(item))
    assert [each.media_type for each in made.sources] == [f"image/{each}" for each in types]
    assert {tuple(file.width for file in each.files) for each in made.sources} == {tuple(widths)}
    assert all(("target", file.url) in line.storage.objects for each in made.sources for file in each.files)
    assert bool(made.placeholder) == (name == "a.jpg")
