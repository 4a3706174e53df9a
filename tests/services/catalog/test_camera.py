"""What the camera says of a picture, in its record and in the indexes."""

from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.events import Camera, ImageDescribed
from records.status import Status
from records.stored import Item
from records.table import BY_SERIAL, BY_TAKEN, KEY, UNDATED
from services.catalog.attributes import attributes
from services.catalog.handler import act
from services.catalog.memory import MemoryRecords
from services.catalog.records import DynamoRecords, Records
from tests.services.catalog.stored import status, view
from tests.support.site import SETTINGS, TABLE, create_table, site
from tests.support.story import described, image, rejected, said, way

PICTURE = image()
FACTS: dict[str, Any] = {
    "make": "RECONYX",
    "serial": "P800BD05003063",
    "taken_at": "2010-11-06T04:04:00+01:00",
    "latitude": -46.25,
    "longitude": 1.5,
    "exposure_s": 0.033333333,
    "iso": 800,
    "temperature_c": -5.0,
}
SAID = said(described(PICTURE, **FACTS), "describe")


def kept(**facts: Any) -> dict[str, Any]:
    letter = said(described(PICTURE, **facts), "describe")
    return attributes(letter.event, letter.envelope, SETTINGS)


def test_the_record_has_what_is_known_and_who_has_read_it() -> None:
    by = {"extractor": "exiftool", "version": "13.59", "tags": f"metadata/{PICTURE.id}.json.gz"}
    assert kept(**FACTS)["camera"] == {**FACTS, **by}
    assert kept()["camera"] == by


def test_the_record_says_why_somebody_else_had_to_read() -> None:
    event = ImageDescribed(image=PICTURE, camera=Camera(), extractor="Pillow", version="13.0.0", problem="it hung")
    letter = said(event, "describe")
    camera = attributes(event, letter.envelope, SETTINGS)["camera"]
    assert camera == {"extractor": "Pillow", "version": "13.0.0", "problem": "it hung"}


def test_a_picture_can_be_asked_for_by_serial_number_and_by_day() -> None:
    told = kept(**FACTS)
    assert (told["serial"], told["taken_on"], told["taken_at"]) == ("P800BD05003063", "2010-11-06", FACTS["taken_at"])


@pytest.mark.parametrize(
    ("facts", "listed"),
    [
        ({}, {}),
        ({"serial": "s"}, {"serial": "s", "taken_at": UNDATED}),
        ({"taken_at": FACTS["taken_at"]}, {"taken_on": "2010-11-06", "taken_at": FACTS["taken_at"]}),
    ],
)
def test_no_index_lists_a_picture_under_nothing(facts: dict[str, Any], listed: dict[str, str]) -> None:
    told = kept(**facts)
    assert {name: told[name] for name in ("serial", "taken_on", "taken_at") if name in told} == listed


def test_the_indexes_find_what_they_list_and_nothing_else(cloud: None) -> None:
    create_table()
    tell(DynamoRecords(TABLE))
    letter = said(described(image("other.jpg")), "describe")
    list(act(letter, site=site(), records=DynamoRecords(TABLE)))
    for index, value in ((BY_SERIAL, "P800BD05003063"), (BY_TAKEN, "2010-11-06")):
        found = boto3.client("dynamodb").query(
            TableName=TABLE,
            IndexName=index.name,
            KeyConditionExpression=f"{index.partition} = :value",
            ExpressionAttributeValues={":value": {"S": value}},
        )
        assert [item[KEY]["S"] for item in found["Items"]] == [PICTURE.id]


def tell(records: Records) -> Item:
    for letter in [*way(PICTURE), SAID]:
        list(act(letter, site=site(), records=records))
    found = records.get(PICTURE.id)
    assert found is not None
    return found


def test_the_catalog_keeps_it(records: Records) -> None:
    shown = view(tell(records))
    assert {name: shown["camera"][name] for name in FACTS} == FACTS
    assert (shown["status"], shown["stages"]["describe"]["worked_ms"]) == ("READY", 40)
    assert not {"serial", "taken_on", "taken_at"} & set(shown)


LETTERS = [*way(PICTURE), SAID]


@given(st.permutations(LETTERS), st.lists(st.sampled_from(LETTERS), max_size=3))
def test_it_may_come_at_any_time_and_more_than_once(order: list[Any], repeated: list[Any]) -> None:
    records = MemoryRecords()
    for letter in (*order, *repeated):
        list(act(letter, site=site(), records=records))
    assert records.items[PICTURE.id]["status"] is Status.READY
    assert records.items[PICTURE.id]["camera"] == kept(**FACTS)["camera"]


def test_a_picture_is_ready_without_it_and_also_when_it_could_not_be_read() -> None:
    records = MemoryRecords()
    for letter in [said(rejected(PICTURE, "describe"), "describe"), *way(PICTURE)]:
        list(act(letter, site=site(), records=records))
    found = records.items[PICTURE.id]
    assert (found["status"], status(found)) == ("READY", Status.READY)
    assert view(found)["failures"]["describe"]["reason"] == "corrupt-image"
