"""Moderation in the catalog: what is held back, approved and rejected, in whatever order it is heard."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kit.events import Event, ImageOutdated, Moderation, Verdict
from kit.letter import Letter
from records.status import Status
from services.catalog.handler import act
from services.catalog.memory import MemoryRecords
from services.catalog.records import DynamoRecords, Records
from tests.services.catalog.stored import settlements, view
from tests.support.site import TABLE, create_table, site
from tests.support.story import image, ingested, judged, moderated, normalized, rejected, resized, said

PICTURE = image()
Letters = Sequence[Letter[Event]]


def verdict(mode: Moderation, word: Verdict) -> Letter[Event]:
    return said(moderated(PICTURE, mode, word), "moderate")


def entered(mode: Moderation) -> list[Letter[Event]]:
    return [said(ingested(PICTURE), "ingest"), said(normalized(PICTURE, mode), "normalize")]


RESIZED = said(resized(PICTURE), "resize")
APPROVED, REJECTED = said(judged(PICTURE, "approved"), "operator"), said(judged(PICTURE, "rejected"), "operator")
NOT_MODERATED = said(rejected(PICTURE, "moderate"), "moderate", at="2026-01-01T00:00:00.000Z")
# The recipe keeps no gate any more, and the picture was sent through the chain once more.
UNGATED = said(normalized(PICTURE), "normalize", at="2099-01-01T00:00:00.000Z")


def tell(letters: Letters, records: Records | None = None) -> tuple[dict[str, Any], list[Event]]:
    """Return the picture's record, as its readers see it, and what was announced."""
    records = records or MemoryRecords()
    announced = [event for letter in letters for event in act(letter, site=site(), records=records)]
    return view(records.get(PICTURE.id) or {}), announced


def test_a_placeholder_is_seen_of_a_picture_that_may_be_seen() -> None:
    small = {"colour": "#c81e28", "lqip": "data:image/webp;base64,UklG"}
    passed = [*entered("gate"), verdict("gate", "accepted"), said(replace(RESIZED.event, **small), "resize")]
    again = [*passed, said(verdict("gate", "refused").event, "moderate", at="2099-01-01T00:00:00.000Z")]
    for letters, status, seen in [(passed, Status.READY, small), (again, Status.QUARANTINED, dict.fromkeys(small))]:
        record, _ = tell(letters)
        assert (record["status"], {name: record[name] for name in small}) == (status, seen)


CASES: list[tuple[str, Letters, Status]] = [
    ("waits for a verdict", entered("gate"), Status.PROCESSING),
    ("accepted, renditions to come", [*entered("gate"), verdict("gate", "accepted")], Status.PROCESSING),
    ("accepted", [*entered("gate"), verdict("gate", "accepted"), RESIZED], Status.READY),
    ("refused", [*entered("gate"), verdict("gate", "refused")], Status.QUARANTINED),
    ("uncertain", [*entered("gate"), verdict("gate", "uncertain")], Status.QUARANTINED),
    ("approved, renditions to come", [*entered("gate"), verdict("gate", "refused"), APPROVED], Status.PROCESSING),
    ("approved", [*entered("gate"), verdict("gate", "uncertain"), APPROVED, RESIZED], Status.READY),
    ("rejected", [*entered("gate"), verdict("gate", "refused"), REJECTED], Status.REMOVED),
    ("approved and rejected", [*entered("gate"), verdict("gate", "refused"), APPROVED, REJECTED], Status.REMOVED),
    ("flagged", [*entered("flag"), verdict("flag", "refused"), RESIZED], Status.READY),
    ("flagged, no verdict", [*entered("flag"), RESIZED], Status.READY),
    ("flagged, the moderator gave up", [*entered("flag"), NOT_MODERATED, RESIZED], Status.READY),
    ("gated, the moderator gave up", [*entered("gate"), NOT_MODERATED], Status.FAILED),
    ("gated, the moderator gave up, approved", [*entered("gate"), NOT_MODERATED, APPROVED, RESIZED], Status.READY),
    ("refused, then no gate", [*entered("gate"), verdict("gate", "refused"), UNGATED, RESIZED], Status.READY),
    ("given up, then no gate", [*entered("gate"), NOT_MODERATED, UNGATED, RESIZED], Status.READY),
    ("gated, redriven", [*entered("gate"), NOT_MODERATED, verdict("gate", "accepted"), RESIZED], Status.READY),
]


@pytest.mark.parametrize(("letters", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_in_any_order_and_repeated_the_record_ends_the_same(letters: Letters, status: Status) -> None:
    expected, _ = tell(letters)
    assert expected["status"] is status
    for order in permutations(letters):
        assert tell([*order, order[0]])[0] == expected


@pytest.mark.parametrize("letters", [case[1] for case in CASES if case[2] is Status.READY])
def test_in_the_order_in_which_it_happens_a_picture_is_ready_once(letters: Letters) -> None:
    records = MemoryRecords()
    settled = settlements(records)
    tell([*letters, *letters], records)
    assert [event.status for event in settled].count("READY") == 1


EVERYTHING = [*entered("gate"), verdict("gate", "refused"), APPROVED, REJECTED, RESIZED]


@given(st.permutations(EVERYTHING), st.lists(st.sampled_from(EVERYTHING), max_size=4))
def test_a_rejected_picture_loses_its_outputs_whatever_else_is_heard_and_when(
    order: list[Letter[Event]], repeated: list[Letter[Event]]
) -> None:
    records, outputs = MemoryRecords(), False
    for letter in (*order, *repeated):
        outputs = outputs or letter.event.kind in {"image-normalized", "image-resized"}
        for event in act(letter, site=site(), records=records):
            outputs = outputs and not isinstance(event, ImageOutdated)
    assert records.items[PICTURE.id]["status"] is Status.REMOVED
    assert not outputs


def test_verdict_and_judgement_are_in_the_record(cloud: None) -> None:
    create_table()
    record, _ = tell([*entered("gate"), verdict("gate", "refused"), APPROVED], DynamoRecords(TABLE))
    moderation = record["moderation"]
    assert moderation.pop("at")
    assert moderation == {
        "mode": "gate",
        "verdict": "refused",
        "contains_nudity": True,
        "confidence": 97,
        "labels": [{"name": "Implied Nudity", "parent": "Non-Explicit Nudity", "confidence": 97}],
        "model": "rekognition",
        "version": "7.0",
    }
    approved = record["judged"]["approved"]
    assert (approved["by"], approved["operation"]) == ("ann", "20261121T080000Z-abc")
    assert record["stages"]["moderate"]["worked_ms"] == 40


def test_what_is_in_quarantine_is_not_made_ready_by_renditions(cloud: None) -> None:
    create_table()
    record, announced = tell([*entered("gate"), verdict("gate", "uncertain"), RESIZED], DynamoRecords(TABLE))
    assert (record["status"], announced) == ("QUARANTINED", [])


def test_a_rejected_picture_that_is_replaced_is_superseded_in_any_order() -> None:
    newer = image(version="v2", sequencer="02")
    letters = [*entered("gate"), verdict("gate", "refused"), REJECTED, said(ingested(newer), "ingest")]
    for order in permutations(letters):
        assert tell(order)[0]["status"] is Status.SUPERSEDED
