"""Work that is done again: a later failure shows, an older word changes nothing, whatever is heard first."""

import gzip
from collections.abc import Iterator
from itertools import islice, permutations
from math import factorial
from typing import Any

import pytest
from msgspec.structs import replace

from kit.events import DeadLetterHandled, Event, ImageRemade
from kit.letter import Letter
from records.status import Status
from services.catalog.handler import act
from services.catalog.memory import MemoryRecords
from services.catalog.records import DynamoRecords, Records
from tests.services.catalog.stored import settlements, view
from tests.support.site import TABLE, create_table, site
from tests.support.story import described, image, ingested, normalized, rejected, resized, said

PICTURE = image()


def at(minute: int) -> str:
    return f"2026-11-21T09:{minute:02}:00.000Z"


def handled(action: str, minute: int, failed: int, actor: str = "resize") -> Letter[Event]:
    event = DeadLetterHandled(
        image=PICTURE, actor=actor, action=action, failed_at=at(failed), operation=f"o-{minute}", by="ann"
    )
    return said(event, "operator", at=at(minute))


def gave_up(minute: int, actor: str = "resize") -> Letter[Event]:
    return said(rejected(PICTURE, actor), actor, at=at(minute))


def done(minute: int) -> Letter[Event]:
    return said(resized(PICTURE), "resize", at=at(minute))


READY = [said(ingested(PICTURE), "ingest", at=at(1)), said(normalized(PICTURE), "normalize", at=at(2)), done(3)]
FEW = gzip.compress(b"{}")
REDRIVEN, DISCARDED = handled("redriven", 6, failed=5), handled("discarded", 6, failed=5)

CASES: list[tuple[str, list[Letter[Event]], Status]] = [
    ("its master is gone", [gave_up(5)], Status.FAILED),
    ("redriven", [gave_up(5), REDRIVEN], Status.PROCESSING),
    ("redriven and done", [gave_up(5), REDRIVEN, done(7)], Status.READY),
    ("redriven in vain", [gave_up(5), REDRIVEN, gave_up(7)], Status.FAILED),
    ("discarded: what was made before stands", [gave_up(5), DISCARDED], Status.READY),
    ("discarded, and it failed once more", [gave_up(5), DISCARDED, gave_up(7)], Status.FAILED),
    (
        "resized again while normalize is to work again",
        [gave_up(5, "normalize"), handled("redriven", 6, failed=5, actor="normalize"), done(7)],
        Status.PROCESSING,
    ),
    ("done by another rerun", [gave_up(5), done(7)], Status.READY),
    ("by its metadata alone", [gave_up(5, "describe")], Status.READY),
    (
        "two letters redriven at once",
        [gave_up(4), gave_up(5), handled("redriven", 6, failed=4), REDRIVEN, done(7)],
        Status.READY,
    ),
]


# Of seven letters, each seventh order.
MOST_ORDERS = 720


def orders(letters: list[Letter[Event]]) -> Iterator[tuple[Letter[Event], ...]]:
    return islice(permutations(letters), 0, None, max(1, factorial(len(letters)) // MOST_ORDERS))


def tell(letters: list[Letter[Event]], records: Records | None = None) -> tuple[dict[str, Any], list[Event]]:
    records = records or MemoryRecords()
    announced = [event for letter in letters for event in act(letter, site=site(), records=records)]
    return view(records.get(PICTURE.id) or {}), announced


@pytest.mark.parametrize(("after", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_ready_picture_that_is_sent_back_ends_the_same_in_any_order(
    after: list[Letter[Event]], status: Status
) -> None:
    letters = [*READY[1:], *after]
    expected, _ = tell([READY[0], *letters])
    assert expected["status"] is status
    assert bool(expected["failure"]) is (status is Status.FAILED)
    for order in orders(letters):
        assert tell([READY[0], *order, order[0]])[0] == expected


def test_when_it_is_ready_again_its_old_outputs_are_unwanted() -> None:
    records = MemoryRecords()
    settled = settlements(records)
    _, announced = tell([*READY, gave_up(5), REDRIVEN, done(7), done(7)], records)
    assert [event.status for event in settled] == ["READY", "FAILED", "READY"]
    assert [type(event) for event in announced] == [ImageRemade, ImageRemade]


def test_a_failure_that_is_heard_late_does_not_make_a_ready_picture_fail() -> None:
    record, _ = tell([*READY, gave_up(2)])
    assert (record["status"], record["failure"]) == (Status.READY, None)


def test_of_two_failures_the_newest_is_told() -> None:
    for letters in permutations([gave_up(5), gave_up(6, "normalize")]):
        assert tell([*READY, *letters])[0]["failure"]["actor"] == "normalize"


@pytest.mark.parametrize(("after", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_on_dynamodb_too(cloud: None, after: list[Letter[Event]], status: Status) -> None:
    create_table()
    for letters in ([*READY, *after], [*reversed(after), *reversed(READY)]):
        record, _ = tell(letters, DynamoRecords(TABLE))
        assert record["status"] == status


@pytest.mark.parametrize("already_ready", [True, False])
def test_when_all_that_a_camera_wrote_moves_into_the_record_its_old_file_is_unwanted(already_ready: bool) -> None:
    many = said(described(PICTURE), "describe", at=at(2))
    few = said(replace(described(PICTURE), tags="", packed=FEW), "describe", at=at(9))
    letters = [*READY[:1], many, *READY[1:]] if already_ready else [*READY, many, gave_up(5), REDRIVEN]
    records = MemoryRecords()
    assert tell(letters, records)[1] == []
    _, announced = tell([few] if already_ready else [few, done(10)], records)
    [remade] = [event for event in announced if isinstance(event, ImageRemade)]
    assert remade.metadata_before == at(9)
    assert described(PICTURE).tags not in remade.kept


def test_a_picture_whose_tags_were_never_a_file_is_not_tidied_for_them() -> None:
    few = said(replace(described(PICTURE), tags="", packed=FEW), "describe", at=at(9))
    assert tell([*READY, few, few])[1] == []


def test_an_old_file_that_is_heard_of_late_is_unwanted_too() -> None:
    few = said(replace(described(PICTURE), tags="", packed=FEW), "describe", at=at(9))
    late, records = said(described(PICTURE), "describe", at=at(2)), MemoryRecords()
    announced = tell([*READY, few, late], records)[1]
    assert records.items[PICTURE.id]["camera"]["packed"] == FEW, "what is newer stays"
    [remade] = [event for event in announced if isinstance(event, ImageRemade)]
    assert remade.metadata_before == at(9)
