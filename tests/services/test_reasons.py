"""Dead-letter reasons: an actor declares those of its own that it may give."""

from collections.abc import Iterator

import pytest

from kit.errors import Rejected
from services.functions import FUNCTIONS


def below(error: type[Rejected]) -> Iterator[type[Rejected]]:
    for child in error.__subclasses__():
        yield child
        yield from below(child)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_reason_of_a_service_is_declared_by_its_actor(name: str) -> None:
    own = {each for each in below(Rejected) if each.__module__.startswith(f"services.{name}.")}
    assert own <= {*FUNCTIONS[name].actor.rejects}
