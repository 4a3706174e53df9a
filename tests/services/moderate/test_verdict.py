"""Two thresholds make three verdicts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.recipes import Recipe, Rendition
from services.moderate.verdict import verdict


def recipe(accept: int = 20, refuse: int = 80) -> Recipe:
    rendition = (Rendition(name="r", width=1),)
    return Recipe(name="r", rendition=rendition, moderation="gate", moderation_accept=accept, moderation_refuse=refuse)


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (0, "accepted"),
        (20, "accepted"),
        (21, "uncertain"),
        (79, "uncertain"),
        (80, "refused"),
        (100, "refused"),
    ],
)
def test_the_thresholds_themselves_decide(confidence: int, said: str) -> None:
    assert verdict(confidence, recipe()) == said


@given(st.integers(0, 99), st.integers(1, 100), st.integers(0, 100), st.integers(0, 100))
def test_a_higher_confidence_is_never_judged_more_mildly(accept: int, above: int, one: int, other: int) -> None:
    thresholds = recipe(accept, min(accept + above, 100))
    order = ["accepted", "uncertain", "refused"]
    lower, higher = (order.index(verdict(each, thresholds)) for each in sorted((one, other)))
    assert lower <= higher
