"""The pages that quote measurements quote the last ones."""

from pathlib import Path

import pytest

from benchmarks.load_report import RAW
from docs.figures import DOCS, PAGES, main

pytestmark = pytest.mark.skipif(not RAW.exists(), reason="`make load` has not been run")


def test_the_pages_quote_what_was_measured_last() -> None:
    assert main(["--check"]) == 0, "run `python -m docs.figures`"


@pytest.mark.parametrize("name", PAGES)
def test_a_stale_page_is_named_and_mended(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for page in PAGES:
        (tmp_path / page).write_text((DOCS / page).read_text(encoding="utf-8"), encoding="utf-8")
    fresh = (tmp_path / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(fresh.replace("|", "¦"), encoding="utf-8")
    assert main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == f"docs/{name} does not match the measurements: run `python -m docs.figures`\n"
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
