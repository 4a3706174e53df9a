"""The simulation against what queueing theory knows."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.simulate import Station, service_times, simulate

TIMES = st.lists(st.floats(0, 100), min_size=1, max_size=40)
STATIONS = st.builds(
    Station,
    name=st.just("a"),
    servers=st.integers(1, 5),
    batch=st.integers(1, 10),
    message_s=st.floats(0.01, 5),
    batch_s=st.floats(0, 1),
    noise=st.just((0.5, 1.0, 2.0)),
    heard_by=st.just(("b", "c")),
)
THEN = (Station("b", 2, 10, 0.1), Station("c", 1, 1, 0.2, heard_by=("b",)))


@given(STATIONS, TIMES)
def test_every_message_reaches_every_station_that_hears_it(station: Station, arrivals: list[float]) -> None:
    seen = simulate([station, *THEN], arrivals, ["a"])
    assert [len(seen[name].waited_s) for name in "abc"] == [len(arrivals), 2 * len(arrivals), len(arrivals)]


@given(STATIONS, TIMES)
def test_nobody_waits_less_than_nothing_and_no_server_works_for_two(station: Station, arrivals: list[float]) -> None:
    seen = simulate([station, *THEN], arrivals, ["a"])["a"]
    assert min(seen.waited_s) >= 0
    assert seen.batch <= station.batch
    assert seen.busy_s <= station.servers * (seen.ended_s - min(arrivals)) + 1e-6


def test_one_server_works_off_what_is_there_batch_by_batch() -> None:
    seen = simulate([Station("a", 1, 10, message_s=2, batch_s=1)], [0] * 21, ["a"])["a"]
    # The first message finds an idle server; the other twenty fill two batches.
    assert (seen.batches, seen.ended_s, seen.longest) == (3, 3 + 21 + 21, 20)


def test_each_message_goes_on_when_its_own_work_is_done() -> None:
    stations = [Station("a", 1, 2, message_s=5, heard_by=("b",)), Station("b", 1, 1, message_s=1)]
    seen = simulate(stations, [0, 0, 0], ["a"])
    # One alone until 5, then two together: their work ends at 10 and at 15.
    assert (seen["a"].ended_s, seen["b"].ended_s, seen["b"].waited_s) == (15, 16, [0, 0, 0])


def test_what_came_from_one_sender_goes_on_to_its_hearer_and_to_nobody_who_is_not_there() -> None:
    stations = [
        Station("a", 1, 2, message_s=1, heard_by=("b", "nobody")),
        Station("b", 1, 5, message_s=1, passes_on=(("a", "c"), ("c", "d"))),
        Station("c", 1, 5, message_s=1, heard_by=("b",)),
        Station("d", 1, 5, message_s=1),
    ]
    seen = simulate(stations, [0, 0, 0], ["a"])
    assert {name: len(each.waited_s) for name, each in seen.items()} == {"a": 3, "b": 6, "c": 3, "d": 3}


def test_the_wait_for_a_single_server_is_what_pollaczek_and_khinchine_say() -> None:
    """M/D/1: https://en.wikipedia.org/wiki/M/D/1_queue."""
    random, at, arrivals = Random(7), 0.0, []  # noqa: S311 - chance, not secrecy
    for _ in range(40_000):
        at += random.expovariate(0.7)
        arrivals.append(at)
    waited = simulate([Station("a", 1, 1, message_s=1)], arrivals, ["a"])["a"].waited_s
    assert sum(waited) / len(waited) == pytest.approx(0.7 / (2 * (1 - 0.7)), rel=0.1)


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    station = Station("a", 2, 3, message_s=1, noise=(0.5, 1.0, 1.5))
    first, again, other = (simulate([station], range(50), ["a"], seed)["a"].ended_s for seed in (1, 1, 2))
    assert first == again != other


def test_service_times_are_a_line_through_what_was_measured() -> None:
    batch_s, message_s, noise = service_times([1, 2, 4], [3, 5, 9])
    assert (batch_s, message_s) == pytest.approx((1, 2))
    assert noise == pytest.approx((1, 1, 1))


@pytest.mark.parametrize("messages", [[2, 2], [1, 4]])
def test_where_no_line_fits_a_message_takes_its_share(messages: list[int]) -> None:
    batch_s, message_s, noise = service_times(messages, [8, 2])
    assert (batch_s, message_s) == (0, 10 / sum(messages))
    assert sum(noise) / len(noise) == pytest.approx(1)
