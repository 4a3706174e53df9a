"""Which letters are moot: what their actor was to do is wanted no more."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.picture_status import is_moot
from kit.events import ImageIngested, ImageOutdated, ImageRemoved
from records.picture import PictureRecord, Stage
from records.status import Status
from services.catalog.records import DynamoRecords
from services.chain import CHAIN
from tests.brigade.dead_letters.conftest import Brigade
from tests.support.desk import FAILED_AT, Desk, ingested
from tests.support.site import TABLE, body, picture

EARLIER, LATER = "2026-11-21T08:00:00.500Z", "2026-11-21T08:00:01.500Z"
IMAGE = picture("in/a.jpg", version="v1")
INGESTED = body(ImageIngested(image=IMAGE, recipe="default", format="JPEG", width=40, height=30, bytes=9))
OUTDATED = body(ImageOutdated(image=IMAGE, why="removed"))
REMOVED = body(ImageRemoved(image=IMAGE, whole_key=False))


def stored(status: str, at: str = "") -> PictureRecord:
    """Return the record of a picture; ``at``: when normalize had done its work."""
    stages = {"normalize": Stage(at=at)} if at else {}
    return PictureRecord(image_id=IMAGE.id, status=Status(status), stages=stages)


def moot(text: str, actor: str, record: PictureRecord | None) -> bool:
    letter = DeadLetter("m", text, {"failed_at": FAILED_AT, "reason": "x"}, datetime(2026, 11, 21, tzinfo=UTC))
    return is_moot(letter, CHAIN.actor(actor), {IMAGE.id: record} if record else {})


@pytest.mark.parametrize("status", ["REMOVED", "SUPERSEDED"])
def test_nobody_wants_the_picture(status: str) -> None:
    assert moot(INGESTED, "normalize", stored(status))


@pytest.mark.parametrize(("at", "done"), [(LATER, True), (EARLIER, False)])
def test_a_ready_picture_is_one_whose_actor_has_done_its_work_since(at: str, done: bool) -> None:
    assert moot(INGESTED, "normalize", stored("READY", at)) is done


def test_advice_that_a_ready_picture_still_lacks_is_wanted() -> None:
    assert not moot(INGESTED, "describe", stored("READY", LATER))


@pytest.mark.parametrize("status", ["FAILED", "PROCESSING", "QUARANTINED"])
def test_what_waits_for_the_letter_wants_it(status: str) -> None:
    assert not moot(INGESTED, "normalize", stored(status, LATER))


def test_of_what_nothing_is_known_nothing_is_said() -> None:
    assert not moot(INGESTED, "normalize", None)
    assert not moot("no event", "normalize", stored("REMOVED"))


@pytest.mark.parametrize(("text", "actor"), [(OUTDATED, "retire"), (INGESTED, "catalog"), (REMOVED, "catalog")])
def test_what_clears_up_after_a_removed_picture_is_never_moot(text: str, actor: str) -> None:
    assert not moot(text, actor, stored("REMOVED"))


def test_moot_letters_of_all_actors_go_by_one_command(desk: Desk, brigade: Brigade, tmp_path: Path) -> None:
    for actor, key in (("normalize", "in/gone.jpg"), ("describe", "in/gone.jpg"), ("normalize", "in/wanted.jpg")):
        letter = desk.bury(actor, ingested(key))
        DynamoRecords(TABLE).merge(letter.image_id, {"source": {"bucket": "source", "key": key, "version": "v1"}})
        if "gone" in key:
            DynamoRecords(TABLE).remove(letter.image_id, "somebody")
    code, said = brigade("discard", "--moot", "--yes")
    assert code == 0, said
    assert [letter.key for actor in CHAIN.actors for letter in desk.letters(actor.name)] == ["in/wanted.jpg"]
    assert len(list(tmp_path.glob("brigade-dlq-*.jsonl"))) == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--moot", "--archive", "a.jsonl"), "error: each actor's letters go to a file of their own — name an actor"),
        (("undelivered", "--moot"), "error: no actor gave up the letters of undelivered"),
    ],
)
def test_where_moot_says_nothing(brigade: Brigade, words: tuple[str, ...], why: str) -> None:
    code, said = brigade("discard", *words, "--yes")
    assert code == 1
    assert why in said
