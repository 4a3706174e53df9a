"""The machine's Chromium, and the screens that pages are looked at with."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn

from tests.support.waiting import wait_for

CHROMIUM = shutil.which("chromium") or ""
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
# `make screens` names a folder for pictures of every view.
SCREENS = os.environ.get("SCREENS", "")
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")


@contextmanager
def browser() -> Iterator[Any]:
    """Start Chromium. As long as it runs, nothing else in this process can start an event loop."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no Playwright here")
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())


@contextmanager
def served(make: Callable[[int], Any]) -> Iterator[int]:
    """Serve the application that is made for a port; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as on:
        port = int(on.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(make(port), log_level="error", lifespan="off", ws="none"))
        thread = Thread(target=server.run, args=([on],), daemon=True)
        thread.start()
        wait_for(lambda: server.started)
        yield port
        server.should_exit = True
        thread.join()


def looks(page: Any) -> Iterator[str]:
    """Show a page as phones and desks do, light and dark; yield what each look is called."""
    before, session = page.viewport_size, page.context.new_cdp_session(page)
    for screen, scheme in product((PHONE, DESK), ("light", "dark")):
        page.set_viewport_size(screen["viewport"])
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": "has_touch" in screen})
        page.emulate_media(color_scheme=scheme)
        yield f"{screen['viewport']['width']}-{scheme}"
    page.set_viewport_size(before)


Report = dict[str, list[str]]


def checking(page: Any, found: Report) -> Callable[[str], None]:
    """Return what looks at a view: of each look it notes what axe says, and whether the view is too wide for it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe here").Axe()

    def look(view: str) -> None:
        for how in looks(page):
            said = found[f"{view}, {how}"] = []
            if how in ("360-dark", "1440-light"):  # each scheme, and each width
                said += [each["id"] for each in axe.run(page).response["violations"]]
            said += ["overflow"] * page.evaluate("document.documentElement.scrollWidth > innerWidth")

    return look


def photograph(page: Any, view: str) -> None:
    """Keep pictures of a view, if somebody wants them."""
    for look in looks(page) if SCREENS else ():
        page.screenshot(path=Path(SCREENS) / f"{view}-{look}.png")
