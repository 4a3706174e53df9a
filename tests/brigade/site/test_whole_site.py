"""A site of hundreds of pages in all variety: given again, valid as before, and nothing moved.

Nu's checker and Chromium look at some of the pages; at all of them in `make views`.
"""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from PIL import Image

from tests.support import many_pages
from tests.support.browsing import browser, needs_chromium
from tests.support.validating import messages, needs_validators
from tests.support.web import Site

WHOLE = "WHOLE_SITE" in os.environ
SEED = 16
# What stands on a page beside what was put there, with its box.
BOXES = """[...document.querySelectorAll("body, body *")]
    .filter((each) => !each.matches("source, noscript, noscript *, picture[data-brigade]"))
    .map((each) => { const box = each.getBoundingClientRect();
        return [each.tagName, ...[box.x, box.y, box.width, box.height].map((side) => Math.round(side))] })"""


@pytest.fixture
def pages(site: Site) -> list[str]:
    written = many_pages.write(site.root, 300, SEED)
    return [page.relative_to(site.root).as_posix() for page in written]


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_given_again_nothing_changes_and_nothing_is_uploaded(site: Site, pages: list[str]) -> None:
    before = contents(site.root)
    said = site.run()
    after = contents(site.root)
    changed = {name for name in before if before[name] != after[name]}
    assert len(changed) > 320
    assert len(site.sent) == len(many_pages.SIZES) + len(many_pages.TWICE)
    site.sent.clear()
    assert "\n0 documents changed\n" in site.run()
    assert site.sent == []
    assert contents(site.root) == after
    assert {line.rpartition(": ")[2] for line in re.findall("left: (.*)", said)} == {
        "it is no file of the site", "there is no such file"
    }  # fmt: skip


@needs_validators
def test_nus_checker_says_of_every_page_what_it_said_before(site: Site, pages: list[str], tmp_path: Path) -> None:
    checked = pages if WHOLE else pages[::50]
    shutil.copytree(site.root, tmp_path / "before")
    site.run()
    said = messages([root / name for root in (tmp_path / "before", site.root) for name in checked])
    before, after = said[: len(checked)], said[len(checked) :]
    assert sum(map(len, before)) > 0
    assert list(map(Counter, after)) == list(map(Counter, before))


class Server(SimpleHTTPRequestHandler):
    """Serves a folder, and below /_img a picture of the size that its record says."""

    sizes: ClassVar[dict[str, tuple[int, int]]] = {}

    def do_GET(self) -> None:
        size = self.sizes.get(self.path.removeprefix("/_img/"))
        if not size:
            super().do_GET()
            return
        file = BytesIO()
        Image.new("L", size).save(file, "PNG")
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(file.getvalue())

    def handle(self) -> None:
        with suppress(ConnectionError):  # a browser takes back what it needs no more
            super().handle()

    def log_message(self, *_: object) -> None:
        pass


class Patient(ThreadingHTTPServer):
    request_queue_size = 100  # a page's pictures are all asked for at once


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with Patient(("127.0.0.1", 0), partial(Server, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@needs_chromium
def test_nothing_has_moved(site: Site, pages: list[str], tmp_path: Path) -> None:
    seen = pages if WHOLE else pages[7:20:6]
    shutil.copytree(site.root, tmp_path / "before")
    with ExitStack() as stack:
        old, new = (stack.enter_context(served(folder)) for folder in (tmp_path / "before", site.root))
        site.run(base=f"{new}/_img")
        Server.sizes = {
            each.key: (each.width, each.height)
            for record in site.records.values()
            for each in (record.master, *record.renditions)
            if each
        }
        chromium = stack.enter_context(browser())
        there: dict[str, list[Any]] = {}
        for width in (400, 1280):
            page = chromium.new_page(viewport={"width": width, "height": 800})
            for name in seen:
                before, after = (boxes(page, f"{where}/{name}") for where in (old, new))
                there[f"{name} at {width} pixels"] = moved(before, after)
    assert len(there) == 2 * len(seen)
    assert {view: boxes[:1] for view, boxes in there.items() if boxes} == {}


def boxes(page: Any, address: str) -> list[Any]:
    """Return what stands on a page, with its box, when all pictures are there."""
    page.goto(address, wait_until="load")
    page.evaluate("Promise.all([...document.images].map((each) => each.decode().catch(() => 0)))")
    found: list[Any] = page.evaluate(BOXES)
    assert found
    return found


def moved(before: list[list[Any]], after: list[list[Any]]) -> list[Any]:
    """Return the boxes that are elsewhere, or of another size, by more than a pixel."""
    assert [box[0] for box in before] == [box[0] for box in after]
    pairs = zip(before, after, strict=True)
    return [pair for pair in pairs if any(abs(a - b) > 1 for a, b in zip(pair[0][1:], pair[1][1:], strict=True))]
