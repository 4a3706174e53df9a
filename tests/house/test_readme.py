"""README.md is short, and what it names is there; so is what any page links to."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import every

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in subprocess.check_output(["git", "ls-files", "*.md"], text=True, cwd=ROOT).split()]


def test_it_is_read_in_three_minutes_and_its_picture_loads_at_once() -> None:
    assert len(README.splitlines()) <= 120
    assert "(docs/readme.jpg)" in README
    assert (ROOT / "docs/readme.jpg").stat().st_size < 150_000


def test_every_command_that_it_types_is_one() -> None:
    typed = re.findall(r"(?:^|`|&& )(?:\w+=\S+ )*brigade ([a-z]+(?: [a-z]+)?)", README, re.MULTILINE)
    assert len(typed) > 15
    assert [words for words in typed if not {words, words.split()[0]} & every().keys()] == []


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return what a link to one of the page's headings may end with, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_links_to_is_there(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link
