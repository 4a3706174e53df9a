"""The visitors' page in a real browser: what goes wrong, what keyboards and screen readers need."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from services.portal.sessions import SESSION_S
from tests.browser.conftest import Visitor
from tests.services.portal.conftest import Portal
from tests.support.browsing import PHONE
from tests.support.pictures import jpeg
from tests.support.waiting import wait_for

Visit = Callable[..., Visitor]


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"))


def reach(page: Any, words: str) -> None:
    """Press Tab until that is focused."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if focused(page).startswith(words):
            return
    raise AssertionError(f"no {words} by Tab, but {focused(page)}")


def test_all_of_it_works_by_keyboard_alone(visit: Visit) -> None:
    visitor = visit()
    page, press = visitor.page, visitor.page.keyboard.press
    page.on("filechooser", lambda _: None)  # catches them from now on: a listener that comes late may miss one
    visitor.enter()
    reach(page, "Choose pictures")
    with page.expect_file_chooser() as chooser:
        press("Enter")
    chooser.value.set_files([{"name": "larch.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}])
    visitor.finish("larch.jpg")
    visitor.says("larch.jpg", "Ready")
    reach(page, "Open: larch.jpg")
    press("Enter")
    visitor.heading("larch.jpg").wait_for()
    assert (focused(page), page.title()) == ("larch.jpg", "larch.jpg – Bucket Brigade")
    press("Shift+Tab")
    assert focused(page) == "All pictures"
    press("Enter")
    visitor.heading("Your pictures").wait_for()
    assert focused(page) == "larch.jpg"  # the tile from which it was opened
    press("Enter")
    visitor.heading("larch.jpg").wait_for()
    reach(page, "Delete this picture")
    press("Enter")
    assert focused(page) == "Keep it"
    press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert focused(page) == "Delete this picture"
    press("Enter")
    press("Shift+Tab")
    press("Enter")
    page.get_by_role("status").get_by_text("larch.jpg is deleted.").wait_for()
    page.get_by_text("Nothing here yet.").wait_for()
    assert focused(page) == "Your pictures"
    assert visitor.violations == []


def test_a_link_signs_in_only_when_its_visitor_says_so(visit: Visit) -> None:
    visitor = visit(PHONE)
    visitor.open()
    visitor.ask_for_code()
    visitor.open(f"#token={visitor.portal.token}")
    visitor.heading("Almost there").wait_for()
    assert visitor.page.evaluate("location.href") == f"{visitor.address}#/"
    assert visitor.page.context.cookies() == []
    visitor.page.get_by_role("button", name="Sign in").tap()
    visitor.heading("Your pictures").wait_for()
    visitor.page.reload()
    visitor.heading("Your pictures").wait_for()
    visitor.open(f"#token={visitor.portal.token}")  # once more: it was used
    visitor.page.get_by_role("button", name="Sign in").tap()
    visitor.page.get_by_role("alert").get_by_text("The code or the link is wrong, was used").wait_for()


def test_a_wrong_code_is_said_beside_the_field(visit: Visit) -> None:
    visitor = visit(PHONE)
    visitor.open()
    email = visitor.page.get_by_label("Your e-mail address")
    email.fill("nobody")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("alert").get_by_text("This is not an e-mail address.").wait_for()
    email.fill("alice@example.org")
    visitor.page.keyboard.press("Enter")
    code = visitor.page.get_by_label("Code from the e-mail")
    code.fill("12 34")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("alert").get_by_text("A code has six digits.").wait_for()
    code.fill("000000" if visitor.portal.code != "000000" else "000001")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("alert").get_by_text("The code or the link is wrong").wait_for()
    assert code.get_attribute("aria-invalid") == "true"


def test_what_the_api_would_refuse_is_never_sent(visit: Visit, portal: Portal) -> None:
    site = portal.site()
    visitor = visit(
        site=replace(site, limits=replace(site.limits, bytes_a_file=30_000, visitor_bytes_a_day=20_000))
    ).enter()
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/uploads") else None)
    visitor.choose("notes.txt", type_="text/plain")
    visitor.choose("drawing.svg", type_="image/svg+xml")
    visitor.choose("empty.jpg", content=b"")
    visitor.choose("huge.jpg", content=bytes(40_000))
    visitor.choose("large.jpg", content=bytes(25_000))
    visitor.says("notes.txt", "This is no picture of a format that we take.")
    visitor.says("drawing.svg", "This is no picture of a format that we take.")
    visitor.says("empty.jpg", "The file is empty.")
    visitor.says("huge.jpg", "It is too large: 40 kB. The limit is 30 kB.")
    visitor.says("large.jpg", "It is more than what is left of today’s limit: 20 kB.")
    assert asked == []
    visitor.choose("IMG_0001.HEIC", type_="", content=b"what Chromium cannot show")
    visitor.says("IMG_0001.HEIC", "being processed")
    visitor.row("IMG_0001.HEIC").get_by_text("HEIC", exact=True).wait_for()
    assert visitor.posted == ["IMG_0001.HEIC"]


def test_only_what_has_failed_is_sent_again(visit: Visit) -> None:
    visitor = visit().enter()
    visitor.answer = lambda route: len(visitor.posted) != 1 or route.abort() or False
    visitor.choose("a.jpg", "b.jpg")
    visitor.page.get_by_text("The connection broke off.", exact=True).wait_for()
    visitor.page.get_by_role("button", name="Try 1 again").click()
    for name in ("a.jpg", "b.jpg"):
        visitor.says(name, "being processed")
    assert sorted(visitor.posted) in (["a.jpg", "a.jpg", "b.jpg"], ["a.jpg", "b.jpg", "b.jpg"])


def test_without_a_connection_nothing_is_lost(visit: Visit) -> None:
    visitor = visit().enter()
    visitor.page.context.set_offline(True)
    visitor.choose("a.jpg")
    visitor.says("a.jpg", "The server cannot be reached.")
    visitor.page.context.set_offline(False)
    visitor.row("a.jpg").get_by_role("button", name="Try again: a.jpg").click()
    visitor.says("a.jpg", "being processed")


def test_uploads_can_be_cancelled_and_are_few_at_a_time(visit: Visit) -> None:
    visitor = visit().enter()
    visitor.answer = lambda _: False  # S3 takes its time
    names = [f"{number}.jpg" for number in range(6)]
    visitor.choose(*names)
    wait_for(lambda: visitor.page.evaluate("1") and len(visitor.posted) == 3)
    assert visitor.page.get_by_text("Waiting", exact=True).count() == 3
    with visitor.page.expect_event("dialog") as question:  # whether to leave, and lose them
        visitor.page.evaluate("setTimeout(() => location.reload())")
    assert question.value.type == "beforeunload"
    question.value.dismiss()
    for name in reversed(names):
        visitor.page.get_by_role("button", name=f"Cancel: {name}").click()
        visitor.says(name, "Cancelled")
    assert len(visitor.posted) == 3
    visitor.page.get_by_role("button", name="Clear finished").click()
    assert visitor.page.locator(".uploads li").count() == 0


def test_a_day_that_is_full_says_when_to_come_again(visit: Visit, portal: Portal) -> None:
    site = portal.site()
    visitor = visit(site=replace(site, limits=replace(site.limits, bytes_a_day=1_000))).enter()
    visitor.choose("a.jpg", content=bytes(2_000))
    visitor.row("a.jpg").get_by_text("Try again in").wait_for()
    assert visitor.posted == []


def test_after_a_session_has_ended_its_uploads_wait_for_their_visitor(visit: Visit) -> None:
    visitor = visit().enter()
    visitor.portal.now += SESSION_S + 1
    visitor.choose("a.jpg")
    visitor.page.get_by_role("status").get_by_text("Your session has ended.").wait_for()
    visitor.sign_in()
    visitor.page.get_by_role("button", name="Try 1 again").click()
    visitor.says("a.jpg", "being processed")
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.get_by_role("status").get_by_text("You are signed out.").wait_for()
    visitor.sign_in()
    assert visitor.page.locator(".uploads li").count() == 0


def test_files_come_by_drop_paste_and_folder_and_the_same_bytes_once(visit: Visit, tmp_path: Path) -> None:
    visitor = visit().enter()
    for path in ("dropped.jpg", "album/a.jpg", "album/deep/b.jpg", "album/.DS_Store", "chosen/c.jpg"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(path.encode())
    session = visitor.page.context.new_cdp_session(visitor.page)
    data = {"items": [], "files": [str(tmp_path / "dropped.jpg"), str(tmp_path / "album")], "dragOperationsMask": 1}

    over = visitor.page.get_by_text("Let go to upload")

    def drag(event: str) -> bool:
        session.send("Input.dispatchDragEvent", {"type": event, "x": 700, "y": 700, "data": data})
        return bool(over.is_visible())

    drag("dragEnter")
    wait_for(lambda: drag("dragOver"))
    drag("dragCancel")
    over.wait_for(state="hidden")
    for event in ("dragEnter", "dragOver", "drop"):
        drag(event)
    visitor.page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["pasted"], "pasted.jpg", { type: "image/jpeg" }));
            dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
        }"""
    )
    visitor.page.set_input_files("#folder", tmp_path / "chosen")
    names = ["a.jpg", "b.jpg", "c.jpg", "dropped.jpg", "pasted.jpg"]
    for name in names:
        visitor.says(name, "being processed")
    assert sorted(visitor.posted) == names
    visitor.choose("again.jpg", content=b"pasted")
    visitor.says("again.jpg", "Already there")
    assert len(visitor.posted) == len(names)


def test_nothing_moves_when_a_picture_is_ready(visit: Visit) -> None:
    visitor = visit(PHONE).enter()
    visitor.choose("a.jpg", "b.jpg")
    for name in ("a.jpg", "b.jpg"):
        visitor.says(name, "being processed")
    visitor.page.locator(".tile").nth(1).wait_for()
    where = "[...document.querySelectorAll('.tile .frame')].map((each) => JSON.stringify(each.getBoundingClientRect()))"
    before = visitor.page.evaluate(where)
    for name in ("a.jpg", "b.jpg"):
        visitor.finish(name)
        visitor.says(name, "Ready")
    visitor.page.locator(".tile img[src^='https://pictures.example/']").nth(1).wait_for()
    assert visitor.page.evaluate(where) == before
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == 360


POLLED = """async () => {
    const { polling } = await import(new URL("assets/shared/poll.js", document.baseURI));
    globalThis.asked = [];
    globalThis.answers = [true, false, false];
    polling(async () => { asked.push(Date.now()); return answers.length ? answers.shift() : false; })();
}"""
HIDDEN = """(is) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => is });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_it_asks_seldomer_while_nothing_changes_and_not_at_all_while_nobody_looks(visit: Visit) -> None:
    visitor = visit()
    page, clock = visitor.page, visitor.page.clock
    clock.install()
    visitor.open()
    visitor.heading("Hand over your pictures").wait_for()
    page.evaluate(POLLED)
    clock.run_for(60_000)
    times = page.evaluate("asked")
    waits = [round(later - earlier) for earlier, later in pairwise(times)]
    assert waits[:4] == [700, 1120, 1792, 2867]
    assert waits[-1] == 10_000
    page.evaluate(HIDDEN, True)
    clock.run_for(60_000)
    assert len(page.evaluate("asked")) <= len(times)
    page.evaluate(HIDDEN, False)
    assert len(page.evaluate("asked")) == len(times) + 1
    page.evaluate("answers.push(null)")
    clock.run_for(60_000)
    assert len(page.evaluate("asked")) == len(times) + 2
