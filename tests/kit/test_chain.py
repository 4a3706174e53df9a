"""The chain: who hears whom."""

from dataclasses import replace

import pytest

from kit.actor import Actor
from kit.chain import Chain, Edge, says
from kit.errors import ConfigurationError
from kit.events import Event, ImageRejected, ImageUploaded
from tests.support.stand import PRAISE, ImagePraised, ImageSeen

LOOK = Actor(name="look", purpose="Looks", hears=(ImageUploaded,), says=(ImageSeen,))
KEEP = Actor(name="keep", purpose="Keeps", hears=(ImageSeen, ImageRejected))
CHAIN = Chain(origin=ImageUploaded, actors=(LOOK, PRAISE, KEEP))


def test_an_actor_that_hears_what_nobody_says_makes_no_chain() -> None:
    with pytest.raises(ConfigurationError, match="praise hears image-seen, which nobody says"):
        Chain(origin=ImageUploaded, actors=(PRAISE,))


def test_two_actors_of_one_name_make_no_chain() -> None:
    with pytest.raises(ConfigurationError, match="two functions are named look"):
        Chain(origin=ImageUploaded, actors=(LOOK, replace(LOOK, purpose="Looks again")))


def test_the_edges_are_every_way_a_message_can_take() -> None:
    assert set(CHAIN.edges) == {
        Edge("s3", ImageUploaded, "look"),
        Edge("look", ImageSeen, "praise"),
        Edge("look", ImageSeen, "keep"),
        Edge("look", ImageRejected, "keep"),
        Edge("praise", ImageRejected, "keep"),
    }


def test_every_event_has_one_topic_in_the_order_in_which_a_picture_meets_them() -> None:
    assert CHAIN.events == (ImageUploaded, ImageSeen, ImageRejected, ImagePraised)


@pytest.mark.parametrize(
    ("event", "names"), [(ImageUploaded, ["look"]), (ImageSeen, ["praise", "keep"]), (ImagePraised, [])]
)
def test_an_events_subscribers_are_those_who_hear_it(event: type[Event], names: list[str]) -> None:
    assert [actor.name for actor in CHAIN.subscribers(event)] == names


def test_every_actor_may_reject_but_the_one_that_listens_for_rejections() -> None:
    assert says(PRAISE) == (ImagePraised, ImageRejected)
    assert says(KEEP) == ()


def test_an_actor_is_found_by_its_name() -> None:
    assert CHAIN.actor("praise") is PRAISE


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match="no actor is named nobody; there are look, praise, keep"):
        CHAIN.actor("nobody")
