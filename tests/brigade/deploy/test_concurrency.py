"""A deployment says when an account lets too few functions run at a time, and what to do about it."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from brigade.deploy.stack_settings import warning
from brigade.target import Target, local_target
from infra import parameters
from services.chain import CHAIN

ALL = sum(actor.concurrency for actor in CHAIN.actors)
LEAST = 2 * len(CHAIN.actors)
RAISE = 'have the quota "Concurrent executions" (Lambda, L-B99A9384) raised'


def said(left: int, maximum: str = "0", **more: str) -> str:
    """What is said where the account leaves so many."""
    target = Target("eu-west-1")
    target.clients["lambda"] = functions = lambda_client()
    with Stubber(functions) as stub:
        limits = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": left}
        stub.add_response("get_account_settings", {"AccountLimit": limits})
        return warning(target, CHAIN, {"MaximumConcurrency": maximum} | more)


def lambda_client() -> Any:
    return boto3.client("lambda", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


def test_an_account_that_leaves_enough_is_not_mentioned() -> None:
    assert said(ALL) == ""
    assert said(LEAST, "2") == ""


@pytest.mark.parametrize("fitting", parameters.CAPS[:-1])
def test_the_largest_cap_that_fits_is_named(fitting: int) -> None:
    needed = sum(min(fitting, actor.concurrency) for actor in CHAIN.actors)
    assert said(needed) == (
        f"warning: the functions ask for up to {ALL} executions at a time, and the account leaves {needed}: {RAISE}; "
        f"until then `brigade deploy --set MaximumConcurrency={fitting}` fits"
    )


@pytest.mark.parametrize(("maximum", "asked"), [("0", ALL), ("2", LEAST)])
def test_in_a_new_account_not_even_the_least_fits(maximum: str, asked: int) -> None:
    assert said(10, maximum) == (
        f"warning: the functions ask for up to {asked} executions at a time, and the account leaves 10: {RAISE}; until "
        f"then `brigade deploy --set MaximumConcurrency=2` asks for {LEAST}: what is beyond, Lambda throttles, and its "
        "messages wait"
    )


def test_where_lambda_will_reserve_nothing_for_the_portal_that_is_said_before_it_refuses() -> None:
    assert said(109, "2", PortalMailFrom="a@example.org") == (
        "warning: Lambda reserves 10 executions for portal only where 100 are left to all else, and the account leaves "
        "109: unless this stack has them already, have the quota raised first"
    )
    assert said(110, "2", PortalMailFrom="a@example.org") == said(109, "2", PortalMailFrom="") == ""
    both = said(10, PortalMailFrom="a@example.org").splitlines()
    assert [line.split(" ")[:3] for line in both] == [
        ["warning:", "the", "functions"],
        ["warning:", "Lambda", "reserves"],
    ]


def test_whoever_may_not_ask_deploys_all_the_same() -> None:
    target = Target("eu-west-1")
    target.clients["lambda"] = functions = lambda_client()
    with Stubber(functions) as stub:
        stub.add_client_error("get_account_settings", "AccessDeniedException", "No.")
        words = warning(target, CHAIN, {"MaximumConcurrency": "0"})
    assert words.startswith(f"warning: whether {ALL} executions at a time are allowed is not known: not allowed: Get")


def test_a_local_cloud_is_not_asked_and_a_cap_that_there_is_not_is_left_to_cloudformation() -> None:
    assert warning(local_target("http://127.0.0.1:1"), CHAIN, {"MaximumConcurrency": "0"}) == ""
    assert said(10, "3") == ""
