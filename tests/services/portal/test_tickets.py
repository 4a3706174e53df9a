"""Leave to upload: what is signed, and that nothing is signed beyond a quota."""

import base64
import hashlib
import json
from typing import Any

import pytest

from services.portal.tickets import TICKET_S
from services.portal.uploads import cleaned
from services.portal.visit import visitor_of
from tests.services.portal.conftest import ALICE, BOB, Browser, Portal
from tests.support.story import rejected, said

JPEG = {"name": "a.jpg", "type": "image/jpeg", "size": 5_000}


def ask(browser: Browser, **changed: Any) -> Any:
    return browser.post("/api/uploads", json=JPEG | changed)


def test_a_ticket_is_for_exactly_this_file_and_for_ten_minutes(portal: Portal) -> None:
    answer = ask(portal.signed_in(), name="../../Großmutter's Garten.JPG")
    ticket = answer.json()
    assert answer.status_code == 201
    assert ticket["key"] == f"portal/{visitor_of(ALICE)}/{ticket['upload']}/Großmutter-s-Garten.JPG"
    assert ticket["url"] == "https://source.s3.eu-west-1.amazonaws.com/"
    policy = json.loads(base64.b64decode(ticket["fields"]["policy"]))
    assert ["content-length-range", 5_000, 5_000] in policy["conditions"]
    assert {"Content-Type": "image/jpeg"} in policy["conditions"]
    assert {"key": ticket["key"]} in policy["conditions"]
    assert {"bucket": "source"} in policy["conditions"]
    assert ticket["fields"]["Content-Type"] == "image/jpeg"
    assert ticket["image"] is None


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"size": 100 * 2**20 + 1}, 413),
    ({"size": 0}, 422),
    ({"size": -1}, 422),
    ({"type": "text/html", "name": "a.html"}, 415),
    ({"type": "image/svg+xml", "name": "a.svg"}, 415),
    ({"type": "", "name": "a"}, 415),
    ({"name": ""}, 422),
    ({"sha256": "no"}, 422),
    ({"more": 1}, 422),
]


def test_what_may_not_be_uploaded_is_refused_before_anything_is_signed_or_reserved(portal: Portal) -> None:
    browser = portal.signed_in()
    for changed, status in REFUSED:
        refused = ask(browser, **changed)
        assert (refused.status_code, refused.json()["status"]) == (status, status), changed
    assert portal.signed == []
    assert browser.get("/api/session").json()["left"] == {"bytes": 1_000_000}


def test_who_is_not_signed_in_gets_no_ticket(portal: Portal) -> None:
    assert (ask(portal.browser()).status_code, portal.signed) == (401, [])
    assert ask(portal.browser(), size=10**9).status_code == 401


@pytest.mark.parametrize(
    ("name", "given", "fixed"),
    [("a.HEIC", "", "image/heic"), ("a.jpeg", "image/jpg", "image/jpeg"), ("b", "image/png", "image/png")],
)
def test_the_type_is_the_browsers_or_else_that_of_the_name(portal: Portal, name: str, given: str, fixed: str) -> None:
    assert ask(portal.signed_in(), name=name, type=given).json()["fields"]["Content-Type"] == fixed


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\photos\\a b.jpg", "a-b.jpg"),
        ("..", "picture"),
        (".hidden.png", "hidden.png"),
        ("${filename}", "filename-"),
        ("a\x00\n\u202e.jpg", "a---.jpg"),
        ("हिन्दी.jpg", "हिन्दी.jpg"),
        ("x" * 200 + ".jpg", "x" * 96 + ".jpg"),
        ("😀", "picture"),
    ],
)
def test_a_name_keeps_what_is_harmless_in_a_key(name: str, kept: str) -> None:
    assert cleaned(name) == kept


def test_a_quota_attack_ends_in_429_and_nothing_is_signed_beyond_it(portal: Portal) -> None:
    browser = portal.signed_in()
    answers = [ask(browser, size=90_000) for _ in range(15)]
    assert [each.status_code for each in answers] == [201] * 11 + [429] * 4
    assert len(portal.signed) == 11
    assert 0 < int(answers[-1].headers["retry-after"]) <= 86_400
    assert browser.get("/api/session").json()["left"] == {"bytes": 10_000}
    assert ask(browser, size=10_000).status_code == 201  # what was refused is not counted
    portal.now += 86_400
    assert ask(portal.signed_in(), size=90_000).status_code == 201


def test_visitors_of_one_network_share_what_it_may_and_all_share_the_day(portal: Portal) -> None:
    wide = portal.site({"BRIGADE_PORTALBYTESADAY": "100000000"})
    for place in range(4):
        assert ask(portal.signed_in(f"v{place}@example.org", site=wide), size=1_000_000).status_code == 201
    fifth = portal.signed_in("v4@example.org", site=wide)
    assert ask(fifth, size=1_000).status_code == 429
    assert fifth.get("/api/session").json()["left"] == {"bytes": 1_000_000}  # given back
    narrow = portal.site({"BRIGADE_PORTALBYTESADAY": "4000500"})
    elsewhere = portal.signed_in(BOB, site=narrow, address="198.51.100.1")
    assert ask(elsewhere, size=1_000).status_code == 429
    assert ask(elsewhere, size=500).status_code == 201


def test_what_a_ticket_was_not_used_for_is_given_back_when_it_has_ended(portal: Portal) -> None:
    browser = portal.signed_in()
    portal.upload(browser, content=b"x" * 1_000)
    ask(browser, size=900_000)
    assert ask(browser, size=500_000).status_code == 429
    portal.now += 2 * TICKET_S + 1
    assert ask(browser, size=500_000).status_code == 201
    assert browser.get("/api/session").json()["left"] == {"bytes": 499_000}
    others = portal.signed_in(BOB, address="198.51.100.1")
    assert ask(others, size=1_000_000).status_code == 201  # and to everybody
    day = int(portal.now // 86_400)
    assert portal.item(f"quota#uploads#all#{day}")["bytes"] == 1_501_000


def test_a_form_that_is_sent_again_and_again_is_counted_each_time(portal: Portal) -> None:
    browser = portal.signed_in()
    ticket = ask(browser, size=100_000).json()
    for _ in range(4):
        portal.s3.put_object(Bucket="source", Key=ticket["key"], Body=b"x" * 100_000)
    portal.s3.delete_object(Bucket="source", Key=ticket["key"])
    portal.now += 2 * TICKET_S + 1
    ask(browser, size=1)
    assert browser.get("/api/session").json()["left"] == {"bytes": 599_999}


def test_the_same_bytes_are_already_there_unless_nothing_came_of_them(portal: Portal) -> None:
    browser, content = portal.signed_in(), b"the same picture"
    sha256 = hashlib.sha256(content).hexdigest()
    first = portal.upload(browser, content=content, sha256=sha256)
    again = ask(browser, name="copy.jpg", size=len(content), sha256=sha256)
    assert (again.status_code, again.json()) == (200, {"image": first.id})
    assert ask(portal.signed_in(BOB), size=len(content), sha256=sha256).status_code == 201  # nobody else's
    portal.hear(said(rejected(first), "normalize"))
    assert ask(browser, size=len(content), sha256=sha256).status_code == 201
