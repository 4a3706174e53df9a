"""Until when the work on a message must be done."""

from contextvars import copy_context
from math import inf

import pytest

from kit.deadline import seconds_left, within


def test_outside_of_any_block_there_is_no_end() -> None:
    assert seconds_left() == inf


def test_the_innermost_block_counts_and_ends_with_itself() -> None:
    with within(100):
        with within(-1):
            assert seconds_left() < 0
        with pytest.raises(KeyError), within(-1):
            raise KeyError
        assert 99 < seconds_left() <= 100
    assert seconds_left() == inf


def test_threads_that_get_the_context_know_it() -> None:
    with within(100):
        context = copy_context()
    assert context.run(seconds_left) <= 100
