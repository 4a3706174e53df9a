"""The catalog's readers."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from brigade.pictures.catalog import Catalog, Question
from brigade.pictures.search import Filters
from brigade.terminal import OperatorError
from kit.envelope import wrap
from kit.events import Image, ImageIngested, Source
from kit.tracing import Trace
from records.picture import Original
from records.status import Status
from records.table import BY_STATUS, Index
from services.catalog.attributes import attributes
from services.catalog.records import DynamoRecords
from tests.support.site import SETTINGS, TABLE, create_table

EVERYTHING = [Question(BY_STATUS, status.value) for status in Status]
PROCESSING = Question(BY_STATUS, Status.PROCESSING.value)
NEWER, OLDER = "2026-11-21T08:00:00.000Z", "2026-11-20T23:59:59.999Z"


@pytest.fixture
def catalog(cloud: None) -> Catalog:
    create_table()
    return Catalog(boto3.client("dynamodb"), TABLE, "source")


def add(key: str, entered_at: str = NEWER, sequencer: str = "01") -> str:
    """Write the record of an upload; return its id."""
    source = Source(bucket="source", key=key, version=sequencer, sequencer=sequencer, uploaded_at=entered_at)
    event = ImageIngested(image=Image.of(source), recipe="default", format="PNG", width=4, height=6, bytes=50)
    DynamoRecords(TABLE).merge(event.image.id, attributes(event, wrap(event, "ingest", Trace.start()), SETTINGS))
    return event.image.id


def test_what_is_listed_is_the_whole_record(catalog: Catalog) -> None:
    image_id = add("a.jpg")
    (listed,) = catalog.ask(PROCESSING)
    assert listed == catalog.get([image_id])[image_id]
    assert listed.original == Original(format="PNG", width=4, height=6, bytes=50)


def test_one_record_that_cannot_be_read_does_not_hide_the_others(
    catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    well, broken = add("a.jpg"), add("b.jpg")
    DynamoRecords(TABLE).merge(broken, {"original": "a later release says it otherwise"})
    assert [record.image_id for record in catalog.ask(*EVERYTHING)] == [well]
    assert f"left out: the record of {broken} is not one of this release" in capsys.readouterr().err
    with pytest.raises(OperatorError, match="install the release that is deployed"):
        catalog.get([well, broken])


def test_all_statuses_are_listed_newest_first(catalog: Catalog) -> None:
    old, new = add("old.jpg", OLDER), add("new.jpg", NEWER)
    DynamoRecords(TABLE).change_status(new, Status.PROCESSING, Status.FAILED, "e")
    assert [record.image_id for record in catalog.ask(*EVERYTHING)] == [new, old]


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        ("", "", ["newer", "new", "old"]),
        ("2026-11-21", "", ["newer", "new"]),
        ("", "2026-11-20~", ["old"]),
        ("2026-11-21", "2026-11-21T07:59", ["new"]),
    ],
)
def test_a_question_has_bounds(low: str, high: str, found: list[str], catalog: Catalog) -> None:
    ids = {"newer": add("c.jpg", NEWER), "new": add("b.jpg", "2026-11-21T07:00:00.000Z"), "old": add("a.jpg", OLDER)}
    listed = catalog.ask(Question(BY_STATUS, "PROCESSING", low, high))
    assert [record.image_id for record in listed] == [ids[name] for name in found]


def test_in_turn_no_question_is_asked_before_it_is_needed(catalog: Catalog) -> None:
    image_id = add("a.jpg")
    questions = [Question(BY_STATUS, "PROCESSING"), Question(Index("no-such-index", "status", "entered_at"), "READY")]
    with pytest.raises(ClientError, match="index"):
        next(catalog.ask(*reversed(questions), in_turn=True))
    found = catalog.ask(*questions, in_turn=True)
    assert next(found).image_id == image_id


def test_what_moves_from_one_list_to_another_is_shown_once(catalog: Catalog) -> None:
    image_id = add("a.jpg")
    twice = Question(BY_STATUS, "PROCESSING")
    assert [record.image_id for record in catalog.ask(twice, twice)] == [image_id]


def test_going_on_after_each_picture_shows_all_once_even_of_one_moment(catalog: Catalog) -> None:
    for number in range(4):
        image_id = add(f"{number}.jpg", NEWER)
        if number % 2:
            DynamoRecords(TABLE).change_status(image_id, Status.PROCESSING, Status.READY, "e")
    questions = [Question(BY_STATUS, status.value) for status in Status]
    everything = [record.image_id for record in catalog.ask(*questions)]
    assert len(everything) == 4
    shown, after = [], None
    while found := next(catalog.ask(*questions, after=after), None):
        after = (found.entered_at, found.image_id)
        shown.append(found.image_id)
    assert shown == everything


def test_more_than_one_page_is_listed(catalog: Catalog) -> None:
    ids = {add(f"{number}.jpg", f"2026-11-21T08:00:00.{number:03}Z") for number in range(101)}
    assert {record.image_id for record in catalog.ask(PROCESSING)} == ids


def test_versions_of_a_key_are_listed_newest_first(catalog: Catalog) -> None:
    first, second = add("a.jpg", sequencer="01"), add("a.jpg", sequencer="02")
    assert [record.image_id for record in catalog.by_key("a.jpg")] == [second, first]
    assert catalog.find("a.jpg").image_id == second


def test_a_key_finds_its_picture_in_either_unicode_form(catalog: Catalog) -> None:
    composed, decomposed = "caf\u00e9.jpg", "cafe\u0301.jpg"
    first = add(decomposed, sequencer="01")
    assert catalog.find(composed).image_id == first
    second = add(composed, sequencer="02")
    assert [catalog.find(key).image_id for key in (composed, decomposed)] == [second, first]


def test_a_picture_that_has_left_the_list_meanwhile_is_not_shown_in_it(catalog: Catalog) -> None:
    gone, changed, kept = add("gone.jpg"), add("changed.jpg"), add("kept.jpg")
    table = boto3.resource("dynamodb").Table(TABLE)

    def meanwhile(**_: object) -> None:
        table.delete_item(Key={"image_id": gone})
        DynamoRecords(TABLE).change_status(changed, Status.PROCESSING, Status.READY, "e")

    client = boto3.client("dynamodb")
    client.meta.events.register("before-call.dynamodb.BatchGetItem", meanwhile)
    listed = filter(Filters(status=Status.PROCESSING).accepts, Catalog(client, TABLE, "source").ask(PROCESSING))
    assert [record.image_id for record in listed] == [kept]


class Throttled:
    """A table that reads one record of each request, for so many requests."""

    def __init__(self, table: Any, reads: int) -> None:
        self._table = table
        self._reads = reads

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's word
        keys = RequestItems[TABLE]["Keys"]
        now, later = (keys[:1], keys[1:]) if self._reads else ([], keys)
        self._reads -= bool(self._reads)
        answer = {"Responses": {}} if not now else self._table.batch_get_item(RequestItems={TABLE: {"Keys": now}})
        return dict(answer) | ({"UnprocessedKeys": {TABLE: {"Keys": later}}} if later else {})


@pytest.mark.usefixtures("no_waiting")
def test_records_that_a_throttled_table_leaves_out_are_asked_for_again_but_not_for_ever(catalog: Catalog) -> None:
    ids = [add(f"{number}.jpg") for number in range(12)]
    table = boto3.client("dynamodb")
    assert Catalog(Throttled(table, 12), TABLE, "source").get(ids).keys() == set(ids)
    with pytest.raises(OperatorError, match=r"the table did not answer about 9 pictures: it is throttled"):
        Catalog(Throttled(table, 3), TABLE, "source").get(ids)


def test_an_unknown_picture_is_said_to_be(catalog: Catalog) -> None:
    only_removed = add("b.jpg")
    boto3.client("dynamodb").delete_item(TableName=TABLE, Key={"image_id": {"S": only_removed}})
    DynamoRecords(TABLE).remove(only_removed, by=only_removed)
    for unknown in ("a.jpg", only_removed):
        with pytest.raises(OperatorError, match=f"knows no picture '{unknown}'"):
            catalog.find(unknown)
