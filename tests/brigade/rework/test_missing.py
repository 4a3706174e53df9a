"""What a picture lacks follows from its recipe as it is now, its record, and what is stored."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from brigade.rework.gaps import Lost, check, how_lost, is_due, meet, recipe_of
from imaging.recipes import parse
from kit.events import DeadLetterHandled
from records.picture import Judged, PictureRecord
from records.status import Status
from tests.support import story
from tests.support.deployed import RECIPE, RENDITIONS, record_of, rendition_key, way

RECIPES = parse(RECIPE)
PICTURE = story.image("in/a.jpg")
NAMES = st.sets(st.sampled_from(RENDITIONS))
EVERYTHING = {rendition_key(PICTURE.id, name) for name in RENDITIONS} | {story.MASTER.key}


def lacking(record: PictureRecord, stored: Collection[str] = EVERYTHING) -> tuple[str, ...]:
    found = check(record, RECIPES, stored)
    assert found is None or found.names
    return found.names if found else ()


@given(recorded=NAMES, stored=NAMES)
def test_a_rendition_counts_when_the_record_names_it_and_the_bucket_has_it(
    recorded: set[str], stored: set[str]
) -> None:
    record = record_of(*way(PICTURE, [name for name in RENDITIONS if name in recorded]))
    keys = {rendition_key(PICTURE.id, name) for name in stored} | {story.MASTER.key}
    assert set(lacking(record, keys)) == set(RENDITIONS) - (recorded & stored)


def test_what_is_missing_comes_in_the_recipes_order() -> None:
    assert lacking(record_of(*way(PICTURE)), ()) == ("master", *RENDITIONS)


def test_a_master_that_is_gone_is_missed_and_nothing_can_be_made_from_it() -> None:
    found = check(record_of(*way(PICTURE)), RECIPES, EVERYTHING - {story.MASTER.key})
    assert found
    assert (found.names, found.record.master) == (("master",), None)


def test_metadata_that_are_gone_are_missed() -> None:
    described = story.described(PICTURE, make="Canon")
    record = record_of(*way(PICTURE), story.said(described, "describe"))
    assert lacking(record) == ("metadata",)
    assert lacking(record, EVERYTHING | {described.tags}) == ()


def test_the_keys_that_the_record_names_count_whatever_they_look_like() -> None:
    record = record_of(*way(PICTURE))
    moved = tuple(replace(each, key=f"elsewhere/{each.name}.0a1b.avif") for each in record.renditions)
    record = replace(record, renditions=moved)
    assert lacking(record) == RENDITIONS
    assert lacking(record, {story.MASTER.key, "elsewhere/small.0a1b.avif", "elsewhere/large.0a1b.avif"}) == ()


@pytest.mark.parametrize(
    ("status", "judged", "how"),
    [
        (Status.SUPERSEDED, {}, Lost.SHOWN),
        (Status.REMOVED, {}, Lost.SHOWN),
        (Status.REMOVED, {"rejected": Judged(by="ann", at="1")}, None),
        (Status.READY, {}, None),
        (Status.FAILED, {}, None),
    ],
)
def test_what_s3_shows_is_lost_where_its_record_says_otherwise(
    status: Status, judged: dict[str, Judged], how: Lost | None
) -> None:
    record = replace(record_of(*way(PICTURE)), status=status, judged=judged)
    assert how_lost(meet(PICTURE.source, record)) is how


def test_what_no_record_knows_is_lost() -> None:
    found = meet(PICTURE.source, None)
    assert (how_lost(found), found.image_id, found.key) == (Lost.UNKNOWN, PICTURE.id, "in/a.jpg")


def test_a_rendition_that_the_recipe_no_longer_names_is_not_missed() -> None:
    assert lacking(record_of(*way(PICTURE, [*RENDITIONS, "old"]))) == ()


def test_a_picture_on_which_nobody_has_worked_lacks_what_its_key_promises() -> None:
    picture = story.image("in/new.jpg")
    record = replace(record_of(story.said(story.ingested(picture), "ingest")), recipe="")
    assert lacking(record, ()) == RENDITIONS


@pytest.mark.parametrize(("name", "key"), [("posters", "in/a.jpg"), ("", "elsewhere/a.jpg")])
def test_a_recipe_that_is_gone_is_said(name: str, key: str) -> None:
    record = replace(record_of(*way(story.image(key))), recipe=name)
    found = check(record, RECIPES, EVERYTHING)
    assert found
    assert (found.recipe_is_gone, found.names) == (True, ())


def test_the_records_recipe_counts_and_not_the_one_that_matches_its_key_now() -> None:
    others = parse(RECIPE.replace("default", "other").replace("in/", "") + RECIPE)
    recipe = recipe_of(record_of(*way(PICTURE)), others)
    assert recipe
    assert recipe.name == "default"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.READY, True),
        (Status.PROCESSING, True),
        *((status, False) for status in Status if status not in {Status.READY, Status.PROCESSING}),
    ],
)
def test_pictures_that_are_ready_or_in_work_are_due(status: Status, expected: bool) -> None:
    record = replace(record_of(*way(PICTURE)), status=status)
    assert is_due(record, datetime(2999, 1, 1, tzinfo=UTC)) is expected


def test_a_picture_in_work_is_due_when_nothing_has_happened_since() -> None:
    record = replace(record_of(*way(PICTURE)[:2]), entered_at="2026-01-01T00:00:00.000Z")
    last = datetime.fromisoformat(record.stages["normalize"].at)
    assert record.status == "PROCESSING"
    assert not is_due(record, last)
    assert is_due(record, last + timedelta(seconds=1))


def test_a_redrive_too_is_something_that_happens() -> None:
    redriven = DeadLetterHandled(
        image=PICTURE,
        actor="normalize",
        action="redriven",
        failed_at="2999-01-01T00:00:00.000Z",
        operation="o",
        by="me",
    )
    record = record_of(story.said(story.rejected(PICTURE), "normalize"), story.said(redriven, "operator"))
    record = replace(record, entered_at="2026-01-01T00:00:00.000Z")
    at = datetime.fromisoformat(record.handled["normalize"].at)
    assert record.status == "PROCESSING"
    assert not is_due(record, at)
    assert is_due(record, at + timedelta(seconds=1))


def test_a_picture_that_was_only_uploaded_is_due_by_the_time_of_its_upload() -> None:
    record = replace(record_of(story.said(story.ingested(PICTURE), "ingest")), stages={})
    uploaded = datetime.fromisoformat(record.entered_at)
    assert is_due(record, uploaded + timedelta(seconds=1))
