"""Signing in: what visitors get, what attackers do not."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kit import metrics
from services.portal.quotas import DAY_S, HOUR_S
from services.portal.visit import network_of, visitor_of
from tests.services.portal.conftest import ALICE, BOB, PAGE, Portal


def test_a_visitor_signs_in_by_the_code_and_out_again(portal: Portal) -> None:
    browser = portal.browser()
    assert browser.get("/api/session").status_code == 401
    asked = browser.post("/api/sessions", json={"email": ALICE})
    assert (asked.status_code, asked.content) == (202, b"")
    assert [mail[0] for mail in portal.mails] == [ALICE]
    confirmed = browser.post("/api/sessions/confirm", json={"email": ALICE.upper(), "code": portal.code})
    assert confirmed.status_code == 200
    cookie = confirmed.headers["set-cookie"]
    assert re.fullmatch(r"__Host-session=[\w-]{43}; Path=/; Max-Age=\d+; Secure; HttpOnly; SameSite=Strict", cookie)
    known = browser.get("/api/session").json()
    assert known == confirmed.json()
    assert (known["email"], known["left"], known["local"]) == (ALICE, {"bytes": 1_000_000}, False)
    assert "image/heic" in known["limits"]["types"]
    assert browser.delete("/api/session").status_code == 204
    assert browser.get("/api/session").status_code == 401


def test_the_mails_link_signs_in_once_and_its_token_is_in_the_fragment(portal: Portal) -> None:
    browser = portal.browser()
    browser.post("/api/sessions", json={"email": ALICE})
    assert f"{PAGE}#token={portal.token}" in portal.mails[-1][2]
    assert browser.post("/api/sessions/confirm", json={"token": portal.token}).json()["email"] == ALICE
    assert browser.post("/api/sessions/confirm", json={"token": portal.token}).status_code == 403
    assert browser.post("/api/sessions/confirm", json={"email": ALICE, "code": portal.code}).status_code == 403


def test_the_table_holds_no_secret_that_would_sign_in(portal: Portal) -> None:
    import boto3

    browser = portal.signed_in()
    browser.post("/api/sessions", json={"email": ALICE})
    stored = str(boto3.client("dynamodb").scan(TableName="portal")["Items"])
    assert portal.token.partition(".")[2] not in stored
    assert f"'{portal.code}'" not in stored
    assert browser.cookies["__Host-session"] not in stored


def test_a_code_is_good_for_a_quarter_of_an_hour_even_where_the_table_still_has_it(portal: Portal) -> None:
    browser = portal.browser()
    browser.post("/api/sessions", json={"email": ALICE})
    portal.now += 15 * 60
    assert browser.post("/api/sessions/confirm", json={"email": ALICE, "code": portal.code}).status_code == 403
    assert browser.post("/api/sessions/confirm", json={"token": portal.token}).status_code == 403


def test_a_session_ends_by_its_time_even_where_the_table_still_has_it(portal: Portal) -> None:
    browser = portal.signed_in()
    portal.now += 31 * 86_400
    assert browser.get("/api/session").status_code == 401


def test_a_code_takes_five_tries_and_the_link_stays_good(portal: Portal) -> None:
    browser = portal.browser()
    browser.post("/api/sessions", json={"email": ALICE})
    wrong = f"{(int(portal.code) + 1) % 10**6:06}"
    tried = [browser.post("/api/sessions/confirm", json={"email": ALICE, "code": wrong}) for _ in range(5)]
    assert {each.status_code for each in tried} == {403}
    assert browser.post("/api/sessions/confirm", json={"email": ALICE, "code": portal.code}).status_code == 403
    assert browser.post("/api/sessions/confirm", json={"token": portal.token}).status_code == 200


def test_nothing_tells_whether_an_address_was_ever_seen(portal: Portal) -> None:
    portal.signed_in(ALICE)
    browser = portal.browser()
    known, unknown = (browser.post("/api/sessions", json={"email": each}) for each in (ALICE, BOB))
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    wrong = f"{(int(portal.code) + 1) % 10**6:06}"
    refused = [
        browser.post("/api/sessions/confirm", json={"email": each, "code": wrong}) for each in (BOB, "no@example.org")
    ]
    assert [each.status_code for each in refused] == [403, 403]
    assert refused[0].content == refused[1].content


def test_an_address_gets_three_mails_an_hour_whoever_asks_and_its_last_code_stays_good(
    portal: Portal,
) -> None:
    asked = [
        portal.browser(address=f"192.0.2.{place}").post("/api/sessions", json={"email": ALICE}) for place in range(4)
    ]
    assert {each.status_code for each in asked} == {202}
    assert len(portal.mails) == 3
    confirmed = portal.browser().post("/api/sessions/confirm", json={"email": ALICE, "code": portal.code})
    assert confirmed.status_code == 200
    for _ in range(9):  # of the same day
        portal.now += HOUR_S
        assert portal.browser().post("/api/sessions", json={"email": ALICE}).status_code == 202
    assert len(portal.mails) == 10
    portal.now += DAY_S
    portal.browser().post("/api/sessions", json={"email": ALICE})
    assert len(portal.mails) == 11


def test_one_network_may_ask_for_twenty_mails_an_hour(portal: Portal) -> None:
    portal.spend("asked", "2001:db8::/64", HOUR_S, mails=19)
    assert portal.browser(address="2001:db8::1").post("/api/sessions", json={"email": ALICE}).status_code == 202
    refused = portal.browser(address="2001:db8::2").post("/api/sessions", json={"email": BOB})
    assert (refused.status_code, len(portal.mails)) == (429, 1)
    assert 0 < int(refused.headers["retry-after"]) <= HOUR_S
    assert portal.browser(address="2001:db8:0:1::1").post("/api/sessions", json={"email": BOB}).status_code == 202


def test_all_together_get_five_thousand_mails_a_day(portal: Portal) -> None:
    portal.spend("mails", "all", DAY_S, mails=5_000)
    assert portal.browser().post("/api/sessions", json={"email": ALICE}).status_code == 202
    assert portal.mails == []


def test_one_network_may_try_sixty_codes_an_hour(portal: Portal) -> None:
    portal.spend("tried", "192.0.2.1", HOUR_S, tries=59)
    said = {"email": "nobody@example.org", "code": "000000"}
    tried = [portal.browser().post("/api/sessions/confirm", json=said).status_code for _ in range(2)]
    assert tried == [403, 429]


def test_what_is_no_address_gets_no_mail(portal: Portal) -> None:
    for email in ("nobody", "a@b", "ä@example.org", "a@example.org, b@example.org", "a@x.test", "a@[127.0.0.1]"):
        assert portal.browser().post("/api/sessions", json={"email": email}).status_code == 422, email
    assert portal.mails == []


def test_where_domains_are_named_no_other_signs_in(portal: Portal) -> None:
    gated = portal.browser(portal.site({"BRIGADE_PORTALMAILDOMAINS": "example.org,example.com"}))
    assert gated.post("/api/sessions", json={"email": "a@example.net"}).status_code == 422
    assert gated.post("/api/sessions", json={"email": "a@sub.example.org"}).status_code == 422
    assert gated.post("/api/sessions", json={"email": "a@EXAMPLE.org"}).status_code == 202
    assert [mail[0] for mail in portal.mails] == ["a@example.org"]


def test_a_confirmation_is_a_code_with_its_address_or_a_token(portal: Portal) -> None:
    token = "0" * 32 + "." + "a" * 43
    for said in ({}, {"email": ALICE}, {"code": "123456"}, {"token": token, "code": "123456"}):
        assert portal.browser().post("/api/sessions/confirm", json=said).status_code == 422, said


def test_what_ses_refuses_is_logged_counted_and_answered_like_what_it_sends(
    portal: Portal, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "MessageRejected", "Message": f"{ALICE} is not verified"}}, "SendEmail")

    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "brigade-portal")
    asked = portal.browser(portal.site(send=refuse)).post("/api/sessions", json={"email": ALICE})
    assert asked.status_code == 202
    assert "could not be mailed" in caplog.text
    assert vars(caplog.records[-1])[metrics.MAILS_REFUSED] == 1  # what the alarm rings for
    assert ALICE not in caplog.text


def test_a_visitor_is_the_same_whatever_the_case_and_networks_count_households() -> None:
    assert visitor_of("A@example.org") == visitor_of("a@example.org")
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff") != network_of("2001:db8:0:1::")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("no address") == "unknown"
