"""Whatever the chain has done on the journeys before, each function has asked for its role's rights only."""

import json

import pytest

from infra import names
from kit.actor import Actor
from services.chain import CHAIN
from tests.support import pictures
from tests.support.guard import Guard
from tests.support.journey import Journey, until
from tests.support.stack import Stack

every_actor = pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)


@pytest.fixture(scope="module")
def watch(guard: Guard, guarded: Journey) -> Guard:
    """The guard when one more picture has gone all the way."""
    image = guarded.put("gate/rights.jpg", pictures.jpeg())
    guarded.settled(image)
    guarded.pipeline.s3.delete_object(Bucket=image.source.bucket, Key=image.source.key)
    until(lambda: "retire" in guarded.record(image.id)["stages"], "its outputs to be retired")
    guarded.at_rest()
    return guard


def test_iam_refused_nothing(watch: Guard) -> None:
    assert [asked for asked in watch.record.asked if asked.refused] == []


def test_all_requests_were_made_by_actors_that_are_known(watch: Guard) -> None:
    speakers = _speakers(watch)
    assert {asked.by for asked in watch.record.asked} == speakers.keys()
    assert set(speakers.values()) == {actor.name for actor in CHAIN.actors}


@every_actor
def test_what_an_actor_asked_for_is_within_its_role(watch: Guard, actor: Actor) -> None:
    speakers = _speakers(watch)
    asked = {asked.action for asked in watch.record.asked if speakers[asked.by] == actor.name}
    assert asked <= Stack().may(names.role(actor)).keys()


def _speakers(watch: Guard) -> dict[str, str]:
    """Return the actor behind each session: an envelope names its speaker."""
    spoken = [asked for asked in watch.record.asked if asked.action == "sns:Publish"]
    return {asked.by: json.loads(asked.published[0])["source"].removeprefix("brigade/") for asked in spoken}
