"""Dead letters in the console: by actor and reason, one by one, and mended by hand."""

import json
from typing import Any

import pytest

from brigade.console import console as consoles
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.dead_letters.reasons import explanation
from infra import names
from kit.actor import Actor
from kit.errors import Rejected
from services.chain import CHAIN
from tests.brigade.console.conftest import Page
from tests.support.desk import Desk, ingested


@pytest.fixture
def buried(desk: Desk) -> dict[str, str]:
    """Six letters of two actors and three reasons; returns their ids by their keys."""
    found: dict[str, str] = {}
    for actor, key, reason in (
        *(("normalize", f"in/{n}.jpg", "out-of-time") for n in range(3)),
        ("normalize", "bad/3.jpg", "corrupt-image"),
        ("describe", "in/4.jpg", "out-of-time"),
        ("describe", "in/5.jpg", "object-gone"),
    ):
        failed = f"2026-11-21T08:00:0{len(found)}.000Z"
        found[key] = desk.bury(actor, ingested(key), reason=reason, failed_at=failed).message_id
    return found


def keys(page: Page, **asked: Any) -> list[str]:
    return [each["key"] for each in page.get("/api/letters", **asked)["letters"]]


def test_all_are_grouped_by_actor_and_reason_with_what_the_reason_means(page: Page, buried: dict[str, str]) -> None:
    found = page.get("/api/letters", reason="corrupt-image")
    groups = {(each["actor"], each["reason"]): each for each in found["groups"]}
    assert {name: each["count"] for name, each in groups.items()} == {
        ("normalize", "out-of-time"): 3,
        ("normalize", "corrupt-image"): 1,
        ("describe", "out-of-time"): 1,
        ("describe", "object-gone"): 1,
    }
    assert found["groups"][0]["count"] == 3
    first = groups["normalize", "out-of-time"]
    assert (first["oldest_at"], first["newest_at"]) == ("2026-11-21T08:00:00.000Z", "2026-11-21T08:00:02.000Z")
    assert "time ran out" in first["explanation"]
    assert first["expires_at"] > first["newest_at"]
    assert (found["saw_all"], found["total"], [each["key"] for each in found["letters"]]) == (True, 1, ["bad/3.jpg"])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"actor": "describe"}, ["in/4.jpg", "in/5.jpg"]),
        ({"reason": "out-of-time", "key": "in/[12].jpg"}, ["in/1.jpg", "in/2.jpg"]),
        ({"actor": "normalize", "reason": "object-gone"}, []),
        ({"since": "1s"}, []),
        ({"since": "520w", "reason": "object-gone"}, ["in/5.jpg"]),
    ],
    ids=str,
)
def test_the_filters_are_those_of_the_commands(
    page: Page, buried: dict[str, str], asked: dict[str, str], found: list[str]
) -> None:
    assert keys(page, **asked) == found


def test_pages_follow_each_other_the_oldest_first(page: Page, buried: dict[str, str]) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        found = page.get("/api/letters", limit=4, cursor=cursor)
        seen += [[each["key"] for each in found["letters"]]]
        cursor = found["next"]
    assert seen == [list(buried)[:4], list(buried)[4:]]
    for wrong in ({"limit": "0"}, {"since": "yesterday"}, {"sort": "key"}):
        assert page.refused("GET", "/api/letters", params=wrong)[0] == 422


def test_one_look_serves_several_questions_until_something_is_done(
    desk: Desk, page: Page, buried: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[DeadLetterQueue] = []
    look = consoles.look
    monkeypatch.setattr(consoles, "look", lambda where: looks.append(where.queue) or look(where))  # type: ignore[func-returns-value]
    places = len(CHAIN.actors) + 1
    assert len(keys(page)) == len(keys(page, actor="normalize")) + 2
    assert len(looks) == places
    page.done(page.plan(filter={"reason": "corrupt-image"}))
    assert "bad/3.jpg" not in keys(page)
    assert len(looks) == 2 * places + 1


def test_one_letter_is_shown_with_all_that_is_known(page: Page, buried: dict[str, str]) -> None:
    found = page.get(f"/api/letters/normalize/{buried['in/1.jpg']}")
    assert (found["key"], found["reason"], found["to"]) == ("in/1.jpg", "out-of-time", "the queue of normalize")
    assert json.loads(found["body"])["data"]["recipe"] == "default"
    assert found["attributes"]["reason"] == "out-of-time"
    assert (found["kind"], found["lineage"], found["record"]) == ("image-ingested", [], None)
    assert "Redrive it" in found["explanation"]
    assert page.refused("GET", f"/api/letters/describe/{buried['in/1.jpg']}")[0] == 404


def test_a_body_is_mended_with_its_difference_shown_before_and_sent_back_on_record(
    desk: Desk, page: Page, buried: dict[str, str]
) -> None:
    at = f"/api/letters/normalize/{buried['bad/3.jpg']}"
    before = page.get(at)["body"]
    after = before.replace('"default"', '"walls"')
    shown = page.post(f"{at}/edit", body=after)
    assert ('+    "recipe": "walls",' in shown["diff"], shown["mistake"], shown["operation"]) == (True, None, None)
    assert desk.sent_back("normalize") == []
    operation = page.post(f"{at}/edit", body=after, send=True)["operation"]
    [message] = desk.sent_back("normalize")
    assert json.loads(message["Body"])["data"]["recipe"] == "walls"
    assert operation in message["MessageAttributes"]["lineage"]["StringValue"]
    [recorded] = page.get("/api/history")
    assert (recorded["id"], recorded["command"], recorded["outcomes"]) == (operation, "edit", {"redriven": 1})
    assert "bad/3.jpg" not in keys(page)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('"default"', '"default'), "it is no JSON"),
        (("in/0.jpg", "in/1.jpg"), "its image.id is not that of this bucket, key and version"),
        (("", ""), "nothing was changed"),
    ],
)
def test_what_would_fail_again_is_not_sent(
    desk: Desk, page: Page, buried: dict[str, str], change: tuple[str, str], why: str
) -> None:
    at = f"/api/letters/normalize/{buried['in/0.jpg']}"
    body = page.get(at)["body"].replace(*change)
    if change[0]:
        assert why in page.post(f"{at}/edit", body=body)["mistake"]
    status, said = page.refused("POST", f"{at}/edit", json={"body": body, "send": True})
    assert (status, f"not sent: {why}" in said) == (409, True)
    assert desk.sent_back("normalize") == []


def test_a_letter_that_somebody_else_has_taken_meanwhile_is_not_sent(
    desk: Desk, page: Page, buried: dict[str, str]
) -> None:
    at = f"/api/letters/normalize/{buried['bad/3.jpg']}"
    body = page.get(at)["body"].replace('"default"', '"walls"')
    desk.sqs.purge_queue(QueueUrl=desk.pipeline.stack.outputs[names.dead_letter_queue(CHAIN.actor("normalize"))])
    status, why = page.refused("POST", f"{at}/edit", json={"body": body, "send": True})
    assert (status, "somebody else has taken" in why) == (409, True)


@pytest.mark.parametrize("actor", CHAIN.whole.actors, ids=lambda actor: actor.name)
def test_each_reason_is_explained_with_something_to_do(actor: Actor) -> None:
    reasons: set[type[Rejected]] = set(actor.rejects)
    for reason in (*(each.reason for each in reasons), "throttled", "unknown", "unexpected-error", "undelivered"):
        assert "redrive" in explanation(reason).lower() or "discard" in explanation(reason)
    assert explanation("another's word") == ""
