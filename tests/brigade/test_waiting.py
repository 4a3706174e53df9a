"""Waiting for uploads: all are seen, in whatever order they settle, and never all at one look."""

from collections.abc import Callable, Iterable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brigade.pictures import uploads
from brigade.pictures.catalog import Catalog
from records.picture import PictureRecord
from records.status import Status

MANY = [f"image {number}" for number in range(1_000)]


class Looked:
    """A catalog in which a picture reads READY when ``settles`` says so of its id and the number of the look."""

    def __init__(self, settles: Callable[[str, int], bool]) -> None:
        self._settles = settles
        self.looks: list[int] = []

    def get(self, image_ids: Iterable[str]) -> dict[str, PictureRecord]:
        ids = list(image_ids)
        self.looks.append(len(ids))
        look = len(self.looks)
        statuses = {image: Status.READY if self._settles(image, look) else Status.PROCESSING for image in ids}
        return {image: PictureRecord(image_id=image, status=status) for image, status in statuses.items()}


def wait(catalog: Looked, image_ids: list[str], seconds: float = 30) -> tuple[list[str], list[str]]:
    """Return those that settled, and those that did not."""
    settled: list[str] = []
    left = uploads.wait(cast(Catalog, catalog), image_ids, seconds, lambda record: settled.append(record.image_id))
    return settled, left


@pytest.fixture(autouse=True, scope="module")
def at_once() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "POLL_S", 0)
        yield


@given(st.integers(0, 250), st.randoms(use_true_random=False))
def test_each_is_told_once_in_whatever_order_they_settle(count: int, random: Any) -> None:
    images = MANY[:count]
    at = {image: random.randint(1, 20) for image in images}
    settled, left = wait(Looked(lambda image, look: look >= at[image]), images)
    assert sorted(settled) == sorted(images)
    assert left == []


def test_thousands_are_not_read_at_one_look() -> None:
    catalog = Looked(lambda _, look: look > 5)
    wait(catalog, MANY)
    assert max(catalog.looks) == 100
    assert len(catalog.looks) < 5 + len(MANY) / 50 + 2


def test_those_that_are_stuck_do_not_hide_the_others() -> None:
    stuck = set(MANY[:200])
    settled, left = wait(Looked(lambda image, _: image not in stuck), MANY, seconds=0.5)
    assert set(left) == stuck
    assert set(settled) == set(MANY) - stuck


def test_a_picture_named_twice_is_one() -> None:
    assert wait(Looked(lambda *_: True), ["a", "b", "a"]) == (["a", "b"], [])
