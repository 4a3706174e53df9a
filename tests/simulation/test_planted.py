"""Faults that are planted on purpose, one each: the simulation finds them, by the invariant that is meant for them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from kit import outputs
from kit.delivery import Delivery
from services.archive import handler as archive
from services.catalog import memory
from services.catalog.memory import MemoryRecords
from services.functions import FUNCTIONS
from tests.simulation import invariants
from tests.simulation.run import Plan
from tests.simulation.shrink import failure

SEEDS = 600


def settle_whatever_becomes_of_the_announcement(patch: pytest.MonkeyPatch) -> None:
    announce = Delivery._announce

    def careless(*args: Any, **words: Any) -> None:
        with suppress(Exception):
            announce(*args, **words)

    patch.setattr(Delivery, "_announce", careless)


def merge_what_is_older(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(memory, "_is_stale", lambda *_: False)


def forget_a_prefix(patch: pytest.MonkeyPatch) -> None:
    everything = outputs.everything
    patch.setattr(outputs, "everything", lambda image_id: everything(image_id)[:2])


def let_what_is_heard_last_be_the_newest(patch: pytest.MonkeyPatch) -> None:
    claim, heard = MemoryRecords.claim_newest, count()

    def careless(records: MemoryRecords, key: str, order: str, image_id: str, **words: Any) -> Any:
        del order
        return claim(records, key, f"{next(heard):032X}", image_id, **words)

    patch.setattr(MemoryRecords, "claim_newest", careless)


def say_ready_once(patch: pytest.MonkeyPatch) -> None:
    act = FUNCTIONS["catalog"].act
    patch.setattr(FUNCTIONS["catalog"], "act", lambda letter, **words: act(replace(letter, attempts=1), **words))


def delete_the_original_before_its_copy_is_recorded(patch: pytest.MonkeyPatch) -> None:
    def careless(event: Any, record: Any, site: Any, copies: Any) -> None:
        del site
        if event.original == "unwanted":
            copies.erase(record.source)

    patch.setattr(archive, "_delete_original", careless)


def leave_the_copy_of_a_removed_picture(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(archive, "_forget", lambda *_: None)


@pytest.mark.parametrize(
    ("plant", "first", "found_by"),
    [
        (
            settle_whatever_becomes_of_the_announcement,
            77,
            {
                invariants.every_picture_is_settled_or_dead,
                invariants.what_settles_is_said,
                invariants.every_order_ends_the_same,
            },
        ),
        (merge_what_is_older, 3, {invariants.every_order_ends_the_same, invariants.nothing_is_settled_and_undone}),
        (forget_a_prefix, 3, {invariants.nothing_survives_removed, invariants.nothing_survives_superseded}),
        (let_what_is_heard_last_be_the_newest, 73, {invariants.every_order_ends_the_same}),
        (delete_the_original_before_its_copy_is_recorded, 3, {invariants.no_original_goes_before_its_copy}),
        (leave_the_copy_of_a_removed_picture, 17, {invariants.no_copy_survives_removed}),
        (say_ready_once, 308, {invariants.what_settles_is_said, invariants.nothing_survives_superseded}),
    ],
)
def test_a_planted_fault_is_found(
    plant: Callable[[pytest.MonkeyPatch], None],
    first: int,
    found_by: set[Callable[..., None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first seed is one that finds it as seeds draw today: those before it were looked at once."""
    plant(monkeypatch)
    found = next(filter(None, map(failure, map(Plan.of, range(first, first + SEEDS)))), None)
    assert found, f"not within {SEEDS} seeds"
    assert found.invariant in {each.__name__ for each in found_by}, str(found)
