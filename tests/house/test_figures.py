"""The pages that quote measurements quote the last ones."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from benchmarks.report import Table
from tools.figures import DOCS, PAGES, figures, filled, main


@pytest.fixture(autouse=True, scope="module")
def figures_once() -> Iterator[None]:
    """They follow from files that no test changes, and take seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tools.figures.figures", cache(figures))
        yield


def test_the_pages_quote_what_was_measured_last() -> None:
    assert main(["--check"]) == 0, "run `python -m tools.figures`"


@pytest.mark.parametrize("name", PAGES)
def test_a_stale_page_is_named_and_mended(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for page in PAGES:
        (tmp_path / page).write_text((DOCS / page).read_text(encoding="utf-8"), encoding="utf-8")
    fresh = (tmp_path / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(fresh.replace("|", "¦"), encoding="utf-8")
    assert main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == f"docs/{name} does not match the measurements: run `python -m tools.figures`\n"
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0


def test_every_block_is_filled_and_nothing_else_is_touched() -> None:
    empty = "before\n\n<!-- figures: {} -->\n<!-- end -->\n\nbetween\n"
    page = empty.format("a") + empty.format("b") + "after\n"
    tables = {name: Table(name.upper(), "How to read it.", ("x",), ((name,),)) for name in "ab"}
    once = filled(page, tables)
    block = "before\n\n<!-- figures: {0} -->\n### {1}\n\nHow to read it.\n\n| x |\n| --- |\n| {0} |\n"
    block += "<!-- end -->\n\nbetween\n"
    assert once == block.format("a", "A") + block.format("b", "B") + "after\n"
    assert filled(once, tables) == once


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_something_in_every_block(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    assert page.count("<!-- figures: ") == page.count("<!-- end -->") > 0
    assert "-->\n<!-- end -->" not in page
