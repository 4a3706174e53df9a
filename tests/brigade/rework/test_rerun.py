"""A picture is sent back as what its actor once heard: the record tells it again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from brigade.inline.s3_notification import notification
from brigade.rework.orders import RerunPlan, after, heard, plan
from brigade.terminal import OperatorError
from imaging.recipes import Recipes, parse
from kit.actor import Actor
from kit.chain import Chain
from kit.envelope import decode
from kit.events import (
    DeadLetterHandled,
    ImageIngested,
    ImageNormalized,
    ImageResized,
    ImageUploaded,
    Source,
)
from kit.tracing import Trace
from records.picture import PictureRecord
from records.status import Status
from services.catalog.actor import CATALOG
from services.chain import CHAIN
from services.ingest.actor import INGEST
from services.ingest.notification import read
from services.moderate.actor import MODERATE
from services.normalize.actor import NORMALIZE
from services.resize.actor import RESIZE
from services.resize.handler import may_begin
from services.retire.actor import RETIRE
from tests.support import story
from tests.support.deployed import RECIPE, record_of, way

RECIPES = parse(RECIPE)
PICTURE = story.image("in/a b+ü.jpg")
RECORD = record_of(*way(PICTURE))
OTHERS = ", ".join(actor.name for actor in CHAIN.actors if actor not in (CATALOG, RETIRE))


def planned(actor: Actor, *records: PictureRecord, limit: int | None = None, recipes: Recipes = RECIPES) -> RerunPlan:
    return plan(records or [RECORD], actor, CHAIN, recipes, limit)


@pytest.mark.parametrize(
    ("actor", "event"), [(NORMALIZE, story.ingested(PICTURE)), (RESIZE, story.normalized(PICTURE))]
)
def test_the_actor_hears_what_it_heard_the_first_time(actor: Actor, event: Any) -> None:
    [order] = planned(actor).orders
    envelope, said = decode(order.body, actor.hears)
    assert said == event
    assert (envelope.source, envelope.subject) == ("brigade/operator", PICTURE.id)
    assert (order.image_id, order.key) == (PICTURE.id, PICTURE.source.key)


def test_ingest_hears_of_the_very_version_in_its_old_place_in_s3s_order() -> None:
    [order] = planned(INGEST).orders
    [event] = read(order.body)
    assert isinstance(event, ImageUploaded)
    assert event.image.id == PICTURE.id
    source = event.image.source
    assert (source.version, source.order, source.uploaded_at) == (
        PICTURE.source.version,
        PICTURE.source.order,
        PICTURE.source.uploaded_at,
    )
    assert RECORD.original
    assert source.size == RECORD.original.bytes


@given(
    key=st.text(min_size=1, max_size=40),
    version=st.none() | st.text(min_size=1, max_size=9),
    size=st.none() | st.integers(0, 2**40),
    sequencer=st.none() | st.text("0123456789ABCDEF", min_size=1, max_size=20),
)
def test_any_upload_is_read_as_it_was_said(
    key: str, version: str | None, size: int | None, sequencer: str | None
) -> None:
    source = Source(
        bucket="b", key=key, version=version, size=size, sequencer=sequencer, etag="e", uploaded_at="2026-11-21T08:00Z"
    )
    [event] = read(notification(source))
    assert event.image.source == source


def test_every_picture_gets_a_trace_of_its_own() -> None:
    first, second = planned(RESIZE, RECORD, record_of(*way(story.image("in/b.jpg")))).orders
    assert first.trace_header != second.trace_header
    envelope, _ = decode(first.body, RESIZE.hears)
    assert Trace.read(envelope.awstraceheader) == Trace.read(first.trace_header)


@pytest.mark.parametrize(
    ("actor", "line"),
    [
        (CATALOG, f"catalog writes the very records that a rerun is made from — name one of {OTHERS}"),
        (
            RETIRE,
            f"retire hears image-outdated and image-remade, which no record can tell again — name one of {OTHERS}",
        ),
    ],
    ids=str,
)
def test_an_actor_that_hears_nothing_of_the_kind_is_refused(actor: Actor, line: str) -> None:
    with pytest.raises(OperatorError) as refused:
        planned(actor)
    assert str(refused.value) == line


def test_an_actor_that_is_added_later_hears_what_a_record_can_tell() -> None:
    framing = Actor(name="frame", purpose="Frames", hears=(ImageResized, ImageNormalized))
    chain = Chain(CHAIN.origin, (*CHAIN.actors, framing), CHAIN.operator, CHAIN.optional)
    assert heard(framing, chain) is ImageNormalized
    assert heard(NORMALIZE, chain) is ImageIngested


FAILED_AT_ONCE = record_of(story.said(story.rejected(PICTURE, "ingest"), "ingest"))
INGESTED = record_of(*way(PICTURE)[:1])


@pytest.mark.parametrize(
    ("record", "actor", "why"),
    [
        (replace(RECORD, status=Status.SUPERSEDED), RESIZE, "superseded: a newer upload has taken its place"),
        (replace(RECORD, status=Status.REMOVED), INGEST, "removed from the source bucket, or rejected"),
        (INGESTED, RESIZE, "it has no master: rerun it from normalize"),
        (FAILED_AT_ONCE, RESIZE, "it has no master: rerun it from ingest"),
        (FAILED_AT_ONCE, NORMALIZE, "it has no original: rerun it from ingest"),
        (replace(RECORD, recipe="posters"), RESIZE, "its recipe posters is gone: rerun it from ingest"),
        (record_of(*way(story.image("out/a.jpg"))), INGEST, "no recipe matches its key"),
    ],
)
def test_what_cannot_be_sent_is_left_and_it_is_said_why(record: PictureRecord, actor: Actor, why: str) -> None:
    made = planned(actor, record)
    assert made.orders == []
    assert made.left == {why: [record.key]}


MODERATED = story.moderated(PICTURE, "gate", "uncertain")
GATED = [*way(PICTURE)[:1], story.said(story.normalized(PICTURE, "gate"), "normalize")]
HELD_BACK = "moderation has not let it pass: `brigade approve` does"


@pytest.mark.parametrize(
    "letters",
    [GATED, [*GATED, story.said(MODERATED, "moderate")]],
    ids=["no verdict yet", "uncertain"],
)
def test_what_waits_at_the_gate_is_not_resized_by_a_rerun(letters: list[Any]) -> None:
    made = planned(RESIZE, record_of(*letters))
    assert (made.orders, made.left) == ([], {HELD_BACK: [PICTURE.source.key]})


@pytest.mark.parametrize(
    "passed", [story.moderated(PICTURE, "gate", "accepted"), story.judged(PICTURE, "approved")], ids=lambda e: e.kind
)
def test_what_has_passed_the_gate_may_be_resized_again(passed: Any) -> None:
    record = record_of(*GATED, story.said(MODERATED, "moderate"), story.said(passed, "operator"), *way(PICTURE)[2:])
    [order] = planned(RESIZE, record).orders
    _, event = decode(order.body, RESIZE.hears)
    assert isinstance(event, ImageNormalized)
    assert may_begin(event)


GATE = parse(RECIPE.replace('name = "default"', 'name = "default"\nmoderation = "gate"'))
REFUSED, APPROVED = story.said(MODERATED, "moderate"), story.said(story.judged(PICTURE, "approved"), "operator")
ACCEPTED = story.said(story.moderated(PICTURE, "gate", "accepted"), "moderate")
LET_PASS = "approved by hand, which does not let a new master pass: rerun it from resize after this, or it keeps its o"


@pytest.mark.parametrize("actor", [INGEST, NORMALIZE], ids=lambda actor: actor.name)
def test_what_passed_the_gate_by_hand_alone_keeps_its_old_renditions_and_that_is_said(actor: Actor) -> None:
    record = record_of(*GATED, REFUSED, APPROVED, *way(PICTURE)[2:])
    made = planned(actor, record, recipes=GATE)
    assert len(made.orders) == 1
    assert [(note[: len(LET_PASS)], keys) for note, keys in made.notes.items()] == [(LET_PASS, [PICTURE.source.key])]


@pytest.mark.parametrize(
    ("actor", "letters", "recipes"),
    [
        (RESIZE, [REFUSED, APPROVED], GATE),
        (MODERATE, [REFUSED, APPROVED], GATE),
        (NORMALIZE, [APPROVED, ACCEPTED], GATE),
        (NORMALIZE, [REFUSED, APPROVED], RECIPES),
        (NORMALIZE, [ACCEPTED], GATE),
    ],
    ids=["from resize", "from moderate", "accepted too", "no gate any more", "accepted"],
)
def test_else_nothing_is_to_be_said_of_it(actor: Actor, letters: list[Any], recipes: Recipes) -> None:
    made = planned(actor, record_of(*GATED, *letters, *way(PICTURE)[2:]), recipes=recipes)
    assert (len(made.orders), made.notes) == (1, {})


FAILED = story.said(story.rejected(PICTURE, "resize"), "resize", at="2099-01-01T00:00:00.000Z")


def handled(action: str) -> Any:
    event = DeadLetterHandled(
        image=PICTURE, actor="resize", action=action, failed_at=FAILED.envelope.time, operation="o", by="ann"
    )
    return story.said(event, "operator")


def test_an_open_dead_letter_stays_and_that_is_said() -> None:
    made = planned(RESIZE, record_of(*way(PICTURE)[:2], FAILED))
    assert len(made.orders) == 1
    assert made.notes == {
        "resize gave it up, and its dead letter stays: `brigade dlq redrive resize` instead of this, "
        "or `brigade dlq discard resize --image ID` after it": [PICTURE.source.key]
    }


@pytest.mark.parametrize("action", ["redriven", "discarded"])
def test_one_that_is_gone_is_not_told_of(action: str) -> None:
    made = planned(RESIZE, record_of(*way(PICTURE)[:2], FAILED, handled(action)))
    assert (len(made.orders), made.notes) == (1, {})


def test_those_who_come_after_an_actor_work_again_too() -> None:
    assert [actor.name for actor in after(NORMALIZE, CHAIN)][:2] == ["moderate", "resize"]
    assert {actor.name for actor in after(INGEST, CHAIN)} >= {"describe", "normalize", "moderate", "resize"}
    assert after(RESIZE, CHAIN) == ()


@pytest.mark.parametrize(
    ("actor", "recipes", "count"),
    [(NORMALIZE, GATE, 1), (INGEST, GATE, 1), (MODERATE, RECIPES, 1), (NORMALIZE, RECIPES, 0), (RESIZE, GATE, 0)],
    ids=lambda each: getattr(each, "name", ""),
)
def test_it_is_counted_about_how_many_a_moderation_engine_is_asked(actor: Actor, recipes: Recipes, count: int) -> None:
    assert planned(actor, record_of(*GATED, ACCEPTED), recipes=recipes).moderated == count


def test_a_moderator_is_told_what_the_recipe_wanted() -> None:
    [order] = planned(MODERATE, record_of(*GATED)).orders
    _, event = decode(order.body, MODERATE.hears)
    assert event == story.normalized(PICTURE, "gate")


def test_a_picture_that_failed_at_the_door_can_be_sent_to_it_again() -> None:
    [order] = planned(INGEST, FAILED_AT_ONCE).orders
    assert "size" not in json.loads(order.body)["Records"][0]["s3"]["object"]


def test_no_more_than_the_limit_are_sent_and_what_is_left_does_not_count() -> None:
    records = [replace(RECORD, status=Status.REMOVED)] + [record_of(*way(story.image(f"in/{i}.jpg"))) for i in range(5)]
    made = planned(RESIZE, *records, limit=3)
    assert [order.key for order in made.orders] == ["in/0.jpg", "in/1.jpg", "in/2.jpg"]
    assert len(made.left) == 1


def test_how_long_it_takes_follows_from_the_work_that_the_actor_had_with_them() -> None:
    made = planned(RESIZE, *[RECORD] * 100)
    assert set(made.worked_ms) == {40}
    assert made.seconds(at_once=2, per_second=None) == pytest.approx(100 * 0.040 / 2)
    assert made.seconds(at_once=2, per_second=10) == pytest.approx(10)
    assert made.seconds(at_once=2, per_second=10_000) == pytest.approx(2)


def test_without_any_work_that_is_not_known() -> None:
    assert planned(NORMALIZE, INGESTED).seconds(at_once=2, per_second=None) is None
