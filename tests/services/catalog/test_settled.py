"""The number ``settled``: each change into a settled status counts once, in the very write that makes it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.events import DeadLetterHandled, Event, Image, ImageRetired
from kit.letter import Letter
from records.status import Status
from services.catalog.handler import act
from services.catalog.memory import MemoryRecords
from services.catalog.records import DynamoRecords, Place, Records
from tests.support import story
from tests.support.site import TABLE, create_table, site
from tests.support.story import said

FIRST, SECOND = story.image(version="v1", sequencer="01"), story.image(version="v2", sequencer="02")
MARKER, THIRD = story.image(version="m", sequencer="03"), story.image(version="v3", sequencer="04")
SETTLED = {"READY", "FAILED", "QUARANTINED", "SUPERSEDED", "REMOVED"}


def at(minute: int) -> str:
    return f"2026-11-21T09:{minute:02}:00.000Z"


def handled(picture: Image, action: str, minute: int, failed: int) -> Letter[Event]:
    event = DeadLetterHandled(
        image=picture, actor="resize", action=action, failed_at=at(failed), operation="o", by="ann"
    )
    return said(event, "operator", at=at(minute))


def life(picture: Image) -> list[Letter[Event]]:
    """All that may be said of an upload: two runs through the chain, failures, what operators do, its end."""
    return [
        said(story.ingested(picture), "ingest", at=at(1)),
        said(story.normalized(picture, "gate"), "normalize", at=at(2)),
        said(story.moderated(picture, "gate", "refused"), "moderate", at=at(3)),
        said(story.judged(picture, "approved"), "operator", at=at(4)),
        said(story.resized(picture), "resize", at=at(5)),
        said(story.rejected(picture, "resize"), "resize", at=at(6)),
        handled(picture, "redriven", 7, failed=6),
        said(story.normalized(picture), "normalize", at=at(8)),
        said(story.resized(picture, "sharper"), "resize", at=at(9)),
        said(story.rejected(picture, "resize"), "resize", at=at(10)),
        handled(picture, "discarded", 11, failed=10),
        said(story.resized(picture), "resize", at=at(12)),
        said(story.judged(picture, "rejected"), "operator", at=at(13)),
        said(story.removed(picture, whole_key=False), "ingest"),
        said(ImageRetired(image=picture, deleted=2), "retire"),
    ]


SHOWN = [(SECOND, FIRST, "025"), (MARKER, SECOND, "035")]
LETTERS = [
    *life(FIRST),
    *life(SECOND),
    said(story.removed(MARKER), "ingest"),
    *life(THIRD),
    *(said(story.uncovered(*each), "ingest") for each in SHOWN),
]
# By their numbers: letters are too long to be shown.
numbers = st.integers(0, len(LETTERS) - 1)
sequences = st.one_of(st.permutations(range(len(LETTERS))), st.lists(numbers, max_size=40))


def hear(records: Records, letters: Sequence[Letter[Event]], attempts: int = 1) -> None:
    for letter in letters:
        list(act(replace(letter, attempts=attempts), site=site(), records=records))


def counts(records: MemoryRecords) -> Counter[str]:
    return Counter({image_id: record.get("settled", 0) for image_id, record in records.items.items()})


def told(records: MemoryRecords) -> dict[str, int]:
    """The counts of uploads: nobody is told of what only a removal has named, as of a marker that is deleted again."""
    return {image_id: count for image_id, count in counts(records).items() if "source" in records.items[image_id]}


class Watched(MemoryRecords):
    """Counts for itself: what a write has settled is seen by what was there before and is there afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.inside = False

    def merge(self, image_id: str, *parts: dict[str, Any]) -> Any:
        return self._watched(super().merge, image_id, *parts)

    def change_status(self, image_id: str, before: Status, after: Status, ready_by: str) -> bool:
        return bool(self._watched(super().change_status, image_id, before, after, ready_by))

    def claim_newest(self, *asked: Any, **more: Any) -> Place:
        found: Place = self._watched(super().claim_newest, *asked, **more)
        return found

    def outdate(self, *asked: Any, **more: Any) -> bool:
        return bool(self._watched(super().outdate, *asked, **more))

    def remove(self, image_id: str, by: str) -> Any:
        return self._watched(super().remove, image_id, by)

    def complete(self, image_id: str, attributes: dict[str, Any], ready_by: str, *more: dict[str, Any]) -> Any:
        was = self.items.get(image_id, {})
        if was.get("status") == "READY" and was["stage_resize"]["at"] < attributes["stage_resize"]["at"]:
            self.seen[image_id] += was["renditions"] != attributes["renditions"]
        return self._watched(super().complete, image_id, attributes, ready_by, *more)

    def _watched(self, change: Any, *asked: Any, **more: Any) -> Any:
        if self.inside:  # one write is part of another
            return change(*asked, **more)
        self.inside = True
        before = {image_id: record.get("status") for image_id, record in self.items.items()}
        answer = change(*asked, **more)
        for image_id, record in self.items.items():
            if record["status"] in SETTLED and record["status"] != before.get(image_id):
                self.seen[image_id] += 1
        assert counts(self) == self.seen
        self.inside = False
        return answer


@given(sequences)
def test_in_any_order_each_change_counts_once_and_in_its_own_write(order: list[int]) -> None:
    hear(Watched(), [LETTERS[number] for number in order])


@given(sequences)
def test_what_is_delivered_again_counts_nothing(order: list[int]) -> None:
    records = MemoryRecords()
    for number in order:
        hear(records, [LETTERS[number]])
        before = told(records)
        hear(records, [LETTERS[number]], attempts=2)
        assert told(records) == before


def items() -> dict[str, Any]:
    found = DynamoRecords(TABLE)
    ids = {picture.id for picture in (FIRST, SECOND, MARKER, THIRD)}
    return {image_id: record for image_id in ids if (record := found.get(image_id))}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(numbers, min_size=8, max_size=16))
def test_memory_and_dynamodb_agree(cloud: None, order: list[int]) -> None:
    create_table()
    try:
        memory = MemoryRecords()
        for records in (memory, DynamoRecords(TABLE)):
            hear(records, [LETTERS[number] for number in order])
        assert items() == json.loads(json.dumps(memory.items))  # as lists, where memory keeps tuples
    finally:
        boto3.client("dynamodb").delete_table(TableName=TABLE)


def test_a_rerun_that_makes_other_renditions_makes_a_ready_picture_ready_again(records: Records) -> None:
    first = life(FIRST)
    hear(records, [first[0], first[7], first[4]])
    ready = records.get(FIRST.id) or {}
    assert (ready["status"], ready["settled"]) == ("READY", 1)
    same = said(first[4].event, "resize", at=at(6))
    for resized, settled in ((same, 1), (first[8], 2), (first[8], 2), (first[4], 2), (first[11], 3)):
        hear(records, [resized])
        found = records.get(FIRST.id) or {}
        assert (found["status"], found["settled"]) == ("READY", settled)


def test_a_rejected_picture_whose_key_is_removed_then_is_marked_and_not_counted_again(records: Records) -> None:
    hear(records, [life(FIRST)[0], life(FIRST)[12], said(story.removed(MARKER), "ingest")])
    found = records.get(FIRST.id) or {}
    assert (found["status"], found["settled"], found["removed_by"]) == ("REMOVED", 1, MARKER.id)


@pytest.fixture
def asked(cloud: None) -> list[str]:
    """The requests to DynamoDB from now on."""
    from kit import aws

    create_table()
    made: list[str] = []
    client = aws.client("dynamodb")
    client.meta.events.register("before-call.dynamodb", lambda model, **_: made.append(model.name))
    return made


def test_a_picture_takes_as_many_requests_as_it_has_parts(asked: list[str]) -> None:
    hear(DynamoRecords(TABLE), story.way(FIRST))
    # ingested: its record, its place among those of its key; normalized; resized, which settles it.
    assert asked == 4 * ["UpdateItem"]
    asked.clear()
    hear(DynamoRecords(TABLE), [said(story.removed(MARKER), "ingest")])
    # The pointer, which another has; its record is marked; the pointer; who else is older; its record, marked already.
    assert asked == ["UpdateItem", "UpdateItem", "UpdateItem", "Query", "UpdateItem"]
