"""The journeys once more, where IAM is enforced: whatever the chain does, each function has its role's rights only."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import names
from kit.actor import Actor
from services.chain import CHAIN
from tests.infra.stack import Stack
from tests.journeys.conftest import Journey, listening, recipes  # noqa: F401 - a fixture
from tests.journeys.test_delivery import *  # noqa: F403
from tests.journeys.test_pictures import *  # noqa: F403
from tests.journeys.test_removal import *  # noqa: F403
from tests.security.guard import Guard

every_actor = pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)


@pytest.fixture(scope="module")
def journey(guard: Guard, recipes: Path) -> Iterator[Journey]:  # noqa: F811
    guard.record.asked.clear()
    pipeline = guard.deploy("journeys", recipes)
    with listening(pipeline) as listener:
        yield Journey(pipeline, listener)


def test_iam_refused_nothing_on_all_these_journeys(journey: Journey, guard: Guard) -> None:
    assert [asked for asked in guard.record.asked if asked.refused] == []


def test_all_requests_were_made_by_actors_that_are_known(journey: Journey, guard: Guard) -> None:
    speakers = _speakers(guard)
    assert {asked.by for asked in guard.record.asked} == speakers.keys()
    assert {"ingest", "normalize", "resize", "catalog", "retire"} <= set(speakers.values())


@every_actor
def test_what_an_actor_asked_for_is_within_its_role(journey: Journey, guard: Guard, actor: Actor) -> None:
    speakers = _speakers(guard)
    asked = {asked.action for asked in guard.record.asked if speakers[asked.by] == actor.name}
    assert asked <= Stack().may(names.role(actor)).keys()


def _speakers(guard: Guard) -> dict[str, str]:
    """Return the actor behind each session: an envelope names its speaker."""
    spoken = [asked for asked in guard.record.asked if asked.action == "sns:Publish"]
    return {asked.by: json.loads(asked.form["Message"])["source"].removeprefix("brigade/") for asked in spoken}
