"""Who may ask the console: whoever opened it by the address that it printed, from its own page, and nobody else."""

from typing import Any

import pytest

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


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_nothing_is_answered_without_the_secret(console: Console, method: str, path: str) -> None:
    for given in ({}, {"authorization": "Bearer guessed"}, {"authorization": f"Bearer {console.session.token}"}):
        assert Page(console).refused(method, path, headers=given)[0] == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://127.0.0.1:8126"},  # a page on another port, with which cookies would be shared
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
    ],
    ids=str,
)
def test_no_other_page_reaches_it_even_with_the_secret(page: Page, headers: dict[str, str]) -> None:
    token = {"token": page.console.session.token}
    for method, path, more in (
        ("POST", "/api/actors/resize", {"json": {"state": "paused"}}),
        ("GET", "/api/overview", {}),
        ("POST", "/api/session", {"json": token}),
    ):
        assert page.refused(method, path, headers=headers, **more)[0] == 403


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


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_a_console_that_is_read_only_changes_nothing(desk: Desk, method: str, path: str) -> None:
    page = Page(Console(desk.pipeline, read_only=True)).open()
    assert page.refused(method, path, json={}) == (403, "the console is read-only")


def test_it_says_that_it_is_read_only_and_still_counts(desk: Desk, quiet: None) -> None:
    page = Page(Console(desk.pipeline, read_only=True)).open()
    assert page.get("/api/overview")["read_only"] is True
    assert page.plan()["count"] == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"content": b"state=paused", "headers": {"content-type": "application/x-www-form-urlencoded"}}, 415),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ({"json": {"state": "stopped"}}, 422),
        ({"content": b" " * 5_000_000, "headers": {"content-type": "application/json"}}, 413),
    ],
    ids=["form", "no JSON", "other JSON", "too much"],
)
def test_what_it_cannot_read_is_refused(page: Page, body: dict[str, Any], status: int) -> None:
    assert page.refused("POST", "/api/actors/resize", **body)[0] == status
