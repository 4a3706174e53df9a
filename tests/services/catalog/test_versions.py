"""Replacing and removing: what is outdated loses its outputs, whatever comes first; what counts keeps them."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kit.events import Event, Image, ImageDescribed, ImageNormalized, ImageOutdated, ImageResized, ImageRetired
from kit.mailbox import Letter
from services.catalog.handler import act
from services.catalog.memory import MemoryRecords
from services.catalog.record import image as identity
from services.catalog.status import Status, is_retired
from tests.services.catalog.story import described, image, rejected, removed, said, way
from tests.services.site import site

FIRST, SECOND = image(version="v1", sequencer="01"), image(version="v2", sequencer="02")
MARKER = image(version="m", sequencer="03")
THIRD = image(version="v3", sequencer="04")


class World:
    """The catalogue, and a bucket in which a picture has outputs or not; what is outdated is deleted at once."""

    def __init__(self) -> None:
        self.records = MemoryRecords()
        self.outputs: set[str] = set()
        self.outdated: list[ImageOutdated] = []

    def hear(self, letters: Iterable[Letter[Event]]) -> "World":
        for letter in letters:
            if isinstance(letter.event, ImageDescribed | ImageNormalized | ImageResized):
                self.outputs.add(letter.event.image.id)
            for event in act(letter, site=site(), records=self.records):
                if isinstance(event, ImageOutdated):
                    self.outdated.append(event)
                    self.outputs.discard(event.image.id)
                    self.hear([said(ImageRetired(image=event.image, deleted=2), "retire")])
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


RETIRED = said(ImageRetired(image=GONE, deleted=0), "retire")  # the removal had come before the upload


@given(st.permutations([*way(FIRST), said(removed(GONE, whole_key=False), "ingest"), RETIRED]))
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
