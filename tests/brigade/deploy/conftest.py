"""What the deployment's tests share."""

from collections.abc import Callable, Iterator

import pytest

from brigade.deploy import kept
from brigade.deploy.deployment import destroy
from brigade.deploy.stack import Stack
from brigade.target import Target


@pytest.fixture
def stack(here: Target, request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Names for stacks that are cleared away after the test."""
    names: list[str] = []

    def name() -> str:
        names.append(f"s{abs(hash(request.node.name)) % 10**8}-{len(names)}")
        return names[-1]

    yield name
    for each in names:
        if found := Stack.look(here, each):
            left = kept.by(found)
            destroy(found)
            kept.delete(here, left)
