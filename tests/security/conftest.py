"""One guarded cloud for all tests here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brigade.pipeline import Pipeline
from tests.security.stage import set_up
from tests.support.guard import Guard, guarding


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and "guard" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def guard() -> Iterator[Guard]:
    with guarding() as guard:
        yield guard


@pytest.fixture(scope="session")
def resting(guard: Guard) -> Pipeline:
    return set_up(guard)
