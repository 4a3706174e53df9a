"""Waits that grow, and differ."""

from dataclasses import replace
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from kit.actor import ATTEMPTS
from kit.backoff import RECEIVES, Backoff

backoffs = st.builds(
    Backoff,
    first_s=st.floats(0, 10),
    longest_s=st.floats(0, 1_000),
    random=st.integers().map(Random),
)


@given(backoff=backoffs, attempts=st.integers(1, 1_000))
def test_a_wait_is_anything_up_to_the_longest(backoff: Backoff, attempts: int) -> None:
    assert 0 <= backoff.delay(attempts) <= backoff.longest(attempts) <= backoff.longest_s


def test_the_longest_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    longest = [RECEIVES.longest(attempts) for attempts in range(1, 13)]
    assert longest == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert all(later in (2 * earlier, 900) for earlier, later in pairwise(longest))


def test_those_that_failed_together_come_back_at_different_times() -> None:
    waits = [RECEIVES.delay(10) for _ in range(1_000)]
    assert len(set(waits)) > 990
    assert min(waits) < 90
    assert max(waits) > 810


def test_a_seeded_one_repeats_itself() -> None:
    one, other = (replace(RECEIVES, random=Random(3)) for _ in range(2))  # noqa: S311 - waits, not secrets
    assert [one.delay(n) for n in ATTEMPTS] == [other.delay(n) for n in ATTEMPTS]


def test_all_waits_together_are_half_of_the_longest_on_average() -> None:
    assert RECEIVES.in_all(12) == 2 + 4 + 8 + 16 + 32 + 64 + 128 + 256 + 512 + 900 + 900
    drawn = [sum(RECEIVES.delay(n) for n in range(1, 12)) for _ in range(2_000)]
    assert 0.45 < sum(drawn) / len(drawn) / RECEIVES.in_all(12) < 0.55
