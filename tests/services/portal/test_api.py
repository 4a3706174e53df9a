"""The API as any client meets it: its document, its errors, and what it does not let pass."""

import json
import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from kit.errors import Throttled
from services.portal import api
from services.portal.app import application
from services.portal.structs import Mail
from tests.services.portal.conftest import ALICE, PAGE, Browser, Portal

EXAMPLES = int(os.environ.get("PORTAL_EXAMPLES", "3"))


class Asked:
    """The application that Schemathesis asks, and the session of who asks: its schema is read before there is one."""

    app: Any = None
    session = ""

    async def __call__(self, *message: Any) -> None:
        await self.app(*message)


ASKED = Asked()
DESCRIBED = schemathesis.openapi.from_dict(json.loads(api.document()))
DESCRIBED.app = ASKED


@DESCRIBED.auth()
class SignedIn:
    def get(self, *_: Any) -> str:
        return ASKED.session

    def set(self, case: Any, data: str, _: Any) -> None:
        case.cookies = {**(case.cookies or {}), "__Host-session": data}


@pytest.fixture
def asked(portal: Portal) -> None:
    site = portal.site()
    ASKED.app = application(site)
    ASKED.session = portal.signed_in(site=site).cookies["__Host-session"]


@DESCRIBED.parametrize()
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_its_word(asked: None, case: Any) -> None:
    """No answer that the document does not tell, and no server error, whatever is asked."""
    # JSON Schema takes 3.0 for an integer, msgspec does not.
    case.call_and_validate(excluded_checks=[positive_data_acceptance])


def test_what_is_not_there_is_a_problem_like_any_other(portal: Portal) -> None:
    for method, path, status in (("GET", "/nothing", 404), ("GET", "/api/nothing", 404), ("PUT", "/api/session", 405)):
        refused = portal.browser().ask(method, path)
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
        assert refused.json().keys() == {"type", "title", "status", "detail"}
    assert set(refused.headers["allow"].split(", ")) >= {"GET", "DELETE"}


UNREADABLE = [
    (b"", "application/json", 400),
    (b"{", "application/json", 400),
    (b'{"email": "\xff"}', "application/json", 400),
    (b"[" * 9_000, "application/json", 422),
    (b"[]", "application/json", 422),
    (b'{"email": 1}', "application/json", 422),
    (b'{"email": "a@example.org"}', "text/plain", 415),
    (b'{"email": "a@example.org"}', "application/x-www-form-urlencoded", 415),
    (b'{"email": "' + b"a" * 20_000 + b'"}', "application/json", 413),
]


def test_what_is_no_request_is_refused(portal: Portal) -> None:
    for body, kind, status in UNREADABLE:
        refused = portal.browser().post("/api/sessions", content=body, headers={"content-type": kind})
        assert (refused.status_code, refused.json()["status"]) == (status, status), body[:40]
    assert portal.mails == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://["},
        {"origin": "https://portal.example:8443"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_browser_that_another_page_sends_changes_nothing(portal: Portal, headers: dict[str, str]) -> None:
    browser = portal.signed_in()
    picture = portal.upload(browser)
    assert browser.post("/api/uploads", json={"name": "a.jpg", "size": 1}, headers=headers).status_code == 403
    assert browser.delete(f"/api/pictures/{picture.id}", headers=headers).status_code == 403
    assert browser.delete("/api/session", headers=headers).status_code == 403
    assert browser.post("/api/sessions", json={"email": ALICE}, headers=headers).status_code == 403
    own = {"origin": PAGE.rstrip("/"), "sec-fetch-site": "same-origin"}
    assert browser.delete(f"/api/pictures/{picture.id}", headers=own).status_code == 204


def test_every_answer_tells_browsers_what_the_page_may_do(portal: Portal) -> None:
    for path in ("/", "/assets/portal/main.js", "/api/session", "/nothing", "/api/openapi.json"):
        headers = portal.browser().get(path).headers
        policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["connect-src"] == "'self' https://source.s3.eu-west-1.amazonaws.com"
        files = "https://pictures.example https://target.s3.eu-west-1.amazonaws.com"
        assert policy["img-src"] == f"'self' blob: data: {files}"
        assert "unsafe" not in str(policy)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == ("no-store" if path.startswith("/api/") else "no-cache")


def test_a_bug_is_answered_without_its_text_and_with_every_header(portal: Portal) -> None:
    def broken() -> list[Mail]:
        raise ZeroDivisionError("a secret")

    answer = portal.browser(portal.site(inbox=broken)).get("/api/inbox")
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "content-security-policy" in answer.headers


def test_what_aws_cannot_do_now_may_be_asked_again(portal: Portal) -> None:
    def throttled() -> list[Mail]:
        raise Throttled

    answer = portal.browser(portal.site(inbox=throttled)).get("/api/inbox")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_a_local_cloud_alone_shows_its_mails(portal: Portal) -> None:
    assert portal.browser().get("/api/inbox").status_code == 404
    mail = Mail(to=ALICE, subject="s", text="t", at="now")
    local = portal.site(inbox=lambda: [mail])
    found = portal.browser(local).get("/api/inbox").json()
    assert found == {"mails": [{"to": ALICE, "subject": "s", "text": "t", "at": "now"}]}
    assert portal.signed_in(site=local).get("/api/session").json()["local"] is True


def test_on_loopback_no_other_name_of_the_host_is_answered(portal: Portal) -> None:
    guarded: Browser = portal.browser(portal.site(hosts=("127.0.0.1", "localhost")))
    assert guarded.get("http://127.0.0.1:8123/api/openapi.json").status_code == 200
    refused = guarded.get("http://evil.example:8123/api/openapi.json")
    assert (refused.status_code, refused.json()["status"]) == (421, 421)
    assert "content-security-policy" in refused.headers
