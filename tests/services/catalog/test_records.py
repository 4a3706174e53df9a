"""Where records are kept: DynamoDB and its twin in memory keep the same promises."""

from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from kit.events import ORDER_DIGITS, ImageRetired
from records.status import Status
from records.table import BY_SOURCE, BY_STATUS, INDEXES, Index
from services.catalog.attributes import attributes
from services.catalog.reasons import RecordTooLarge
from services.catalog.records import DynamoRecords, Place, Records
from tests.services.catalog.stored import identity, is_retired
from tests.support.site import SETTINGS, TABLE, create_table
from tests.support.story import image, said, way

FACTS = {"source_key": "source/a.jpg", "upload_order": "01", "entered_at": "2026-11-21T08:00"}
PARTS: dict[str, Any] = {"original": {"width": 4}, "master": {"width": 3}, "renditions": [{"width": 2}]}


def test_a_record_begins_in_processing(records: Records) -> None:
    assert records.merge("i", FACTS) == {"image_id": "i", "status": "PROCESSING", **FACTS}


def test_what_is_merged_is_added_to_what_is_there(records: Records) -> None:
    records.merge("i", FACTS | {"colour": "red"})
    assert records.merge("i", {"size": 7, "colour": "blue"}) == {
        "image_id": "i",
        "status": "PROCESSING",
        **FACTS,
        "size": 7,
        "colour": "blue",
    }


def test_every_kind_of_fact_comes_back_as_it_was(records: Records) -> None:
    facts = {"list": [{"n": 1}, {"n": 2**60}], "map": {"none": None, "yes": True, "text": "ü"}, "empty": ""}
    found = records.merge("i", FACTS | facts)
    assert {name: found[name] for name in facts} == facts
    assert isinstance(found["list"][0]["n"], int)


@pytest.mark.parametrize(
    ("name", "field"), [("stage_resize", "at"), ("failure_resize", "at"), ("handled_resize", "failed_at")]
)
def test_what_an_actor_said_before_changes_nothing_afterwards(records: Records, name: str, field: str) -> None:
    def told(time: str, **more: Any) -> dict[str, Any]:
        return {"size": time, name: {field: time}, **more}

    records.merge("i", FACTS | told("02"))
    assert records.merge("i", told("01"))["size"] == "02"
    assert records.complete("i", told("01") | PARTS, "e") is None
    assert records.merge("i", told("02", colour="red"))["colour"] == "red"
    found = records.merge("i", told("03"))
    assert (found["size"], found[name]) == ("03", {field: "03"})


@pytest.mark.parametrize("older", ["master", "renditions"])
def test_of_two_parts_only_what_is_older_changes_nothing(records: Records, older: str) -> None:
    def told(part: str, time: str) -> dict[str, Any]:
        return {part: [time], f"stage_{part}": {"at": time}}

    records.merge("i", FACTS | {"original": {"width": 4}}, told("master", "02"), told("renditions", "02"))
    times = {"master": "03", "renditions": "03"} | {older: "01"}
    parts = [told(part, time) for part, time in times.items()]
    assert records.complete("i", parts[1], "e", parts[0]) is None
    found = records.merge("i", *parts)
    assert (found["master"], found["renditions"]) == tuple([max(time, "02")] for time in times.values())


@pytest.mark.usefixtures("cloud")
def test_a_record_that_dynamodb_would_not_take_is_given_up_with_a_reason() -> None:
    create_table()
    with pytest.raises(RecordTooLarge, match="maximum allowed size"):
        DynamoRecords(TABLE).merge("a", {"one": "x" * 410_000})


def test_records_do_not_mix(records: Records) -> None:
    records.merge("i", FACTS | {"colour": "red"})
    assert "colour" not in records.merge("j", FACTS)


def test_a_status_is_changed_once(records: Records) -> None:
    records.merge("i", FACTS)
    changes = [records.change_status("i", Status.PROCESSING, Status.READY, f"event {n}") for n in range(3)]
    assert changes == [True, False, False]
    found = records.merge("i", FACTS)
    assert (found["status"], found["ready_by"]) == ("READY", "event 0")


def test_a_merge_leaves_the_status_alone(records: Records) -> None:
    records.merge("i", FACTS)
    records.change_status("i", Status.PROCESSING, Status.FAILED, "e")
    assert records.merge("i", {"size": 7})["status"] == "FAILED"


@pytest.mark.parametrize("last", PARTS)
def test_the_last_part_completes_a_record_in_one_write(records: Records, last: str) -> None:
    records.merge("i", FACTS | {name: value for name, value in PARTS.items() if name != last})
    found = records.complete("i", {last: PARTS[last]}, "e")
    assert found == {"image_id": "i", **FACTS, **PARTS, "status": "READY", "ready_by": "e", "settled": 1}


def test_a_record_is_completed_once(records: Records) -> None:
    records.merge("i", FACTS | PARTS)
    assert records.complete("i", PARTS, "first")
    assert records.complete("i", PARTS, "second") is None
    assert records.merge("i", FACTS)["ready_by"] == "first"


def test_a_record_that_lacks_another_part_is_left_as_it_was(records: Records) -> None:
    before = records.merge("i", FACTS | {"original": PARTS["original"]})
    assert records.complete("i", {"renditions": PARTS["renditions"]}, "e") is None
    assert records.merge("i", {"upload_order": "01"}) == before


@pytest.mark.parametrize("status", [Status.FAILED, Status.SUPERSEDED])
def test_only_a_record_in_processing_is_completed(records: Records, status: Status) -> None:
    records.merge("i", FACTS | PARTS)
    records.change_status("i", Status.PROCESSING, status, "e")
    assert records.complete("i", PARTS, "e") is None


def test_a_record_that_is_not_there_is_not_completed(records: Records) -> None:
    assert records.complete("i", PARTS, "e") is None
    assert records.merge("i", FACTS) == {"image_id": "i", "status": "PROCESSING", **FACTS}


def superseded(records: Records, *image_ids: str) -> dict[str, str | None]:
    found = {image_id: records.merge(image_id, {"upload_order": "01"}) for image_id in image_ids}
    for record in found.values():
        assert (record["status"] == "SUPERSEDED") == ("superseded_by" in record)
    return {image_id: record.get("superseded_by") for image_id, record in found.items()}


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old"), ("old", "new", "old", "new")])
def test_the_newest_upload_of_a_key_wins_in_whatever_order_they_are_heard(
    records: Records, order: tuple[str, ...]
) -> None:
    for image_id in order:
        records.merge(image_id, FACTS)
        records.claim_newest("source/a.jpg", {"old": "01", "new": "02"}[image_id], image_id)
    assert superseded(records, "old", "new") == {"old": "new", "new": None}


def test_of_three_uploads_the_newest_wins(records: Records) -> None:
    for image_id, order in (("b", "02"), ("a", "01"), ("c", "03")):
        records.merge(image_id, FACTS)
        records.claim_newest("source/a.jpg", order, image_id)
    assert superseded(records, "a", "b", "c") == {"a": "b", "b": "c", "c": None}


def test_taking_a_key_tells_from_whom_however_often_it_is_asked(records: Records) -> None:
    for image_id in ("a", "b"):
        records.merge(image_id, FACTS)
    assert records.claim_newest("source/a.jpg", "01", "a") == Place(is_newest=True)
    for _ in range(2):
        assert records.claim_newest("source/a.jpg", "02", "b") == Place(is_newest=True, taken_from="a")
    assert records.claim_newest("source/a.jpg", "01", "a") == Place(is_newest=False)
    assert records.newest("source/a.jpg") == ("b", False)
    assert records.newest("source/b.jpg") is None


@pytest.mark.parametrize("order", [("old", "marker"), ("marker", "old")])
def test_what_is_older_than_a_removal_is_removed(records: Records, order: tuple[str, ...]) -> None:
    for image_id in order:
        removal = image_id == "marker"
        if not removal:
            records.merge(image_id, FACTS)
        records.claim_newest("source/a.jpg", "02" if removal else "01", image_id, removal=removal)
    found = records.get("old")
    assert found
    assert (found["status"], found["removed_by"]) == ("REMOVED", "marker")
    assert (records.get("marker"), records.newest("source/a.jpg")) == (None, ("marker", True))


def test_a_removed_record_stays_removed(records: Records) -> None:
    records.merge("a", FACTS)
    records.claim_newest("source/a.jpg", "01", "a")
    assert records.remove("a", by="x")["status"] == "REMOVED"
    records.claim_newest("source/a.jpg", "02", "b")
    found = records.merge("a", {"size": 7})
    assert (found["status"], found["removed_by"]) == ("REMOVED", "x")


def test_what_outdates_and_what_shows_again_count_by_their_order(records: Records) -> None:
    records.merge("a", FACTS)
    assert records.outdate("a", "02", by="b", removal=False)
    assert records.outdate("a", "02", by="b", removal=False), "heard again, it is as it was said"
    assert "superseded_by" in records.recall("a", "01")
    back = records.recall("a", "03")
    assert not {"superseded_by", "removed_by"} & back.keys()
    assert not records.outdate("a", "02", by="b", removal=False)
    assert not records.outdate("a", "02", by="m", removal=True)
    assert records.outdate("a", "04", by="m", removal=True)
    assert not records.outdate("a", "05", by="c", removal=False), "what was removed is not replaced"
    assert records.recall("a", "04")["removed_by"] == "m"
    assert not records.outdate("nobody", "04", by="m", removal=True)


def test_what_was_replaced_is_removed_by_a_removal_of_before(records: Records) -> None:
    records.merge("a", FACTS)
    records.outdate("a", "04", by="c", removal=False)
    assert records.outdate("a", "03", by="m", removal=True)
    assert records.outdate("a", "03", by="m", removal=True), "heard again, it is as it was said"
    found = records.get("a") or {}
    assert (found["status"], found["removed_by"], found["standing"], found["settled"]) == ("REMOVED", "m", "04", 2)


def test_an_approval_is_withdrawn_and_no_other(records: Records) -> None:
    old, new = ({"by": name, "operation": name, "at": name} for name in ("1", "2"))
    records.merge("a", FACTS | {"judged_approved": new})
    records.withdraw("a", old)
    assert (records.get("a") or {})["judged_approved"] == new
    records.withdraw("a", new)
    assert "judged_approved" not in (records.get("a") or {})


def test_a_version_that_was_itself_removed_never_comes_back(records: Records) -> None:
    records.merge("a", FACTS)
    records.remove("a", by="a")
    assert records.recall("a", "09")["removed_by"] == "a"


def test_the_newest_may_move_up_and_never_down(records: Records) -> None:
    for order in ("03", "02", "05"):
        assert records.claim_newest("source/a.jpg", order, "a") == Place(is_newest=True)
    records.merge("b", FACTS)
    assert records.claim_newest("source/a.jpg", "04", "b") == Place(is_newest=False)


def test_an_outdated_record_forgets_and_no_other(records: Records) -> None:
    records.merge("a", FACTS | {"colour": "red", "size": 7})
    records.forget("a", {"stage_retire": {"at": "02"}}, ["colour"])
    assert {"colour", "size"} <= (records.get("a") or {}).keys()
    records.outdate("a", "02", by="b", removal=False)
    for _ in range(2):
        records.forget("a", {"stage_retire": {"at": "02"}}, ["colour", "never there"])
        found = records.get("a") or {}
        assert ("colour" in found, found["size"], found["stage_retire"]) == (False, 7, {"at": "02"})
    records.forget("a", {"stage_retire": {"at": "03"}}, [])
    assert "stage_retire" not in records.recall("a", "03")


def test_a_removal_may_come_before_anything_else(records: Records) -> None:
    assert records.remove("a", by="x") == {"image_id": "a", "status": "REMOVED", "removed_by": "x", "settled": 1}


def test_the_uploads_before_one_are_found(records: Records) -> None:
    for image_id, order in (("a", "01"), ("b", "02"), ("c", "03")):
        records.merge(image_id, FACTS | {"upload_order": order})
    records.merge("other", FACTS | {"source_key": "source/b.jpg"})
    assert sorted(record["image_id"] for record in records.uploads("source/a.jpg", "03")) == ["a", "b"]


def test_of_an_upload_before_one_it_is_known_what_it_is_and_whether_it_is_retired(records: Records) -> None:
    (ingested, *_), retired = way(image()), said(ImageRetired(image=image(), deleted=11), "retire")
    for letter in (ingested, retired):
        records.merge(image().id, attributes(letter.event, letter.envelope, SETTINGS))
        (found,) = records.uploads("source/dir/a b.jpg", "02")
        assert identity(found) == image()
        assert is_retired(found) == (letter is retired)


def test_uploads_of_other_keys_are_left_alone(records: Records) -> None:
    for image_id in ("a", "b"):
        records.merge(image_id, FACTS)
        records.claim_newest(f"source/{image_id}.jpg", "01", image_id)
    assert superseded(records, "a", "b") == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("later", "is_newest"), [("0062E99A88DC407459", False), ("0062E99A88DC407461", True), ("0062E99A89", True)]
)
def test_a_place_that_release_0_1_gave_still_counts(later: str, is_newest: bool, items: Any) -> None:
    records = DynamoRecords(TABLE)
    records.claim_newest("source/a.jpg", "0062E99A88DC407460".zfill(ORDER_DIGITS), "old")
    place = records.claim_newest("source/a.jpg", replace(image().source, sequencer=later).order, "new")
    assert place.is_newest is is_newest


@pytest.fixture
def items(cloud: None) -> Any:
    create_table()
    return lambda: boto3.client("dynamodb").scan(TableName=TABLE)["Items"]


def test_an_item_has_text_in_every_index_and_only_whole_numbers(items: Any) -> None:
    records = DynamoRecords(TABLE)
    records.merge("i", FACTS | PARTS | {"serial": "s", "taken_on": "2026-11-21", "taken_at": "2026-11-21T08:00:00"})
    (item,) = items()
    for index in INDEXES:
        assert item[index.partition]["S"]
        assert item[index.sort]["S"]
    assert item["original"] == {"M": {"width": {"N": "4"}}}


def test_a_keys_pointer_is_in_no_index(items: Any) -> None:
    records = DynamoRecords(TABLE)
    records.merge("i", FACTS)
    records.claim_newest("source/a.jpg", "01", "i")
    (pointer,) = [item for item in items() if item["image_id"]["S"] == "newest#source/a.jpg"]
    assert not any(index.partition in pointer for index in INDEXES)


@pytest.mark.parametrize(("index", "question"), [(BY_SOURCE, "source/a.jpg"), (BY_STATUS, "PROCESSING")])
def test_every_question_has_an_index(index: Index, question: str, items: Any) -> None:
    DynamoRecords(TABLE).merge("i", FACTS)
    found = boto3.client("dynamodb").query(
        TableName=TABLE,
        IndexName=index.name,
        KeyConditionExpression="#p = :q",
        ExpressionAttributeNames={"#p": index.partition},
        ExpressionAttributeValues={":q": {"S": question}},
    )
    assert [item["image_id"]["S"] for item in found["Items"]] == ["i"]
