"""The bytes of an object, fetched when they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest import head
from services.ingest.head import FIRST_BLOCK, MAX_FETCHED, open_head
from services.ingest.reasons import NotAnImage

CONTENT = bytes(range(256)) * 1_500  # six first blocks


class Fetched:
    """Notes the ranges that are asked for."""

    def __init__(self, content: bytes = CONTENT) -> None:
        self.content = content
        self.ranges: list[tuple[int, int]] = []

    def __call__(self, start: int, stop: int) -> bytes:
        assert start < stop
        self.ranges.append((start, stop))
        return self.content[start:stop]


def test_nothing_is_fetched_before_it_is_read() -> None:
    fetched = Fetched()
    open_head(fetched, len(CONTENT))
    assert fetched.ranges == []


def test_the_first_bytes_cost_one_small_request() -> None:
    fetched = Fetched()
    read = open_head(fetched, len(CONTENT))
    assert read(0, 32) == CONTENT[:32]
    assert read(10, 4_000) == CONTENT[10:4_000]
    assert fetched.ranges == [(0, FIRST_BLOCK)]


def test_a_small_object_is_fetched_no_further_than_its_end() -> None:
    fetched = Fetched(b"0123456789")
    assert open_head(fetched, 10)(0, 1_000) == b"0123456789"
    assert fetched.ranges == [(0, 10)]


def test_an_empty_object_is_never_asked_for() -> None:
    fetched = Fetched(b"")
    assert open_head(fetched, 0)(0, 10) == b""
    assert fetched.ranges == []


def test_each_further_request_asks_for_four_times_as_much() -> None:
    fetched = Fetched()
    read = open_head(fetched, len(CONTENT))
    parts = [read(at, at + 1_000) for at in range(0, len(CONTENT), 1_000)]
    assert b"".join(parts) == CONTENT
    sizes = [stop - start for start, stop in fetched.ranges]
    assert sizes[:2] == [FIRST_BLOCK, 4 * FIRST_BLOCK]
    assert len(sizes) == 3


def test_a_header_without_an_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "MAX_FETCHED", 2 * FIRST_BLOCK)
    read = open_head(Fetched(), len(CONTENT))
    with pytest.raises(NotAnImage, match="no picture's header within 131,072 bytes"):
        [read(at, at + 1_000) for at in range(0, len(CONTENT), 1_000)]


def test_no_ordinary_header_comes_near_that_limit() -> None:
    assert MAX_FETCHED >= 64 * FIRST_BLOCK


@given(st.lists(st.tuples(st.integers(0, 400_000), st.integers(0, 90_000)), max_size=8))
def test_it_reads_what_the_object_holds(walk: list[tuple[int, int]]) -> None:
    read = open_head(Fetched(), len(CONTENT))
    for start, size in walk:
        assert read(start, start + size) == CONTENT[start : start + size]
