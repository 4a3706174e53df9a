"""A visitor with a phone, on the local cloud: from an address and the code in the inbox to pictures that are READY."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brigade.demo import samples
from brigade.deploy import deployment
from brigade.local.cloud_process import LocalCloud
from tests.support import engine, pictures
from tests.support.browsing import PHONE, SCREENS, browser, needs_chromium, photograph
from tests.support.journey import PATIENCE_S, Brigade, Journey

EMAIL = "ada@example.org"
SETTINGS = {"PortalMailFrom": "portal@example.org", "PortalPrefix": "in/portal/"}


@pytest.fixture
def address(journey: Journey, own_cloud: LocalCloud, brigade: Brigade) -> Iterator[str]:
    """The address of the stack's portal, served as by an operator."""
    deployment.deploy(journey.pipeline.target, engine.STACK, version="test", settings=SETTINGS)
    command = [sys.executable, "-m", "brigade", "portal", "--port", "0", "--stack", engine.STACK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as portal:
        assert portal.stdout is not None
        yield next(word for word in portal.stdout.readline().split() if word.startswith("http://"))
        portal.terminate()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Nine pictures, and one that is cut off."""
    if SCREENS:
        drawn = [path for path in samples.draw(tmp_path) if path.suffix in {".jpg", ".webp"}]
        return [path for path in drawn if path.name not in {"shopping list.jpg", "training 1.jpg"}]
    made = {f"{number}.jpg": pictures.jpeg((200 + number, 160)) for number in range(6)}
    made |= {"a.png": pictures.png(), "b.webp": pictures.webp(), "c.avif": pictures.avif()}
    made |= {"cut off.jpg": pictures.jpeg((300, 300))[:-2_000]}
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in made]


@needs_chromium
def test_ten_pictures_are_handed_over_and_one_is_refused_with_its_reason(address: str, files: list[Path]) -> None:
    with browser() as chromium:
        page = chromium.new_page(**PHONE)
        page.set_default_timeout(PATIENCE_S * 1_000)
        errors: list[str] = []
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        photograph(page, "1-address")
        page.get_by_label("Your e-mail address").fill(EMAIL)
        page.get_by_role("button", name="Send me a code").tap()
        use = page.get_by_role("button", name="Use this code").first
        use.wait_for()
        photograph(page, "2-code")
        use.tap()
        page.get_by_role("button", name="Sign in").tap()
        page.get_by_text("Nothing here yet.").wait_for()
        photograph(page, "3-nothing-yet")
        page.set_input_files("#files", files)
        page.locator("[data-state=arrived]").first.wait_for()
        photograph(page, "4-uploads")
        page.get_by_text("9 ready · 1 refused", exact=True).wait_for()
        refused = page.locator("[data-state=refused]")
        assert refused.inner_text().splitlines() == ["cut off.jpg", "The file is damaged."]
        assert page.locator("[data-state=ready]").count() == 9
        page.locator(".tile img[src*='/renditions/']").nth(8).wait_for()
        photograph(page, "5-ready")
        page.get_by_role("button", name="Clear finished").tap()
        photograph(page, "6-gallery")
        page.locator(".tile", has_text=files[0].name.replace(" ", "-")).tap()
        page.get_by_role("table", name="What happened").wait_for()
        assert "<picture>" in page.locator("pre").inner_text()
        address_of_one = page.locator("table a").first.get_attribute("href")
        assert page.request.get(address_of_one).headers["content-type"].startswith("image/")
        photograph(page, "7-picture")
        page.get_by_role("button", name="Delete this picture").tap()
        photograph(page, "8-question")
        page.get_by_role("button", name="Delete", exact=True).tap()
        page.get_by_role("heading", name="Your pictures").wait_for()
        assert page.locator(".tile").count() == 9
        page.locator(".tile", has_text="cut").tap()
        page.get_by_text("The file is damaged.", exact=True).wait_for()
        photograph(page, "9-failed")
    # Who is asked for a session before signing in says so, and browsers log it.
    assert [error for error in errors if "401" not in error] == []
