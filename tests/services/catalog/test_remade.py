"""Pictures that are made again: old outputs go, what the record names stays or is made once more, in any order.

The catalog and retire are real; runs, queues and time are the test's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from brigade.inline.memory_storage import MemoryStorage
from kit.events import Event, ImageOutdated, ImageRecalled, ImageRemade, ImageResized, ImageRetired
from kit.letter import Letter
from kit.outputs import master, rendition
from records.status import Status
from services.catalog import handler as catalog
from services.catalog.memory import MemoryRecords
from services.catalog.records import DynamoRecords, Records
from services.retire import handler as retire
from tests.services.catalog.stored import keys
from tests.support import story
from tests.support.site import TABLE, create_table, site
from tests.support.story import said

PICTURE = story.image()
BEGIN = datetime(2026, 11, 21, 9, tzinfo=UTC)
INGESTED = said(story.ingested(PICTURE), "ingest", at="2026-11-21T08:59:00.000Z")
# The digests of master and renditions, by recipe: B has another rendition, C has other settings for the master.
RECIPES = {"A": ("aaaa0000", "aaaa1111"), "B": ("aaaa0000", "bbbb1111"), "C": ("cccc0000", "cccc1111")}
NAMES = ("small", "large")


@dataclass
class World:
    """One picture. What is said waits until the test delivers it; a second passes with every step."""

    records: Records = field(default_factory=MemoryRecords)
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    waiting: list[Letter[Event]] = field(default_factory=lambda: [INGESTED])
    second: int = 0
    recalled: int = 0

    def now(self) -> str:
        self.second += 1
        return (BEGIN + timedelta(seconds=self.second)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def store(self, key: str) -> None:
        at = datetime.fromisoformat(self.now())
        self.storage.write("target", key, b"x", "")
        self.storage.stored_at["target", key] = at

    def announce(self, event: Event, actor: str) -> None:
        self.waiting.append(said(event, actor, at=self.now()))

    def run(self, recipe: str) -> Iterable[None]:
        """Make the picture, as normalize and resize do, step by step."""
        digest, other = RECIPES[recipe]
        stored = replace(story.MASTER, key=master(PICTURE.id, digest, "png"))
        self.store(stored.key)
        yield
        self.announce(replace(story.normalized(PICTURE), master=stored), "normalize")
        yield
        [like] = story.resized(PICTURE).renditions
        made = tuple(replace(like, name=name, key=rendition(PICTURE.id, name, other, "png")) for name in NAMES)
        for each in made:
            self.store(each.key)
            yield
        self.announce(ImageResized(image=PICTURE, recipe="default", renditions=made), "resize")

    def whole(self, recipe: str) -> "World":
        list(self.run(recipe))
        return self

    def deliver(self, number: int = 0, *, again: bool = False) -> None:
        letter = self.waiting[number] if again else self.waiting.pop(number)
        actor: Callable[[], Iterable[Event]] = (
            (lambda: retire.act(letter, site=site(self.storage)))  # type: ignore[arg-type]
            if isinstance(letter.event, ImageRemade | ImageOutdated)
            else (lambda: catalog.act(letter, site=site(), records=self.records))
        )
        for event in actor():
            if isinstance(event, ImageRecalled):
                self.recalled += 1
                self.whole("A")
            else:
                self.announce(event, "retire" if isinstance(event, ImageRetired) else "catalog")

    def drain(self) -> "World":
        while self.waiting:
            self.deliver()
        return self

    def hold(self, kind: type[Event]) -> list[Letter[Event]]:
        """Deliver all but what is of that kind; return that, which comes late."""
        held: list[Letter[Event]] = []
        while self.waiting:
            if isinstance(self.waiting[0].event, kind):
                held.append(self.waiting.pop(0))
            else:
                self.deliver()
        return held

    @property
    def record(self) -> Any:
        return self.records.get(PICTURE.id)

    @property
    def there(self) -> set[str]:
        return {key for _, key in self.storage.objects}


def outputs(recipe: str) -> set[str]:
    digest, other = RECIPES[recipe]
    return {master(PICTURE.id, digest, "png"), *(rendition(PICTURE.id, name, other, "png") for name in NAMES)}


@pytest.mark.parametrize("recipes", ["AB", "AC", "AA", "ABA", "ACA", "ABC", "CBAC"])
def test_a_rerun_with_a_changed_recipe_leaves_nothing_behind(recipes: str, records: Records) -> None:
    world = World(records)
    for recipe in recipes:
        world.whole(recipe).drain()
        assert (world.record["status"], keys(world.record), world.there) == ("READY", outputs(recipe), outputs(recipe))
    assert world.recalled == 0


def test_a_picture_that_is_ready_for_the_first_time_asks_nothing_of_retire() -> None:
    world = World().whole("A")
    while world.waiting:
        world.deliver()
        assert not any(isinstance(letter.event, ImageRemade) for letter in world.waiting)
    assert world.record["status"] == "READY"


@given(st.lists(st.sampled_from("ABC"), min_size=1, max_size=4), st.lists(st.integers(0, 99), max_size=40))
def test_of_runs_one_after_the_other_the_last_stays_in_whatever_order_they_are_heard(
    recipes: list[str], picks: list[int]
) -> None:
    world = World().whole("A").drain()
    for recipe in recipes:
        world.whole(recipe)
    for pick in [*picks, *([1] * 99)]:
        if world.waiting:
            world.deliver(pick % len(world.waiting), again=pick % 4 == 0)
        if world.record and world.record["status"] == "READY" and keys(world.record) == outputs(recipes[-1]):
            assert outputs(recipes[-1]) <= world.there
    assert (world.record["status"], world.there, world.recalled) == ("READY", outputs(recipes[-1]), 0)


@given(st.lists(st.sampled_from(["A", "B", "C", "step", "step", "step", "deliver", "deliver", "twice"]), max_size=40))
def test_however_runs_overlap_what_the_record_names_is_there_in_the_end(steps: list[str]) -> None:
    """Runs may also end anywhere, as those do that fail: what they have stored goes with the next success."""
    world = World()
    running: list[Any] = []
    for number, step in enumerate(["A", *steps]):
        if step in RECIPES:
            running.append(iter(world.run(step)))
        elif step == "step" and running:
            next(running[number % len(running)], None)
        elif world.waiting:
            world.deliver(number * 7 % len(world.waiting), again=step == "twice")
    world.drain().whole("A").drain()
    assert (world.record["status"], keys(world.record)) == ("READY", outputs("A"))
    assert world.there >= outputs("A")
    world.whole("B").drain()
    assert world.there == outputs("B")


def test_what_two_runs_at_once_have_cost_is_made_again() -> None:
    """A's files are written anew before B is announced, and announced after: what retires A's old files takes them."""
    world = World().whole("A").drain()
    there, back = iter(world.run("B")), iter(world.run("A"))
    for run in (there, there, back, back, there, there, back, back, there):
        next(run, None)
    world.drain()
    assert (keys(world.record), world.there) == (outputs("B"), outputs("B"))
    next(back, None)
    world.drain()
    assert world.recalled == 1
    assert (world.record["status"], world.there) == ("READY", outputs("A"))


def test_what_was_stored_by_a_run_that_failed_goes_with_the_next_success() -> None:
    world = World().whole("A").drain()
    for _, _ in zip(range(3), world.run("C"), strict=False):
        pass  # its master, and one of its renditions
    world.drain()
    world.announce(story.rejected(PICTURE, "resize"), "resize")
    world.drain()
    assert world.record["status"] == Status.FAILED
    assert keys(world.record) < world.there
    world.whole("A").drain()
    assert (world.record["status"], world.there) == ("READY", outputs("A"))


def test_a_removed_picture_loses_the_outputs_of_all_its_runs() -> None:
    world = World().whole("A").drain()
    world.store(f"renditions/{PICTURE.id}/small.png")  # of an earlier release
    world.store(f"normalized/{PICTURE.id}.png")
    for _, _ in zip(range(3), world.run("C"), strict=False):
        pass
    world.announce(story.removed(story.image(version="m", sequencer="09")), "ingest")
    world.drain()
    assert (world.record["status"], world.there) == ("REMOVED", set())


def test_a_message_that_comes_late_does_not_take_what_a_removal_left_to_do() -> None:
    world = World().whole("A").drain().whole("B")
    late = world.hold(ImageRemade)
    world.announce(story.removed(story.image(version="m", sequencer="09")), "ingest")
    outdated = world.hold(ImageOutdated)
    world.waiting += late
    world.drain()
    assert ("stage_retire" in world.record, world.there) == (False, outputs("B"))
    world.waiting += outdated
    world.drain()
    assert ("stage_retire" in world.record, world.there) == (True, set())


def test_outputs_that_went_though_s3_shows_the_picture_again_are_made_again() -> None:
    """A picture is removed and shown again within the grace time: what retires its outputs comes after that."""
    world = World().whole("A").drain()
    marker = story.image(version="m", sequencer="03")
    world.announce(story.removed(marker), "ingest")
    outdated = world.hold(ImageOutdated)
    world.announce(story.uncovered(marker, PICTURE), "ingest")
    world.drain()
    assert (world.record["status"], world.recalled) == ("READY", 1)
    world.waiting += outdated
    world.drain()
    assert (world.record["status"], world.there, world.recalled) == ("READY", outputs("A"), 2)


def test_what_goes_is_said_before_it_is_gone() -> None:
    """What a function that dies in between had left unsaid, the next attempt would not find."""
    world = World().whole("A").drain().whole("B")
    remade = world.hold(ImageRemade)[-1]
    work = iter(retire.act(remade, site=site(world.storage)))  # type: ignore[arg-type]
    said_ = next(work)
    assert isinstance(said_, ImageRetired)
    assert set(said_.gone or ()) == outputs("A") - outputs("B") <= world.there
    work.close()  # type: ignore[attr-defined]
    [again] = retire.act(remade, site=site(world.storage))  # type: ignore[arg-type]
    assert (again, world.there) == (said_, outputs("B"))
    assert not list(retire.act(remade, site=site(world.storage)))  # type: ignore[arg-type]


def test_a_record_of_an_earlier_release_has_its_old_outputs_taken_away(cloud: None) -> None:
    """It does not count how often it settled, and its keys have no digest."""
    create_table()
    world = World(DynamoRecords(TABLE))
    old = {f"normalized/{PICTURE.id}.png", *(f"renditions/{PICTURE.id}/{name}.png" for name in NAMES)}
    for key in sorted(old):
        world.store(key)
    [like] = story.resized(PICTURE).renditions
    made = tuple(replace(like, name=name, key=f"renditions/{PICTURE.id}/{name}.png") for name in NAMES)
    stored = replace(story.MASTER, key=f"normalized/{PICTURE.id}.png")
    world.announce(replace(story.normalized(PICTURE), master=stored), "normalize")
    world.announce(ImageResized(image=PICTURE, recipe="default", renditions=made), "resize")
    world.drain()
    boto3.client("dynamodb").update_item(
        TableName=TABLE, Key={"image_id": {"S": PICTURE.id}}, UpdateExpression="REMOVE settled"
    )
    assert (world.record["status"], world.there) == ("READY", old)
    world.whole("A").drain()
    assert (world.record["status"], world.there) == ("READY", outputs("A"))
