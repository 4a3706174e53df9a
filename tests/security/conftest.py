"""One guarded cloud for all tests here."""

from collections.abc import Iterator

import pytest

from brigade.pipeline import Pipeline
from tests.security.stage import set_up
from tests.support.guard import Guard, guarding


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/security/") and "guard" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def guard() -> Iterator[Guard]:
    with guarding() as guard:
        yield guard


@pytest.fixture(scope="session")
def resting(guard: Guard) -> Pipeline:
    return set_up(guard)
