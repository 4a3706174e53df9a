"""Who may ask the console: whoever opened it by the address that it printed, from its own page, and nobody else."""

from brigade.console.app import OPERATIONS
from brigade.console.console import Console
from tests.brigade.console.conftest import HOSTS, Page
from tests.support.desk import Desk

PATHS = {each: (each.method, f"/api{each.path}".replace("{picture:path}", "in/a.jpg")) for each in OPERATIONS}
CLOSED = [path for each, path in PATHS.items() if not each.is_open]
CHANGING = [path for each, path in PATHS.items() if each.changes]


def test_the_printed_token_opens_it_once(console: Console) -> None:
    closed = Page(console)
    assert closed.refused("POST", "/api/session", json={"token": "guessed"})[0] == 401
    assert len(closed.post("/api/session", token=console.session.token)["secret"]) >= 43
    status, why = closed.refused("POST", "/api/session", json={"token": console.session.token})
    assert (status, "used already" in why) == (401, True)


def test_nothing_is_answered_without_the_secret(console: Console) -> None:
    closed, wrong = Page(console), ("Bearer guessed", f"Bearer {console.session.token}", "")
    for method, path in CLOSED:
        assert {closed.refused(method, path, headers={"authorization": given})[0] for given in wrong} == {401}


def test_no_other_page_reaches_it_even_with_the_secret(page: Page) -> None:
    for name, value in (
        ("origin", "http://127.0.0.1:8126"),  # a page on another port, with which cookies would be shared
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "cross-site"),
    ):
        for method, path in PATHS.values():
            assert page.refused(method, path, headers={name: value})[0] == 403


def test_its_own_page_is_known_by_either_name_and_no_other_name_or_port_is_answered(page: Page) -> None:
    for host in HOSTS:
        assert page.ask("GET", "/api/work", host, headers={"origin": f"http://{host}"}).status_code == 200
    for host in ("rebound.example:8125", "127.0.0.1:8126", "127.0.0.1", "127.0.0.1.example:8125"):
        assert page.refused("GET", "/api/work", host=host)[0] == 421


def test_no_answer_sets_a_cookie_or_may_be_kept_and_each_says_what_the_page_may_do(page: Page) -> None:
    headers = page.ask("GET", "/api/work").headers
    assert "set-cookie" not in headers
    assert headers["cache-control"] == "no-store"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:")
    assert "unsafe" not in policy
    assert "access-control-allow-origin" not in headers
    assert headers["cross-origin-resource-policy"] == headers["cross-origin-opener-policy"] == "same-origin"


def test_a_console_that_is_read_only_says_so_counts_and_changes_nothing(desk: Desk, quiet: None) -> None:
    page = Page(Console(desk.pipeline, read_only=True)).open()
    for method, path in CHANGING:
        assert page.refused(method, path, json={}) == (403, "the console is read-only")
    assert page.get("/api/overview")["read_only"] is True
    assert page.plan()["count"] == 0


def test_what_it_cannot_read_is_refused(page: Page) -> None:
    form, said = {"content-type": "application/x-www-form-urlencoded"}, {"content-type": "application/json"}
    for content, headers, status in (
        (b"state=paused", form, 415),
        (b"{", said, 400),
        (b'{"state": "stopped"}', said, 422),
        (b" " * 5_000_000, said, 413),
    ):
        assert page.refused("POST", "/api/actors/resize", content=content, headers=headers)[0] == status
