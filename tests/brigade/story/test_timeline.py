"""A picture's way, as its record tells it."""

import io
from typing import Any

from msgspec.structs import replace
from rich.console import Console

from brigade.pictures.timeline import COLUMNS, moments, rows
from brigade.tables import Bar, table
from kit.events import DeadLetterHandled
from records.picture import PictureRecord
from services.catalog.handler import act
from services.catalog.memory import MemoryRecords
from tests.services.catalog.stored import typed
from tests.support.site import site
from tests.support.story import image, judged, moderated, rejected, said, way

PICTURE = image()
REDRIVEN = DeadLetterHandled(
    image=PICTURE, actor="normalize", action="redriven", failed_at="2026-11-21T09:00:00Z", operation="o-1", by="ann"
)


def story(*letters: Any) -> PictureRecord:
    records = MemoryRecords()
    for letter in letters:
        list(act(letter, site=site(), records=records))
    return typed(records.items[PICTURE.id] | {"entered_at": "2026-01-01T08:00:00.000Z"})


def test_a_failure_and_its_redrive_are_told_in_order() -> None:
    first, *rest = way(PICTURE)
    record = story(first, said(rejected(PICTURE), "normalize"), said(REDRIVEN, "operator"), *rest)
    assert {moment.who for moment in moments(record)} == {"s3", "ingest", "normalize", "operator", "resize"}
    told = [moment.what for moment in moments(record)]
    assert told[0] == "uploaded"
    assert "gave it up: corrupt-image, after 2 receives; dead letter" in told
    assert "redriven normalize's dead letter (ann, o-1)" in told
    assert [moment.at for moment in moments(record)] == sorted(moment.at for moment in moments(record))


def test_of_one_failure_and_its_redrive_no_line_is_lost() -> None:
    first, *rest = way(PICTURE)
    failed = said(rejected(PICTURE), "normalize", at="2026-01-01T08:00:02.000Z")
    redriven = said(replace(REDRIVEN, failed_at=failed.envelope.time), "operator", at="2026-01-01T08:00:09.000Z")
    record = story(said(first.event, "ingest", at="2026-01-01T08:00:01.000Z"), failed, redriven, *rest)
    assert [(moment.who, moment.what) for moment in moments(record)] == [
        ("s3", "uploaded"),
        ("ingest", "done after 1 retry"),
        ("normalize", "gave it up: corrupt-image, after 2 receives; dead letter"),
        ("operator", "redriven normalize's dead letter (ann, o-1)"),
        ("normalize", "done after 1 retry"),
        ("resize", "done after 1 retry"),
    ]


def test_retries_are_told() -> None:
    assert {moment.what for moment in moments(story(*way(PICTURE)))} == {"uploaded", "done after 1 retry"}


def test_verdict_and_judgement_are_told() -> None:
    record = story(
        *way(PICTURE)[:2],
        said(moderated(PICTURE, "gate", "refused"), "moderate"),
        said(judged(PICTURE, "rejected"), "operator"),
    )
    told = [(moment.who, moment.what) for moment in moments(record)]
    assert ("moderate", "done after 1 retry: refused, nudity 97 %") in told
    assert ("operator", "rejected it (ann, 20261121T080000Z-abc)") in told


def test_waiting_and_work_are_drawn_to_scale() -> None:
    drawn = [row for row in rows(story(*way(PICTURE))) if row[3]]
    assert len(drawn) == 3
    for row in drawn:
        assert len(row) == len(COLUMNS)
        assert (row[3], row[4]) == ("30 ms", "40 ms")
        assert isinstance(row[5], Bar)
        sent, began, ended = row[5].shares
        assert 0 <= sent < began < ended <= 1
    assert ended == 1  # what ended last ends the scale


def test_of_a_picture_that_was_done_at_once_the_work_is_seen_all_the_same() -> None:
    record = story(*way(PICTURE)[:1])
    record.stages["ingest"] = replace(record.stages["ingest"], queued_ms=0, worked_ms=0)
    console = Console(file=io.StringIO(), width=80)
    console.print(table("", COLUMNS, rows(record)))
    assert isinstance(console.file, io.StringIO)
    assert "█" in console.file.getvalue().splitlines()[-1]


def test_a_picture_of_which_nothing_is_known_has_no_rows() -> None:
    assert rows(replace(story(*way(PICTURE)), entered_at="", stages={})) == []
