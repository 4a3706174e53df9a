"""SettledEndpoint: an HTTPS address that hears what becomes of pictures, and nothing where none is given."""

import re

import pytest

from infra import names, parameters
from kit.chain import Chain
from kit.events import ImageRecalled, ImageSettled
from services.chain import CHAIN
from tests.support.stack import Stack, arn, ref

STACK = Stack()
SUBSCRIPTION = "SettledEndpointSubscription"


def test_there_is_no_subscription_unless_an_endpoint_is_given() -> None:
    (https,) = [name for name, found in STACK.of("SNS::Subscription").items() if found["Protocol"] == "https"]
    assert STACK.body["Resources"][https]["Condition"] == "EndpointIsGiven"
    assert STACK.body["Conditions"]["EndpointIsGiven"] == {"Fn::Not": [{"Fn::Equals": [ref("SettledEndpoint"), ""]}]}
    assert STACK.body["Parameters"]["SettledEndpoint"]["Default"] == ""


def test_it_hears_the_wanted_statuses_as_sns_signs_them() -> None:
    found = STACK.properties(SUBSCRIPTION)
    assert (found["TopicArn"], found["Endpoint"]) == (ref(names.topic(ImageSettled)), ref("SettledEndpoint"))
    assert found["FilterPolicy"] == {"status": ref("SettledStatuses")}
    assert "RawMessageDelivery" not in found  # raw messages are not signed
    assert STACK.properties(names.topic(ImageSettled))["SignatureVersion"] == "2"
    assert "status" in ImageSettled.filtered


def test_what_it_never_takes_is_undelivered() -> None:
    found = STACK.properties(SUBSCRIPTION)
    assert found["RedrivePolicy"] == {"deadLetterTargetArn": arn(names.UNDELIVERED_QUEUE)}


def test_all_its_retries_are_within_the_hour_that_sns_allows() -> None:
    policy = STACK.properties(SUBSCRIPTION)["DeliveryPolicy"]["healthyRetryPolicy"]
    assert policy["numRetries"] * policy["maxDelayTarget"] <= 3600


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("", True),
        ("https://example.org/pictures?a=b", True),
        ("http://example.org/pictures", False),
        ("https://", False),
        ("https://example.org/a b", False),
        ("example.org", False),
    ],
)
def test_only_an_https_address_is_taken(address: str, is_taken: bool) -> None:
    assert bool(re.fullmatch(parameters.ENDPOINT, address)) is is_taken


def test_the_statuses_are_those_in_which_a_picture_may_settle() -> None:
    parameter = STACK.body["Parameters"]["SettledStatuses"]
    every = "READY,FAILED,QUARANTINED,SUPERSEDED,REMOVED"
    assert parameter["Default"] == every
    # AWS holds each status against the pattern, the local cloud all of them together.
    assert all(re.fullmatch(parameter["AllowedPattern"], given) for given in (every, "READY", "READY,REMOVED"))
    assert not any(re.fullmatch(parameter["AllowedPattern"], given) for given in ("", "PROCESSING", "READY,", "ready"))


def test_a_chain_that_settles_nothing_has_no_endpoint() -> None:
    without = Stack(Chain(origin=CHAIN.origin, actors=CHAIN.actors[:1], operator=(ImageRecalled,)))
    assert {"SettledEndpoint", "SettledStatuses"}.isdisjoint(without.body["Parameters"])
    assert "EndpointIsGiven" not in without.body["Conditions"]
    assert SUBSCRIPTION not in without.body["Resources"]
