"""The record: what each event adds, and what the status is then."""

from typing import Any

import pytest

from kit.events import DeadLetterHandled, ImageNormalized, ImageOutdated, Source
from records.picture import Failure
from records.status import Status
from records.table import source_key
from services.catalog.attributes import attributes
from tests.services.catalog.stored import failure, identity, status, view
from tests.support.site import SETTINGS, UPLOADED_AT
from tests.support.story import TRACE, image, ingested, normalized, rejected, said, way

PICTURE = image()
STAGE = {"queued_ms": 30, "worked_ms": 40, "attempts": 2, "version": "7"}


def record(*letters: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for letter in letters:
        found |= attributes(letter.event, letter.envelope, SETTINGS)
    return found


WHOLE = record(*way(PICTURE))


def test_every_event_tells_where_the_picture_comes_from() -> None:
    for letter in [*way(PICTURE), said(rejected(PICTURE), "normalize")]:
        told = record(letter)
        assert told["source"] == {
            "bucket": "source",
            "key": "dir/a b.jpg",
            "version": "v1",
            "etag": "e",
            "sequencer": "01",
        }
        assert told["source_key"] == "source/dir/a b.jpg"
        assert told["entered_at"] == UPLOADED_AT
        assert (told["region"], told["environment"]) == ("eu-west-1", "test")


@pytest.mark.parametrize(("version", "query"), [("v1", "?versionId=v1"), ("", "")])
def test_people_see_the_url_of_an_upload(version: str, query: str) -> None:
    told = record(said(ingested(image(version=version)), "ingest"))
    shown = view({**told, "image_id": PICTURE.id, "status": "PROCESSING"})
    assert shown["source"] == {**told["source"], "url": f"s3://source/dir/a%20b.jpg{query}"}


def test_a_picture_of_which_only_its_removal_is_known_is_seen_without_source() -> None:
    assert view({"image_id": "i", "status": "REMOVED", "removed_by": "x"})["source"] is None


def test_sizes_before_and_after_are_kept() -> None:
    assert WHOLE["original"] == {"format": "PNG", "width": 40, "height": 60, "bytes": 5_000}
    assert (WHOLE["master"]["width"], WHOLE["master"]["height"], WHOLE["master"]["bytes"]) == (60, 40, 4_000)
    assert WHOLE["renditions"] == [
        {
            "bucket": "target",
            "key": "t.png",
            "format": "PNG",
            "width": 30,
            "height": 20,
            "bytes": 900,
            "method": "lanczos",
            "name": "thumb",
        }
    ]


@pytest.mark.parametrize("actor", ["ingest", "normalize", "resize"])
def test_every_stages_timing_attempts_and_version_are_kept(actor: str) -> None:
    stage = dict(WHOLE[f"stage_{actor}"])
    assert stage.pop("at").endswith("Z")
    assert stage == STAGE


def test_a_failure_is_kept_with_its_actor() -> None:
    told = record(said(rejected(PICTURE), "normalize"))
    found = failure(told)
    assert found
    assert found.at.endswith("Z")
    assert found == Failure(
        actor="normalize", reason="corrupt-image", detail="two eyes missing", attempts=2, at=found.at
    )


def test_what_catalog_itself_says_is_no_part_of_the_record() -> None:
    event = ImageOutdated(image=PICTURE, why="removed")
    with pytest.raises(TypeError, match="the record keeps nothing of ImageOutdated"):
        attributes(event, said(ingested(PICTURE), "x").envelope, SETTINGS)


@pytest.mark.parametrize("missing", ["original", "master", "renditions"])
def test_a_picture_of_which_something_is_missing_is_not_ready(missing: str) -> None:
    assert status({name: value for name, value in WHOLE.items() if name != missing}) is Status.PROCESSING


def test_a_picture_of_which_all_is_there_is_ready() -> None:
    assert status(WHOLE) is Status.READY


def test_a_picture_that_was_given_up_has_failed() -> None:
    assert status(record(said(ingested(PICTURE), "ingest"), said(rejected(PICTURE), "normalize"))) is Status.FAILED


def test_a_failure_is_forgotten_when_its_actor_has_done_it_after_all() -> None:
    failed = said(rejected(PICTURE), "normalize", at="2026-01-01T00:00:00.000Z")
    assert status(record(*way(PICTURE)[:1], failed)) is Status.FAILED
    assert status(record(*way(PICTURE), failed)) is Status.READY
    gated = said(normalized(PICTURE, "gate"), "normalize")
    assert status(record(*way(PICTURE), gated, said(rejected(PICTURE, "moderate"), "moderate"))) is Status.FAILED


def handled(action: str, failed_at: str) -> Any:
    event = DeadLetterHandled(
        image=PICTURE, actor="normalize", action=action, failed_at=failed_at, operation="o-1", by="ann"
    )
    return said(event, "operator")


FAILED = said(rejected(PICTURE), "normalize")


@pytest.mark.parametrize("order", [1, -1])
def test_a_redriven_failure_no_longer_counts(order: int) -> None:
    told = record(*[FAILED, handled("redriven", failed_at=FAILED.envelope.time)][::order])
    assert status(told) is Status.PROCESSING


def test_a_failure_after_the_redrive_counts() -> None:
    assert status(record(handled("redriven", failed_at="2026-01-01T00:00:00.000Z"), FAILED)) is Status.FAILED


def test_a_discarded_dead_letter_leaves_its_picture_failed_and_says_by_whom() -> None:
    told = record(FAILED, handled("discarded", failed_at=FAILED.envelope.time))
    assert status(told) is Status.FAILED
    shown = view({**told, "image_id": PICTURE.id, "status": "FAILED"})
    assert (shown["handled"]["normalize"]["action"], shown["handled"]["normalize"]["by"]) == ("discarded", "ann")
    assert shown["failures"]["normalize"]["reason"] == "corrupt-image"


def test_a_superseded_picture_is_nothing_else() -> None:
    for told in (WHOLE, record(said(rejected(PICTURE), "normalize")), {}):
        assert status({**told, "superseded_by": "x"}) is Status.SUPERSEDED


def test_a_removed_picture_is_nothing_else() -> None:
    for told in (WHOLE, record(said(rejected(PICTURE), "normalize")), {"superseded_by": "x"}):
        assert status({**told, "removed_by": "x"}) is Status.REMOVED


def test_a_picture_is_known_again_from_its_record() -> None:
    whole = {**WHOLE, "image_id": PICTURE.id, "status": "READY"}
    assert identity(whole) == PICTURE


def test_the_trace_of_a_picture_is_kept() -> None:
    assert WHOLE["trace_id"] == TRACE.trace_id


def test_people_see_stages_in_order_and_no_bookkeeping() -> None:
    shown = view({**WHOLE, "image_id": PICTURE.id, "status": "READY", "ready_by": "x"})
    assert list(shown["stages"]) == ["ingest", "normalize", "resize"]
    assert shown["failure"] is None
    assert not {"ready_by", "source_key", "upload_order"} & set(shown)


def test_people_see_the_failure_that_holds_a_picture_up() -> None:
    shown = view({**record(said(rejected(PICTURE), "normalize")), "image_id": PICTURE.id, "status": "FAILED"})
    assert shown["failure"]["reason"] == "corrupt-image"
    assert (shown["master"], shown["renditions"], shown["stages"]) == (None, None, {})


def test_two_buckets_keys_are_two_source_keys() -> None:
    assert source_key(Source(bucket="a", key="b/c")) == "a/b/c"


def test_frames_are_counted() -> None:
    event = ImageNormalized(image=PICTURE, recipe="default", master=normalized(PICTURE).master, frames=3)
    assert record(said(event, "normalize"))["frames"] == 3


def test_setting_a_fact_twice_changes_nothing() -> None:
    letters = way(PICTURE)
    assert record(*letters, *letters) == record(*letters)
