"""The documents of a site, and the places in them that name pictures."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from brigade.site import in_css, in_markdown
from brigade.site.addresses import file_at
from brigade.site.in_html import Page, value
from brigade.site.layout import Layout, Unknown
from brigade.site.places import Left, Place

_PAGES, _TEXTS, _SHEETS = {".html", ".htm", ".xhtml"}, {".md", ".markdown"}, {".css"}
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class Document:
    """One document as it lies there, with the places that name pictures; ``layout``: None of a style sheet."""

    path: Path
    raw: bytes
    places: list[Place]
    layout: Layout | None = None

    @property
    def is_xml(self) -> bool:
        """Whether empty elements must be closed."""
        return self.path.suffix.lower() == ".xhtml" or self.raw.lstrip(b"\xef\xbb\xbf").startswith(b"<?xml")


def find(root: Path, leave: Callable[[Path, str, str], None]) -> Iterator[Document]:
    """Yield the site's documents by their paths; ``leave`` hears of those that cannot be read, and why.

    Links are not followed; folders and files whose names begin with a dot are left out, and so is node_modules.
    """
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each != "node_modules")
        for path in (Path(folder, name) for name in sorted(names) if not name.startswith(".")):
            if path.suffix.lower() in {*_PAGES, *_TEXTS, *_SHEETS} and path.is_file() and not path.is_symlink():
                try:
                    document = _read(path, root)
                except (Left, OSError) as error:
                    leave(path, "", str(getattr(error, "strerror", error)))
                else:
                    yield document


def _read(path: Path, root: Path) -> Document:
    raw, kind = path.read_bytes(), path.suffix.lower()
    if raw.startswith(_WIDE) or b"\x1b$" in raw:
        raise Left("its encoding is not one in which ASCII is ASCII")
    if kind in _SHEETS:
        return Document(path, raw, _pictures(in_css.places(raw)))
    if kind in _TEXTS:
        places, html = in_markdown.read(raw)
        page = Page(raw, html)
        return Document(path, raw, _pictures([*places, *page.places()]), Layout(page.document, None))
    page = Page(raw, raw)
    return Document(path, raw, _pictures(page.places()), Layout(page.document, _sheets(page, path, root)))


def _pictures(places: Iterable[Place]) -> list[Place]:
    return [place for place in places if place.address and place.looks_like_one]


def _sheets(page: Page, path: Path, root: Path) -> Iterator[str]:
    for element in page.document.find_all(True):
        if element.tag == "style":
            yield element.text
        elif element.tag == "link" and "stylesheet" in value(element, "rel").lower():
            try:
                sheet = file_at(value(element, "href"), page.base, path, root)
                yield sheet.read_text("utf-8", "replace")
            except (Left, OSError) as error:
                raise Unknown from error
