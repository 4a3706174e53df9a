"""Chromium, and a visitor before the portal's page. The application is the real one, AWS is moto.

moto is in this process, where a browser's requests to S3 do not come: the test takes them to it.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kit.events import Image
from services.portal.app import application
from services.portal.site import Site
from tests.services.portal.conftest import ALICE, Portal, portal
from tests.support.browsing import DESK, browser, needs_chromium, served
from tests.support.pictures import jpeg

__all__ = ["portal"]  # a fixture
FOR_ALL = {"Access-Control-Allow-Origin": "*"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(needs_chromium)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as browsing:
        yield browsing


@dataclass
class Visitor:
    """Who sits before the page. ``posted`` are the names that came to S3; ``answers`` is what becomes of one there."""

    page: Any
    portal: Portal
    address: str
    posted: list[str] = field(default_factory=list)
    answer: Callable[[Any], bool] = lambda _: True  # whether S3 takes a request; where not, the answer is given
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route(re.compile(r"^https://(source|target)\.s3\."), self._s3)
        self.page.route(
            "https://pictures.example/**", lambda route: route.fulfill(body=jpeg(), content_type="image/jpeg")
        )
        self.page.on(
            "console", lambda said: self.violations.extend([said.text] if "Content Security" in said.text else [])
        )
        self.page.on("pageerror", lambda error: self.violations.append(str(error)))

    def _s3(self, route: Any) -> None:
        if route.request.method == "GET":
            route.fulfill(body=jpeg(), content_type="image/jpeg")
            return
        form = route.request.post_data_buffer.decode("latin-1")
        key = re.search(r'name="key"\r\n\r\n(.*)\r\n', form).group(1).encode("latin-1").decode()  # type: ignore[union-attr]
        self.posted.append(key.rpartition("/")[2])
        if self.answer(route):
            self.portal.s3.put_object(Bucket="source", Key=key, Body=jpeg())
            route.fulfill(status=204, headers=FOR_ALL)

    def open(self, fragment: str = "") -> Any:
        return self.page.goto(self.address + fragment)

    def ask_for_code(self) -> Any:
        self.page.get_by_label("Your e-mail address").fill(ALICE)
        self.page.keyboard.press("Enter")
        field = self.page.get_by_label("Code from the e-mail")
        field.wait_for()
        return field

    def sign_in(self) -> None:
        self.ask_for_code().fill(self.portal.code)
        self.page.keyboard.press("Enter")
        self.heading("Your pictures").wait_for()

    def enter(self) -> "Visitor":
        self.open()
        self.sign_in()
        return self

    def choose(self, *names: str, type_: str = "image/jpeg", content: bytes | None = None) -> None:
        """Choose files that are all different, unless a content is given."""
        files = [
            {"name": name, "mimeType": type_, "buffer": jpeg() + name.encode() if content is None else content}
            for name in names
        ]
        self.page.set_input_files("#files", files)

    def heading(self, name: str) -> Any:
        return self.page.get_by_role("heading", level=1, name=name)

    def row(self, name: str) -> Any:
        return self.page.locator(".uploads li", has_text=name)

    def says(self, name: str, words: str) -> None:
        """Wait until the row of an upload says this."""
        self.row(name).get_by_text(words).wait_for()

    def arrived(self, name: str) -> Image:
        """Wait until a picture has arrived at S3."""
        self.says(name, "being processed")
        found = self.portal.s3.list_object_versions(Bucket="source")["Versions"]
        return self.portal.shown(next(each["Key"] for each in found if each["Key"].endswith(f"/{name}")))

    def finish(self, name: str) -> Image:
        """Let the chain make a picture READY."""
        image = self.arrived(name)
        self.portal.ready(image)
        return image


@pytest.fixture
def visit(chromium: Any, portal: Portal) -> Iterator[Callable[..., Visitor]]:
    """Begin a visit: with what screen, and to which site if not the usual one."""
    contexts, open_ = [], ExitStack()

    def begin(screen: dict[str, Any] = DESK, site: Site | None = None, **more: Any) -> Visitor:
        port = open_.enter_context(served(lambda _: application(site or portal.site())))
        contexts.append(chromium.new_context(**screen, **more))
        contexts[-1].set_default_timeout(30_000)
        return Visitor(contexts[-1].new_page(), portal, f"http://127.0.0.1:{port}/")

    yield begin
    for context in contexts:
        context.close()
    open_.close()
