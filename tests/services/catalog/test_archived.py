"""An archived original: the record says where its copy is, and its upload's end is no removal."""

from msgspec.structs import replace

from kit.events import Fate, Image, ImageArchived, ImageOutdated, ImageRecalled
from records.shown import shown
from records.status import Status
from records.stored import read
from tests.services.catalog.test_versions import FIRST, MARKER, SECOND, World
from tests.support.story import rejected, removed, said, uncovered, way


def archived(picture: Image, original: Fate = "unwanted") -> ImageArchived:
    facts = {"bucket": "archive", "key": f"{picture.id}/a b.jpg", "storage_class": "GLACIER", "bytes": 5_000}
    return ImageArchived(image=picture, sha256="ab" * 32, original=original, **facts)  # type: ignore[arg-type]


def at_rest(original: Fate = "unwanted") -> World:
    return World().hear([*way(FIRST), said(archived(FIRST, original), "archive", at="2026-11-28T09:00:00.000Z")])


def gone(picture: Image) -> ImageOutdated:
    return ImageOutdated(image=picture, why="removed")


def test_the_record_says_where_the_copy_is() -> None:
    record = shown(read(at_rest().records.items[FIRST.id]))
    assert record["status"] == Status.READY
    assert record["archived"] == {
        "bucket": "archive",
        "key": f"{FIRST.id}/a b.jpg",
        "storage_class": "GLACIER",
        "bytes": 5_000,
        "sha256": "ab" * 32,
        "original": "unwanted",
        "at": "2026-11-28T09:00:00.000Z",
    }
    assert record["original_gone"] is None


def test_an_archived_upload_that_is_deleted_is_not_removed() -> None:
    world = at_rest()
    for _ in range(2):
        world.hear([said(uncovered(FIRST, SECOND), "ingest")])  # whatever S3 shows then
    record = read(world.records.items[FIRST.id])
    assert (record.status, record.original_gone) == (Status.READY, FIRST.source.uploaded_at)
    assert (world.outputs, world.outdated, world.recalled) == ({FIRST.id}, [], [])


def test_an_upload_that_is_kept_beside_its_copy_is_removed_as_any_other() -> None:
    world = at_rest("kept").hear([said(removed(FIRST, whole_key=False), "ingest")])
    assert world.status(FIRST) is Status.REMOVED
    assert "archived" not in world.records.items[FIRST.id]


def test_a_removed_key_takes_an_archived_picture_with_it() -> None:
    world = at_rest().hear([said(removed(FIRST, whole_key=False), "ingest"), said(removed(MARKER), "ingest")])
    record = world.records.items[FIRST.id]
    assert (record["status"], world.outputs) == (Status.REMOVED, set())
    assert not {"archived", "original_gone"} & record.keys()


def test_a_replaced_picture_stays_archived_until_its_key_is_removed() -> None:
    world = at_rest().hear([said(removed(FIRST, whole_key=False), "ingest"), *way(SECOND)])
    record = read(world.records.items[FIRST.id])
    assert (record.status, record.is_retired) == (Status.SUPERSEDED, True)
    assert record.archived
    assert record.original_gone
    world.outdated.clear()
    world.hear([said(removed(MARKER), "ingest")])
    assert {world.status(picture) for picture in (FIRST, SECOND)} == {Status.REMOVED}
    assert sorted(event.image.id for event in world.outdated) == sorted([FIRST.id, SECOND.id])
    assert "archived" not in world.records.items[FIRST.id]


def test_an_archived_picture_counts_again_when_what_replaced_it_is_deleted_for_ever() -> None:
    world = at_rest().hear([said(removed(FIRST, whole_key=False), "ingest"), *way(SECOND)])
    assert (world.status(FIRST), world.outputs) == (Status.SUPERSEDED, {SECOND.id})
    for _ in range(2):
        world.hear([said(uncovered(SECOND, None), "ingest")])
    assert (world.status(FIRST), world.status(SECOND)) == (Status.READY, Status.REMOVED)
    assert world.outputs == {FIRST.id}


def test_below_a_delete_marker_no_archived_picture_counts_again() -> None:
    world = at_rest().hear([said(removed(FIRST, whole_key=False), "ingest"), *way(SECOND)])
    world.hear([said(removed(SECOND, whole_key=False), "ingest")])  # S3 has the marker still, which comes late
    assert (world.status(FIRST), world.recalled) == (Status.SUPERSEDED, [])
    world.hear([said(removed(MARKER), "ingest")])
    assert world.status(FIRST) is Status.REMOVED


def test_a_picture_whose_archiving_failed_is_ready_all_the_same() -> None:
    world = World().hear([*way(FIRST), said(rejected(FIRST, "archive"), "archive")])
    assert world.status(FIRST) is Status.READY


def test_what_was_said_of_a_copy_before_changes_nothing() -> None:
    world = at_rest()
    late = replace(archived(FIRST), sha256="cd" * 32)
    world.hear([said(late, "archive", at="2026-11-28T08:00:00.000Z")])
    record = read(world.records.items[FIRST.id])
    assert record.archived is not None
    assert record.archived.sha256 == "ab" * 32


def test_a_removed_picture_that_was_archived_too_late_is_told_of_again() -> None:
    world = World().hear([*way(FIRST), said(removed(FIRST, whole_key=False), "ingest")])
    world.hear([said(archived(FIRST), "archive")])
    assert world.outdated == [gone(FIRST), gone(FIRST)]
    assert "archived" not in world.records.items[FIRST.id]
    assert not any(isinstance(event, ImageRecalled) for event in world.recalled)
