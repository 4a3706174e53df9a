"""catalog's work: events may come in any order and more than once; a picture becomes ready once."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace as struct_replace

from kit.events import Event, Image, ImageNormalized, ImageOutdated, ImageResized, ImageSettled, Normalized
from kit.letter import Letter
from records.status import Status
from services.catalog.handler import act
from services.catalog.memory import MemoryRecords
from services.catalog.records import DynamoRecords, Records
from tests.services.catalog.stored import settlements
from tests.support.site import TABLE, create_table, site
from tests.support.story import image, ingested, normalized, rejected, resized, said, way

OLD, NEW = image(version="v1", sequencer="01"), image(version="v2", sequencer="02")


def tell(records: Records, letters: Sequence[Letter[Event]]) -> list[Event]:
    return [event for letter in letters for event in act(letter, site=site(), records=records)]


def told(letters: Sequence[Letter[Event]]) -> tuple[dict[str, dict[str, Any]], list[Event]]:
    """Return the records by image and what was announced."""
    records = MemoryRecords()
    settled = settlements(records)
    return records.items, tell(records, letters) + settled


def facts(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without the notes that depend on which event came last."""
    return {name: value for name, value in record.items() if name not in {"ready_by", "replaces", "settled"}}


def ready(announced: Sequence[Event]) -> list[Image]:
    return [event.image for event in announced if isinstance(event, ImageSettled) and event.status == "READY"]


def test_a_picture_settles_when_all_of_it_is_there() -> None:
    _, announced = told(way(OLD))
    master, renditions = normalized(OLD).master, resized(OLD).renditions
    assert announced == [
        ImageSettled(
            image=OLD,
            status="READY",
            before="PROCESSING",
            settled=1,
            recipe="default",
            master=master,
            renditions=renditions,
        )
    ]


def test_in_any_order_the_record_is_the_same_and_the_picture_becomes_ready_once() -> None:
    letters = way(OLD)
    items, announced = told(letters)
    for order in permutations(letters):
        other, again = told(order)
        assert again == announced
        assert facts(other[OLD.id]) == facts(items[OLD.id])
        assert other[OLD.id]["status"] is Status.READY


def test_hearing_everything_twice_changes_nothing() -> None:
    letters = way(OLD)
    for order in permutations(letters + letters[1:], 5):
        items, announced = told(order)
        assert len(ready(announced)) == 1
        assert items[OLD.id]["status"] is Status.READY


def test_a_failure_and_its_redrive_end_ready_in_any_order() -> None:
    letters = [said(rejected(OLD, "normalize"), "normalize"), said(rejected(OLD, "resize"), "resize"), *way(OLD)]
    expected = facts(told(letters)[0][OLD.id])
    for order in permutations(letters):
        items, announced = told(order)
        assert len(ready(announced)) == 1
        assert facts(items[OLD.id]) == expected
    assert expected["status"] is Status.READY


def test_a_picture_that_was_given_up_has_failed_in_any_order() -> None:
    for order in permutations([*way(OLD)[:1], said(rejected(OLD), "normalize")]):
        items, announced = told(order)
        assert (items[OLD.id]["status"], ready(announced)) == (Status.FAILED, [])


def test_a_picture_that_was_refused_at_the_door_has_a_record() -> None:
    items, _ = told([said(rejected(OLD, "ingest"), "ingest")])
    assert items[OLD.id]["status"] is Status.FAILED
    assert items[OLD.id]["failure_ingest"]["reason"] == "corrupt-image"


def test_the_newest_upload_wins_in_any_order() -> None:
    letters = [*way(OLD), *way(NEW)]
    expected = {key: facts(record) for key, record in told(letters)[0].items()}
    assert [expected[picture.id]["status"] for picture in (OLD, NEW)] == [Status.SUPERSEDED, Status.READY]
    for order in permutations(letters):
        items, announced = told(order)
        assert {key: facts(record) for key, record in items.items()} == expected
        assert ready(announced).count(NEW) == 1
        assert ready(announced).count(OLD) <= 1


def test_once_superseded_a_picture_is_not_announced() -> None:
    _, announced = told([said(ingested(NEW), "ingest"), *way(OLD)])
    assert ready(announced) == []


def test_a_refused_overwrite_supersedes_too() -> None:
    items, _ = told([*way(OLD), said(rejected(NEW, "ingest"), "ingest")])
    assert [items[picture.id]["status"] for picture in (OLD, NEW)] == [Status.SUPERSEDED, Status.FAILED]


@pytest.mark.parametrize("last", range(3))
def test_whoever_dies_before_its_announcement_makes_it_when_its_message_comes_again(last: int) -> None:
    letters, outdated = way(NEW), [ImageOutdated(image=OLD, why="superseded")]
    letters.append(letters.pop(last))
    records = MemoryRecords()
    assert tell(records, [*way(OLD), *letters]) == outdated  # this one was lost on its way
    assert tell(records, [replace(letters[-1], attempts=2)]) == outdated


def test_a_second_copy_of_the_last_event_is_no_redelivery() -> None:
    letters = way(OLD)
    _, announced = told([*letters, letters[-1]])
    assert len(ready(announced)) == 1


class Overtaken(MemoryRecords):
    """Before each change of status, another function gets in between."""

    def __init__(self, others: list[Letter[Event]]) -> None:
        super().__init__()
        self.others = others

    def change_status(self, image_id: str, before: Status, after: Status, ready_by: str) -> bool:
        if self.others:
            tell(self, [self.others.pop()])
        return super().change_status(image_id, before, after, ready_by)


def test_events_that_overtake_each_other_inside_the_catalog_settle_once() -> None:
    for order in permutations([said(rejected(OLD), "normalize"), *way(OLD)]):
        first, *others = order
        records = Overtaken(others)
        settled = settlements(records)
        tell(records, [first])
        tell(records, list(records.others))
        assert len(ready(settled)) == 1
        assert records.items[OLD.id]["status"] is Status.READY


def test_on_dynamodb_too_the_order_does_not_matter(cloud: None) -> None:
    create_table()
    records = DynamoRecords(TABLE)
    for number, order in enumerate(permutations(range(3))):
        picture = image(key=f"{number}.jpg")
        failed, letters = said(rejected(picture), "normalize"), way(picture)
        first, second, third = (letters[n] for n in order)
        tell(records, [first, failed, second, third])
        assert records.merge(picture.id, {"region": "eu-west-1"})["status"] == "READY"


def passing(letter: Letter[Event], made: Letter[Event]) -> Letter[Event]:
    """Return what resize says, with what normalize has said passed on."""
    event, said_by, envelope = made.event, letter.event, made.envelope
    assert isinstance(event, ImageNormalized)
    assert isinstance(said_by, ImageResized)
    passed = Normalized(
        master=event.master,
        frames=event.frames,
        moderation=event.moderation,
        at=envelope.time,
        attempts=envelope.attempts,
        queued_ms=envelope.queuedms,
        worked_ms=envelope.workedms,
        version=envelope.actorversion,
    )
    return replace(letter, event=struct_replace(said_by, normalized=passed))


def test_what_resize_passes_on_is_as_if_normalize_had_been_heard() -> None:
    """Of two runs that overlap, in any order and repeated; the first one's outputs count nowhere."""
    runs = []
    for master, renditions in ((1, 4), (2, 3)):
        made = said(struct_replace(normalized(OLD), frames=master), "normalize", at=f"2026-11-21T09:00:0{master}.000Z")
        done = said(resized(OLD, method=f"{renditions}"), "resize", at=f"2026-11-21T09:00:0{renditions}.000Z")
        runs.append((made, done))
    start = said(ingested(OLD), "ingest")
    heard = facts(told([start, *runs[0], *runs[1]])[0][OLD.id])
    passed = [passing(done, made) for made, done in runs]
    for order in permutations([start, *passed, passed[0]]):
        assert facts(told(order)[0][OLD.id]) == heard
    assert (heard["frames"], heard["renditions"][0]["method"]) == (2, "4")
