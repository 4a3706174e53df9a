"""What was measured, and what lies between."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brigade.cost import measured
from brigade.cost.measured import Measured, Run, Work
from brigade.terminal import OperatorError


def run(megapixels: float, cpu_ms: float, *, turned: bool = False, recipe: str = "default", **requests: float) -> Run:
    work = Work(
        messages=1, cpu_ms=cpu_ms, requests=requests, waits={"s3": 2}, read_bytes=1, stored_bytes=2, logged_bytes=3
    )
    return Run(
        recipe=recipe,
        megapixels=megapixels,
        turned=turned,
        original_bytes=megapixels * 1e5,
        actors={"resize": work},
        write_units={"table": 4},
    )


FIGURES = Measured(
    measured_on="2026-11-21",
    machine="a loom",
    pictures=10,
    runs=(run(12, 100), run(3, 40), run(48, 300), run(3, 60, turned=True), run(48, 500, turned=True)),
)


@pytest.mark.parametrize(("megapixels", "cpu_ms"), [(3, 40), (12, 100), (7.5, 70), (30, 200), (48, 300)])
def test_between_two_sizes_lies_a_straight_line(megapixels: float, cpu_ms: float) -> None:
    found = FIGURES.at("default", megapixels)
    assert found.actors["resize"].cpu_ms == pytest.approx(cpu_ms)
    assert (found.megapixels, found.original_bytes) == pytest.approx((megapixels, megapixels * 1e5))
    assert found.actors["resize"].waits == {"s3": 2}


def test_a_share_of_turned_pictures_lies_between_none_and_all() -> None:
    assert FIGURES.at("default", 3, turned=0.25).actors["resize"].cpu_ms == pytest.approx(45)


@given(st.floats(3, 48), st.floats(0, 1))
def test_nothing_is_outside_what_was_measured(megapixels: float, turned: float) -> None:
    cpu_ms = FIGURES.at("default", megapixels, turned).actors["resize"].cpu_ms
    assert 40 - 1e-9 <= cpu_ms <= 500 + 1e-9


def test_what_only_one_size_has_is_nothing_at_the_other() -> None:
    runs = (run(3, 1), run(13, 1, GetItem=10))
    between = Measured(measured_on="", machine="", pictures=1, runs=runs).at("default", 4)
    assert between.actors["resize"].requests == {"GetItem": pytest.approx(1)}


@pytest.mark.parametrize("megapixels", [2.9, 48.1, float("nan")])
def test_sizes_that_nobody_measured_are_refused(megapixels: float) -> None:
    with pytest.raises(OperatorError, match="from 3 to 48 megapixels"):
        FIGURES.at("default", megapixels)


def test_recipes_that_nobody_measured_are_refused() -> None:
    with pytest.raises(OperatorError, match="'wall' was not measured — there are figures for default"):
        FIGURES.at("wall", 12)


def test_a_recipe_without_turned_pictures_is_refused_a_share_of_them() -> None:
    upright = Measured(measured_on="", machine="", pictures=1, runs=(run(3, 1), run(13, 1)))
    with pytest.raises(OperatorError, match="no recipe was measured with turned pictures"):
        upright.at("default", 4, turned=0.5)


def test_figures_are_read_as_they_were_stored(tmp_path: Path) -> None:
    measured.store(FIGURES, tmp_path / "measured.json")
    assert measured.load(tmp_path / "measured.json") == FIGURES


def test_the_shipped_figures_cover_the_shipped_recipes() -> None:
    for recipe in ("default", "training"):
        assert measured.load().at(recipe, 12).actors["resize"].requests["s3.PutObject"] == (
            10 if recipe == "default" else 1
        )
