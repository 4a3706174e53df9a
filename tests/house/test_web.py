"""The pages in web/ stay small, and need nothing that a strict CSP would have to allow."""

import gzip
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
FILES = sorted(path for path in WEB.rglob("*") if path.is_file())
# What would make a document of a text, or a program.
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|\bFunction\(|[\"']style[\"']\s*,")
INLINE = re.compile(r"<style|<script(?![^>]*\ssrc=)|\s(?:style|on[a-z]+)\s*=", re.IGNORECASE)
ELSEWHERE = re.compile(r"https?:|[\"'(]//|@import|<base|javascript:", re.IGNORECASE)
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'


def ids(path: Path) -> str:
    return path.relative_to(WEB).as_posix()


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_a_file_of_the_pages_is_clean(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace(NAMESPACE, "")
    assert ELSEWHERE.findall(text) == []
    assert (INLINE if path.suffix in (".html", ".svg") else MARKUP).findall(text) == []
    if path.suffix != ".svg":
        assert [line for line in text.splitlines() if len(line) > 120 or line != line.rstrip()] == []


@pytest.mark.parametrize(("folders", "lines"), [(("portal", "shared"), 900), (("console",), 700)])
def test_a_page_is_light(folders: tuple[str, ...], lines: int) -> None:
    """To load: 60 kB, compressed. To read: so many lines. What both pages share counts once."""
    sent = [path for path in FILES if path.relative_to(WEB).parts[0] in folders]
    assert sum(len(gzip.compress(path.read_bytes())) for path in sent) < 60_000
    assert sum(path.read_bytes().count(b"\n") for path in sent) <= lines


def test_texts_stand_in_one_module_a_page() -> None:
    sentence = re.compile(r"[\"'`>][A-Z][a-z]+ [a-z$]")
    saying = {ids(path) for path in FILES if path.suffix == ".js" and sentence.search(path.read_text(encoding="utf-8"))}
    assert saying == {"console/texts.js", "portal/texts.js"}
