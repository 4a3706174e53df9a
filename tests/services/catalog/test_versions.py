"""Replacing and removing: what is outdated loses its outputs, whatever comes first; what counts keeps them."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kit.events import (
    Event,
    Image,
    ImageDescribed,
    ImageNormalized,
    ImageOutdated,
    ImageRecalled,
    ImageResized,
    ImageRetired,
)
from kit.letter import Letter
from records.status import Status
from services.catalog.attributes import KEPT
from services.catalog.handler import act
from services.catalog.memory import MemoryRecords
from tests.services.catalog.stored import identity, is_retired
from tests.support.site import site
from tests.support.story import (
    described,
    image,
    ingested,
    judged,
    moderated,
    normalized,
    rejected,
    removed,
    resized,
    said,
    uncovered,
    way,
)

FIRST, SECOND = image(version="v1", sequencer="01"), image(version="v2", sequencer="02")
MARKER = image(version="m", sequencer="03")
THIRD = image(version="v3", sequencer="04")


class World:
    """The catalog, and a bucket in which a picture has outputs or not; what is outdated is deleted at once.

    What is recalled takes its way at once, or when ``catch_up`` is called.
    """

    def __init__(self, *, hurries: bool = True) -> None:
        self.records = MemoryRecords()
        self.outputs: set[str] = set()
        self.outdated: list[ImageOutdated] = []
        self.recalled: list[ImageRecalled] = []
        self._hurries = hurries

    def catch_up(self) -> "World":
        while self.recalled:
            self.hear(way(self.recalled.pop(0).image))
        return self

    def hear(self, letters: Iterable[Letter[Event]]) -> "World":
        for letter in letters:
            if isinstance(letter.event, ImageDescribed | ImageNormalized | ImageResized):
                self.outputs.add(letter.event.image.id)
            for event in act(letter, site=site(), records=self.records):
                if isinstance(event, ImageOutdated):
                    self.outdated.append(event)
                    self.outputs.discard(event.image.id)
                    self.hear([said(ImageRetired(image=event.image, deleted=2), "retire")])
                if isinstance(event, ImageRecalled):
                    self.recalled.append(event)
                    if self._hurries:
                        self.catch_up()
        return self

    def status(self, picture: Image) -> Status | None:
        record = self.records.items.get(picture.id)
        return record["status"] if record else None


def test_a_replaced_picture_loses_its_outputs_when_the_new_one_is_ready() -> None:
    world = World().hear([*way(FIRST), *way(SECOND)[:2]])
    assert world.outputs == {FIRST.id, SECOND.id}
    world.hear(way(SECOND)[2:])
    assert world.outputs == {SECOND.id}
    assert world.outdated == [ImageOutdated(image=FIRST, why="superseded")]


def test_a_broken_overwrite_takes_nothing_away() -> None:
    world = World().hear([*way(FIRST), said(rejected(SECOND, "ingest"), "ingest")])
    assert (world.outputs, world.outdated) == ({FIRST.id}, [])
    world.hear(way(THIRD))
    assert world.outputs == {THIRD.id}


def test_a_removed_key_loses_the_outputs_of_all_its_versions() -> None:
    world = World().hear([*way(FIRST), said(rejected(SECOND, "ingest"), "ingest"), said(removed(MARKER), "ingest")])
    assert world.outputs == set()
    assert [world.status(picture) for picture in (FIRST, SECOND, MARKER)] == [Status.REMOVED, Status.REMOVED, None]


def test_after_a_removal_the_key_may_be_uploaded_again() -> None:
    world = World().hear([*way(FIRST), said(removed(MARKER), "ingest"), *way(THIRD)])
    assert (world.outputs, world.status(THIRD)) == ({THIRD.id}, Status.READY)
    assert world.status(FIRST) is Status.REMOVED


def test_a_removed_version_is_that_one_alone() -> None:
    world = World().hear([*way(FIRST), *way(SECOND), said(removed(FIRST, whole_key=False), "ingest")])
    assert (world.status(FIRST), world.status(SECOND)) == (Status.REMOVED, Status.READY)
    assert world.outputs == {SECOND.id}


GONE = Image(  # as S3 says it: no ETag, and the removal's own time and place in the order
    id=FIRST.id,
    source=replace(FIRST.source, etag=None, sequencer="07", uploaded_at="2026-11-21T09:00:00.000Z"),
)


def test_what_is_outdated_by_it_is_what_was_uploaded() -> None:
    world = World().hear([*way(FIRST), said(removed(GONE, whole_key=False), "ingest")])
    assert world.outdated == [ImageOutdated(image=FIRST, why="removed")]


@given(st.permutations([*way(FIRST), said(removed(GONE, whole_key=False), "ingest")]))
def test_the_record_of_a_removed_version_says_what_was_uploaded(order: list[Letter[Event]]) -> None:
    record = World().hear(order).records.items[FIRST.id]
    assert identity(record) == FIRST
    assert record["upload_order"] == FIRST.source.order
    assert is_retired(record)


def test_removing_a_delete_marker_is_no_picture() -> None:
    world = World().hear(
        [*way(FIRST), said(removed(MARKER), "ingest"), said(removed(MARKER, whole_key=False), "ingest")]
    )
    assert world.status(MARKER) is None
    assert world.status(FIRST) is Status.REMOVED


def test_hearing_a_removal_twice_retires_once() -> None:
    world = World().hear([*way(FIRST), said(removed(MARKER), "ingest"), said(removed(MARKER), "ingest")])
    assert len(world.outdated) == 1


def test_an_index_that_lags_behind_does_not_hide_the_picture_that_is_removed() -> None:
    world = World().hear(way(FIRST))
    world.records.uploads = lambda *_, **__: []  # type: ignore[method-assign]
    world.hear([said(removed(MARKER), "ingest")])
    assert world.outputs == set()


DESCRIBED = [said(described(picture, serial="s"), "describe") for picture in (FIRST, SECOND, THIRD)]
LETTERS: list[Letter[Event]] = [
    *(*way(FIRST), *way(SECOND), said(removed(MARKER), "ingest"), *way(THIRD)),
    *DESCRIBED,
]


@given(st.permutations(LETTERS), st.lists(st.sampled_from(LETTERS), max_size=4))
def test_in_any_order_and_repeated_only_what_counts_keeps_its_outputs(
    order: list[Letter[Event]], repeated: list[Letter[Event]]
) -> None:
    world = World().hear([*order, *repeated])
    assert world.status(THIRD) is Status.READY
    assert world.outputs == {THIRD.id}
    for picture in (FIRST, SECOND):
        assert world.status(picture) in {Status.REMOVED, Status.SUPERSEDED}


@given(st.permutations([*way(FIRST), DESCRIBED[0], said(removed(FIRST, whole_key=False), "ingest")]))
def test_a_version_that_is_removed_while_it_is_worked_on_ends_without_outputs(order: list[Letter[Event]]) -> None:
    world = World().hear(order)
    assert (world.status(FIRST), world.outputs) == (Status.REMOVED, set())


def test_removals_are_heeded_whatever_recipes_say_now_where_the_catalog_knows_the_key() -> None:
    world = World().hear([*way(FIRST), said(removed(MARKER, matched=False), "ingest")])
    assert (world.status(FIRST), world.outputs) == (Status.REMOVED, set())


def test_of_a_removal_that_concerns_no_picture_nothing_is_kept() -> None:
    unknown = [said(removed(MARKER, whole_key=whole_key, matched=False), "ingest") for whole_key in (True, False)]
    world = World().hear(unknown)
    assert (world.records.items, world.records.newest("source/dir/a b.jpg"), world.outdated) == ({}, None, [])


def test_the_upload_before_is_made_again_when_the_newest_version_is_deleted() -> None:
    world = World(hurries=False).hear([*way(FIRST), *way(SECOND), said(uncovered(SECOND, FIRST), "ingest")])
    assert (world.outputs, world.status(SECOND)) == (set(), Status.REMOVED)
    assert [recalled.image.id for recalled in world.recalled] == [FIRST.id]
    world.catch_up()
    assert (world.status(FIRST), world.outputs) == (Status.READY, {FIRST.id})


def test_a_key_whose_delete_marker_is_deleted_has_its_picture_again() -> None:
    marker = said(removed(MARKER), "ingest")
    world = World().hear([*way(FIRST), marker, said(uncovered(MARKER, FIRST), "ingest")])
    assert (world.status(FIRST), world.outputs, world.status(MARKER)) == (Status.READY, {FIRST.id}, None)


def test_what_s3_shows_is_made_even_if_the_catalog_has_never_heard_of_it() -> None:
    world = World().hear([*way(SECOND), said(uncovered(SECOND, FIRST), "ingest")])
    assert (world.status(FIRST), world.outputs) == (Status.READY, {FIRST.id})


def test_a_picture_that_is_shown_again_is_made_again_when_retire_has_died_after_it_deleted_it() -> None:
    world = World().hear([*way(FIRST), said(removed(MARKER), "ingest"), said(uncovered(MARKER, FIRST), "ingest")])
    assert world.status(FIRST) is Status.READY
    world.outputs.discard(FIRST.id)  # by an attempt whose word was lost; the next one finds nothing to delete
    world.hear([said(ImageRetired(image=FIRST, deleted=0), "retire")])
    assert (world.status(FIRST), world.outputs) == (Status.READY, {FIRST.id})


def test_a_picture_that_is_shown_again_is_not_held_up_by_retires_failure() -> None:
    world = World().hear([*way(FIRST), *way(SECOND)])
    given_up = said(rejected(FIRST, "retire"), "retire")
    assert list(act(given_up, site=site(), records=world.records)), "it is told to try again, and has not by then"
    assert world.status(FIRST) is Status.SUPERSEDED
    world.hear([said(uncovered(SECOND, FIRST), "ingest")])
    assert world.status(FIRST) is Status.READY


def test_a_removal_that_is_heard_after_a_broken_replacement_still_takes_the_outputs_away() -> None:
    """The key was deleted, then uploaded again: nothing of the deleted picture is wanted, whatever the new one is."""
    world = World().hear([*way(FIRST), said(rejected(THIRD, "ingest"), "ingest"), said(removed(MARKER), "ingest")])
    assert (world.status(FIRST), world.outputs) == (Status.REMOVED, set())


def test_a_removal_that_is_heard_again_leaves_alone_what_s3_shows_since() -> None:
    """Even where the catalog had never heard of it, and then hears of its upload, which was before the removal."""
    marker = said(removed(MARKER), "ingest")
    world = World().hear([marker, said(uncovered(MARKER, FIRST), "ingest"), *way(FIRST), marker])
    assert (world.status(FIRST), world.outputs) == (Status.READY, {FIRST.id})


def test_a_picture_that_was_approved_and_lost_its_outputs_waits_at_the_gate_again() -> None:
    """A new master does not pass the gate by an old approval: the picture would be made in vain for ever."""
    gate = [said(normalized(FIRST, "gate"), "normalize"), said(moderated(FIRST, "gate", "uncertain"), "moderate")]
    approved = [said(judged(FIRST, "approved"), "operator"), said(resized(FIRST), "resize")]
    world = World(hurries=False).hear([said(ingested(FIRST), "ingest"), *gate, *approved])
    assert world.status(FIRST) is Status.READY
    world.hear([said(ImageRetired(image=FIRST, deleted=2), "retire")])
    assert [recalled.image.id for recalled in world.recalled] == [FIRST.id]
    world.hear([said(ingested(FIRST), "ingest"), *gate])
    assert world.status(FIRST) is Status.QUARANTINED
    assert world.hear(approved).status(FIRST) is Status.READY


def test_an_older_version_that_is_deleted_recalls_nothing() -> None:
    world = World(hurries=False).hear([*way(FIRST), *way(SECOND), said(uncovered(FIRST, SECOND), "ingest")])
    assert (world.recalled, world.status(SECOND), world.outputs) == ([], Status.READY, {SECOND.id})


def test_a_recalled_picture_is_replaced_and_removed_like_any_other() -> None:
    back = [*way(FIRST), *way(SECOND), said(uncovered(SECOND, FIRST), "ingest")]
    newest = image(version="v4", sequencer="06")
    world = World().hear([*back, *way(newest)])
    assert (world.status(FIRST), world.outputs) == (Status.SUPERSEDED, {newest.id})
    world = World().hear([*back, said(removed(image(version="m2", sequencer="06")), "ingest")])
    assert (world.status(FIRST), world.outputs) == (Status.REMOVED, set())


def test_hearing_a_deletion_again_recalls_again_only_while_the_picture_is_not_on_its_way() -> None:
    letters = [*way(FIRST), *way(SECOND), *[said(uncovered(SECOND, FIRST), "ingest")] * 2]
    assert len(World(hurries=False).hear(letters).recalled) == 2  # the first may not have been announced
    world = World().hear([*letters, letters[-1]])
    assert (world.status(FIRST), world.outputs, world.recalled) == (Status.READY, {FIRST.id}, [])


def test_a_rejected_picture_stays_so_when_s3_shows_it_again() -> None:
    letters = [*way(FIRST), said(judged(FIRST, "rejected"), "operator"), *way(SECOND)]
    world = World().hear([*letters, said(uncovered(SECOND, FIRST), "ingest")])
    assert (world.status(FIRST), world.outputs) == (Status.REMOVED, set())


REPLACED = [*way(FIRST), *way(SECOND), said(uncovered(SECOND, FIRST), "ingest")]
UNDELETED = [*way(FIRST), said(removed(MARKER), "ingest"), said(uncovered(MARKER, FIRST), "ingest")]


@given(
    st.sampled_from([REPLACED, UNDELETED]).flatmap(
        lambda letters: st.tuples(st.permutations(letters), st.lists(st.sampled_from(letters), max_size=4))
    ),
    st.booleans(),
)
def test_in_any_order_and_repeated_what_s3_shows_again_is_ready(
    heard: tuple[list[Letter[Event]], list[Letter[Event]]], hurries: bool
) -> None:
    order, repeated = heard
    world = World(hurries=hurries).hear([*order, *repeated]).catch_up()
    assert (world.status(FIRST), world.outputs) == (Status.READY, {FIRST.id})
    assert world.status(SECOND) in {None, Status.REMOVED}
    assert not is_retired(world.records.items[FIRST.id])


def test_a_record_that_is_retired_keeps_no_word_about_the_picture() -> None:
    facts = [said(described(FIRST, serial="s", latitude=47.1, taken_at="2026-11-21T08:00:00"), "describe")]
    refused = said(moderated(FIRST, "flag", "refused"), "moderate")
    world = World().hear([*way(FIRST), *facts, refused, said(removed(MARKER), "ingest")])
    kept = {name for name in world.records.items[FIRST.id] if not name.startswith("stage_")}
    assert kept <= KEPT
    assert {"image_id", "status", "source", "entered_at", "removed_by"} <= kept
    for late in (*facts, refused, said(rejected(FIRST), "normalize"), *way(FIRST)):
        world.hear([late])
        assert {name for name in world.records.items[FIRST.id] if not name.startswith("stage_")} == kept
