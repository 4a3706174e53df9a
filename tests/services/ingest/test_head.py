"""A file whose bytes are fetched when they are read."""

import io
from io import BytesIO

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
    file = open_head(fetched, len(CONTENT))
    file.seek(100)
    assert fetched.ranges == []


def test_the_first_bytes_cost_one_small_request() -> None:
    fetched = Fetched()
    file = open_head(fetched, len(CONTENT))
    assert file.read(32) == CONTENT[:32]
    file.seek(0)
    assert file.read(4_000) == CONTENT[:4_000]
    assert fetched.ranges == [(0, FIRST_BLOCK)]


def test_a_small_object_is_fetched_no_further_than_its_end() -> None:
    fetched = Fetched(b"0123456789")
    assert open_head(fetched, 10).read() == b"0123456789"
    assert fetched.ranges == [(0, 10)]


def test_an_empty_object_is_never_asked_for() -> None:
    fetched = Fetched(b"")
    assert open_head(fetched, 0).read() == b""
    assert fetched.ranges == []


def test_each_further_request_asks_for_four_times_as_much() -> None:
    fetched = Fetched()
    assert open_head(fetched, len(CONTENT)).read() == CONTENT
    assert [stop - start for start, stop in fetched.ranges] == [
        FIRST_BLOCK,
        4 * FIRST_BLOCK,
        len(CONTENT) - 5 * FIRST_BLOCK,
    ]


def test_a_header_without_an_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "MAX_FETCHED", 2 * FIRST_BLOCK)
    with pytest.raises(NotAnImage, match="no picture's header within 131,072 bytes"):
        open_head(Fetched(), len(CONTENT)).read()


def test_no_ordinary_header_comes_near_that_limit() -> None:
    assert MAX_FETCHED >= 64 * FIRST_BLOCK


def test_seeking_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match=r"negative|before the start"):
        open_head(Fetched(), len(CONTENT)).seek(-1)


whences = st.sampled_from([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END])
steps = st.tuples(whences, st.integers(0, 400_000), st.integers(0, 90_000))


@given(st.lists(steps, max_size=8))
def test_it_reads_like_the_file_itself(walk: list[tuple[int, int, int]]) -> None:
    ours, real = open_head(Fetched(), len(CONTENT)), BytesIO(CONTENT)
    for whence, offset, size in walk:
        to = -min(offset, len(CONTENT)) if whence == io.SEEK_END else offset
        assert ours.seek(to, whence) == real.seek(to, whence)
        assert ours.read(size) == real.read(size)
        assert ours.tell() == real.tell()
