"""The chain and its pictures in the console: live, page by page, one with all that is known, and judged."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from brigade.console import pictures
from brigade.console.console import Console
from brigade.operations.operation import Entry
from brigade.pictures import catalog
from brigade.pipeline import Pipeline
from brigade.target import Target
from kit.events import ImageRejected
from records.table import BY_STATUS
from services.chain import CHAIN
from tests.brigade.console.conftest import NoTraces, Page
from tests.brigade.test_judge import deployed, heard, held
from tests.support import story
from tests.support.deployed import Deployed, operations
from tests.support.site import TABLE

__all__ = ["deployed"]  # a fixture


@pytest.fixture
def page(deployed: Deployed) -> Page:
    deployed.pipeline.target.clients["xray"] = NoTraces()
    return Page(Console(deployed.pipeline)).open()


def test_the_chain_is_shown_as_it_is_deployed(deployed: Deployed, page: Page) -> None:
    for actor in CHAIN.actors:
        deployed.sqs.send_message(QueueUrl=deployed.queue_url(actor), MessageBody="x")
    found = page.get("/api/overview")
    assert [(each["name"], each["state"], each["waiting"]) for each in found["actors"]] == [
        (actor.name, "running", 1) for actor in CHAIN.actors
    ]
    assert {"from": "normalize", "to": "resize", "event": "image-normalized"} in found["edges"]
    assert {"from": "catalog", "to": "relay", "event": "stream"} in found["edges"]
    assert (found["stack"], found["where"]) == ("brigade", "AWS account 123456789012 in eu-west-1")
    assert (found["undelivered"], found["read_only"]) == (0, False)


def test_an_actor_is_paused_and_resumed(deployed: Deployed, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "poll_s", 0)
    for state in ("paused", "running"):
        found = page.post("/api/actors/resize", state=state)["actors"]
        assert {each["name"]: each["state"] for each in found}["resize"] == state
    assert deployed.functions.changes == [("resize", False), ("resize", True)]
    for none in ("undelivered", "paint"):
        assert "no actor is named" in page.refused("POST", f"/api/actors/{none}", json={"state": "paused"})[1]


def test_pictures_come_page_by_page_from_the_index(
    deployed: Deployed, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {f"in/{n}.jpg" for n in range(3)}
    for key in sorted(keys):
        deployed.ready(key)
    held(deployed, "in/held.jpg")
    monkeypatch.setattr(catalog.Catalog, "everything", None)
    seen, cursor = [], ""
    while cursor is not None:
        found = page.get("/api/pictures", status="READY", limit=2, cursor=cursor)
        seen += [[each["key"] for each in found["pictures"]]]
        cursor = found["next"]
    assert [len(each) for each in seen] == [2, 1]
    assert {key for each in seen for key in each} == keys
    assert [each["key"] for each in page.get("/api/pictures", verdict="refused")["pictures"]] == ["in/held.jpg"]
    found = page.get("/api/pictures", prefix="out/", taken_from="2026-11-20")
    assert (found["pictures"], found["next"]) == ([], None)
    assert "for a clock that is ahead" in found["remark"]
    assert page.get("/api/pictures", status="READY")["remark"] == ""


def test_a_page_takes_as_many_requests_of_a_hundred_thousand_as_of_a_few(
    deployed: Deployed, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = deployed.ready("in/a.jpg")
    dynamodb, asked = deployed.pipeline.target.client("dynamodb"), []
    [item] = dynamodb.scan(TableName=TABLE, FilterExpression="attribute_exists(renditions)")["Items"]

    class Index:
        """Lists a hundred thousand pictures of one status, a thousand a request."""

        def paginate(self, **request: Any) -> Any:
            ready = request["ExpressionAttributeValues"] == {":value": {"S": "READY"}}
            for first in range(0, 100_000 * ready, 1_000):
                asked.append("query")
                numbers = [f"{100_000 - first - n:06d}" for n in range(1_000)]
                yield {
                    "Items": [
                        {BY_STATUS.sort: {"S": each}, "image_id": {"S": picture.id[:-6] + each}} for each in numbers
                    ]
                }

    def read(RequestItems: Any) -> Any:  # noqa: N803 - boto3's own
        asked.append("read")
        [(table, wanted)] = RequestItems.items()
        return {"Responses": {table: [item | key for key in wanted["Keys"]]}}

    monkeypatch.setattr(dynamodb, "get_paginator", lambda _: Index())
    monkeypatch.setattr(dynamodb, "batch_get_item", read)
    found = page.get("/api/pictures", status="READY")
    assert (len(found["pictures"]), asked) == (60, ["query", "read"])


def test_a_filter_without_an_index_leaves_off_after_a_part_and_goes_on_from_there(
    deployed: Deployed, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        deployed.ready(f"in/{n}.jpg")
    monkeypatch.setattr(pictures, "_MOST", 2)
    first = page.get("/api/pictures", prefix="out/")
    assert (first["pictures"], bool(first["next"])) == ([], True)
    assert page.get("/api/pictures", prefix="out/", cursor=first["next"])["next"] is None
    assert page.refused("GET", "/api/pictures", params={"taken_from": "yesterday"})[0] == 409
    assert page.refused("GET", "/api/pictures", params={"status": "LOST"})[0] == 422


def test_a_picture_is_shown_with_timeline_files_and_what_was_done_about_it(deployed: Deployed, page: Page) -> None:
    picture = deployed.ready("in/a b.jpg")
    deployed.catalog(story.said(story.described(picture, make="RECONYX"), "describe"))
    rerun = Entry(message_id="m", image_id=picture.id, outcome="sent")
    with deployed.pipeline.history.begin("rerun", where="resize", messages=[rerun]) as operation:
        pass
    shown = page.get("/api/pictures/in/a b.jpg")
    assert shown == page.get(f"/api/pictures/{picture.id}")
    acts = [each["what"] for each in shown["stages"] if each["who"] == "operator"]
    assert acts == [f"rerun resize: sent ({operation.by}, {operation.id})"]
    assert (shown["key"], shown["status"], shown["status_word"]) == ("in/a b.jpg", "READY", "ready")
    who = [each["who"] for each in shown["stages"] if each["who"] != "operator"]
    assert who == ["s3", "ingest", "normalize", "resize", "describe"]
    assert shown["camera"]["camera"] == "RECONYX"
    assert [each["name"] for each in shown["renditions"]] == ["small", "large"]
    assert (shown["master"]["name"], shown["held"], shown["judgeable"], shown["trace"]) == ("master", None, False, None)
    for file in (shown["master"], *shown["renditions"]):
        answer = page.ask("GET", file["url"])
        assert (answer.content, answer.headers["content-type"]) == (b"x", "image/png")
    assert shown["thumbnail"] in {each["name"] for each in shown["renditions"]}
    assert page.refused("GET", f"/api/files/{picture.id}/../../secret")[0] == 404
    assert page.refused("GET", f"/api/files/{picture.id}/secret")[0] == 404
    assert page.refused("GET", "/api/files/none/master")[0] == 404
    assert "the catalog knows no picture" in page.refused("GET", "/api/pictures/none.jpg")[1]


def test_a_failure_is_told_with_its_reason(deployed: Deployed, page: Page) -> None:
    picture = deployed.upload("in/a.jpg")
    rejected = ImageRejected(image=picture, actor="ingest", reason="not-an-image", detail="it is text", attempts=1)
    deployed.catalog(story.said(rejected, "ingest"))
    shown = page.get("/api/pictures/in/a.jpg")
    assert (shown["status"], shown["reason"], shown["thumbnail"]) == ("FAILED", "not-an-image", None)
    assert [(each["actor"], each["detail"]) for each in shown["failures"]] == [("ingest", "it is text")]


@pytest.mark.parametrize(("judgement", "command"), [("approved", "approve"), ("rejected", "reject")])
def test_what_moderation_holds_back_is_judged_on_record(
    deployed: Deployed, page: Page, judgement: str, command: str
) -> None:
    picture = held(deployed, "in/a.jpg")
    [listed] = page.get("/api/pictures", status="QUARANTINED")["pictures"]
    assert (listed["held"], listed["thumbnail"]) == ("refused, nudity 97 %", "master")
    assert page.get(f"/api/pictures/{picture.id}")["judgeable"]
    operation = page.post(f"/api/pictures/{picture.id}/judgement", judgement=judgement)["operation"]
    [event] = heard(deployed)
    assert (event.image.id, event.judgement, event.operation) == (picture.id, judgement, operation)
    assert operations(deployed) == [(command, "moderate", {judgement: 1})]
    assert len(deployed.pipeline.s3.list_object_versions(Bucket="source")["Versions"]) == 1


def test_an_original_is_deleted_with_a_rejection_alone_and_what_is_not_held_is_not_judged(
    deployed: Deployed, page: Page
) -> None:
    picture, ready = held(deployed, "in/a.jpg"), deployed.ready("in/b.jpg")
    at = f"/api/pictures/{picture.id}/judgement"
    for judgement, left in (("approved", 2), ("rejected", 1)):
        page.post(at, judgement=judgement, delete_original=True)
        assert len(deployed.pipeline.s3.list_object_versions(Bucket="source")["Versions"]) == left
    status, why = page.refused("POST", f"/api/pictures/{ready.id}/judgement", json={"judgement": "rejected"})
    assert (status, "it is READY, not in quarantine" in why) == (409, True)


def test_a_letter_names_its_pictures_status_unless_the_table_may_not_be_read(
    deployed: Deployed, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = deployed.ready("in/a.jpg")
    known = pictures.known(page.console, picture.id)
    assert known
    assert known["status"] == "READY"

    def forbidden(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "BatchGetItem")

    monkeypatch.setattr(Pipeline, "catalog", property(forbidden))
    assert pictures.known(page.console, picture.id) is None
