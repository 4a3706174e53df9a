"""A visitor's pictures: all of the visitor's own and nobody else's, with what has become of them."""

from typing import Any

import boto3
import pytest

from records.status import Status
from services.chain import CHAIN
from services.portal import uploads, words
from tests.services.portal.conftest import BOB, Browser, Portal
from tests.support import story
from tests.support.site import TABLE


def names(browser: Browser, **query: str) -> list[str]:
    return [each["name"] for each in browser.get("/api/pictures", params=query).json()["pictures"]]


def test_pictures_are_there_from_the_upload_on_the_newest_first(portal: Portal) -> None:
    browser = portal.signed_in()
    first, second = portal.upload(browser, "first.jpg"), portal.upload(browser, "second.jpg", b"other")
    portal.ready(first)
    new, old = browser.get("/api/pictures").json()["pictures"]
    assert (new["image"], new["name"], new["status"], new["settled"]) == (second.id, "second.jpg", "PROCESSING", False)
    assert (new["bytes"], new["upload"]) == (5, second.source.key.split("/")[2])
    assert (old["image"], old["status_word"], old["settled"], old["reason"]) == (first.id, "ready", True, None)
    address = f"https://pictures.example/renditions/{first.id}/large.png"
    assert [each["url"] for each in old["renditions"]] == [address.replace("large", "small")]
    assert (old["master"], old["markup"], old["stages"]) == (None, None, [])


def test_one_picture_comes_with_its_files_its_stages_and_markup(portal: Portal) -> None:
    browser = portal.signed_in()
    picture = portal.upload(browser)
    assert browser.get(f"/api/pictures/{picture.id}").json()["status"] == "PROCESSING"  # the catalog has not heard
    portal.ready(picture)
    portal.hear(story.said(story.described(picture, alt="A <beach>"), "describe"))
    found = browser.get(f"/api/pictures/{picture.id}").json()
    assert [each["name"] for each in found["renditions"]] == ["small", "large"]
    assert found["renditions"][0]["type"] == "image/png"
    assert found["master"]["url"].startswith("https://target.s3.eu-west-1.amazonaws.com/")  # delivered to nobody else
    assert {each["name"]: each["seconds"] for each in found["stages"]}["normalize"] == 0.04
    assert found["alt"] == "A <beach>"
    assert 'alt="A &lt;beach&gt;"' in found["markup"]["img"]
    assert f"https://pictures.example/renditions/{picture.id}/" in found["markup"]["picture"]
    assert found["markup"]["markdown"].startswith("![A \\<beach\\>](")


def test_where_nothing_is_delivered_addresses_are_signed_and_there_is_no_markup(portal: Portal) -> None:
    browser = portal.signed_in(site=portal.site({"BRIGADE_DELIVERY_URL": ""}))
    picture = portal.upload(browser)
    portal.ready(picture)
    found = browser.get(f"/api/pictures/{picture.id}").json()
    assert "X-Amz-Expires=3600" in found["renditions"][0]["url"]
    assert found["markup"] is None


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_visitors_picture_is_not_there(portal: Portal, method: str) -> None:
    alice, bob = portal.signed_in(), portal.signed_in(BOB)
    known, unheard = portal.upload(alice), portal.upload(alice)
    portal.ready(known)
    for picture in (known, unheard):
        refused = bob.ask(method, f"/api/pictures/{picture.id}")
        assert (refused.status_code, refused.json()["title"]) == (404, "Not Found")
    assert names(bob) == []
    assert portal.shown(known.source.key) == known


def test_a_deleted_picture_is_gone_from_the_list_and_its_upload_from_the_bucket(portal: Portal) -> None:
    browser = portal.signed_in()
    picture, other = portal.upload(browser, "a.jpg"), portal.upload(browser, "b.jpg")
    assert browser.delete(f"/api/pictures/{picture.id}").status_code == 204
    assert names(browser) == ["b.jpg"]
    assert browser.delete(f"/api/pictures/{picture.id}").status_code == 404
    assert browser.get(f"/api/pictures/{other.id}").status_code == 200


def test_a_failure_is_told_in_plain_words_and_not_as_operators_read_it(portal: Portal) -> None:
    browser = portal.signed_in()
    picture = portal.upload(browser)
    portal.hear(story.said(story.rejected(picture), "normalize"))
    found = browser.get(f"/api/pictures/{picture.id}").json()
    assert (found["status"], found["reason"], found["settled"]) == ("FAILED", "The file is damaged.", True)
    assert "two eyes missing" not in str(found)


def test_what_moderation_holds_back_is_not_shown(portal: Portal) -> None:
    browser = portal.signed_in()
    picture = portal.upload(browser)
    ingested, _, resized = story.way(picture)
    gated = story.said(story.normalized(picture, "gate"), "normalize")
    portal.hear(ingested, gated, story.said(story.moderated(picture, "gate", "refused"), "moderate"), resized)
    found = browser.get(f"/api/pictures/{picture.id}").json()
    assert (found["status"], found["status_word"]) == ("QUARANTINED", words.STATUS[Status.QUARANTINED])
    assert (found["renditions"], found["master"], found["lqip"]) == ([], None, "")


def test_more_than_a_page_is_asked_for_by_the_last(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PAGE", 2)
    browser = portal.signed_in()
    for place in range(5):
        portal.upload(browser, f"{place}.jpg")
    found, after = [], ""
    while after is not None:
        page: dict[str, Any] = browser.get("/api/pictures", params={"after": after}).json()
        found += [each["name"] for each in page["pictures"]]
        after = page["next"]
    assert found == ["4.jpg", "3.jpg", "2.jpg", "1.jpg", "0.jpg"]
    for wrong in ("../x", f"{'0' * 11}-{'0' * 16}/../x", f"{'0' * 11}-{'0' * 16}/\x11"):
        assert browser.get("/api/pictures", params={"after": wrong}).status_code == 422


def test_every_status_has_its_word_and_every_reason_of_a_file_its_sentence() -> None:
    assert words.STATUS.keys() == set(Status)
    declared = {reason.reason for actor in CHAIN.whole.actors for reason in actor.rejects}
    ours = {
        "access-denied",
        "announcement-too-large",
        "object-archived",
        "object-gone",
        "own-output",
        "record-too-large",
        "unknown-recipe",
        "unreadable-message",
        "unviewable",
    }
    assert declared - words.REASONS.keys() == ours, "who can mend it: the visitor (REASONS) or the operators (here)?"
    assert words.REASONS.keys() <= declared


def test_a_record_that_this_release_cannot_read_leaves_the_others_readable(portal: Portal) -> None:
    browser = portal.signed_in()
    picture, other = portal.upload(browser, "a.jpg"), portal.upload(browser, "b.jpg", b"other")
    portal.ready(picture)
    portal.ready(other)
    boto3.client("dynamodb").update_item(
        TableName=TABLE,
        Key={"image_id": {"S": other.id}},
        UpdateExpression="SET frames = :many",
        ExpressionAttributeValues={":many": {"S": "many"}},
    )
    found = {each["name"]: each["status"] for each in browser.get("/api/pictures").json()["pictures"]}
    assert found == {"a.jpg": "READY", "b.jpg": "PROCESSING"}


def test_records_that_the_table_does_not_give_now_are_asked_for_again(portal: Portal) -> None:
    site = portal.site()
    browser = portal.signed_in(site=site)
    portal.upload(browser)
    unread = {"Responses": {}, "UnprocessedKeys": {TABLE: {"Keys": [{"image_id": {"S": "i"}}]}}}
    site.dynamodb.batch_get_item = lambda **_: unread
    assert browser.get("/api/pictures").status_code == 503
    del site.dynamodb.batch_get_item
    assert browser.get("/api/pictures").status_code == 200
