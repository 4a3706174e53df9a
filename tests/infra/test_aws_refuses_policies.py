"""What AWS refuses of policies and no emulator does: those of topics, queues and buckets, and those of roles."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.infra.resolved import EVERYTHING, NOTHING, Resolved
from tests.support.iam import misplaced, size

Policy = dict[str, Any]
DOCS = Path(__file__).parents[2] / "docs"

deployments = pytest.mark.parametrize("given", [EVERYTHING, NOTHING], ids=["everything", "nothing"])
# The owners' property in each type of policy.
OWNERS = {"SNS::TopicPolicy": "Topics", "SQS::QueuePolicy": "Queues", "S3::BucketPolicy": "Bucket"}

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
# The limit of actions is one of each statement: https://github.com/awsdocs/amazon-sqs-developer-guide/pull/48
SQS_CHARACTERS, SQS_STATEMENTS, SQS_ACTIONS = 8_192, 20, 7
# "10 conditions": whether the values of one are meant is not said, so no statement has more than half as many.
SQS_VALUES = 5
# https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-special-information.html
SNS_CHARACTERS, SNS_STATEMENTS = 30 * 1_024, 100
SNS_ACTIONS = {
    f"sns:{action}"
    for action in (
        "AddPermission",
        "DeleteTopic",
        "GetTopicAttributes",
        "ListSubscriptionsByTopic",
        "Publish",
        "RemovePermission",
        "SetTopicAttributes",
        "Subscribe",
    )
}
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
S3_BYTES = 20 * 1_024
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
INLINE_CHARACTERS, TRUST_CHARACTERS, MANAGED_CHARACTERS = 10_240, 2_048, 6_144


def of_resources(deployed: Resolved) -> Iterator[tuple[str, str, Policy]]:
    """Yield every resource's policy, with its name and type."""
    for kind in OWNERS:
        for name, properties in deployed.of(kind).items():
            yield name, kind, properties["PolicyDocument"]


def of_roles(deployed: Resolved) -> Iterator[tuple[str, Policy]]:
    """Yield every role's policies, but for who may take it on."""
    for name, properties in deployed.of("IAM::Role").items():
        for policy in properties["Policies"]:
            yield name, policy["PolicyDocument"]


@deployments
def test_sns_refuses_a_policy_whose_statements_have_no_sids_or_equal_ones(given: dict[str, Any]) -> None:
    # "Invalid parameter: Policy Error: every policy statement must have a unique ID"
    deployed = Resolved(given)
    for name, _, policy in of_resources(deployed):
        sids = [statement.get("Sid", "") for statement in policy["Statement"]]
        assert len(set(sids)) == len(sids), name
        assert [sid for sid in sids if not re.fullmatch("[A-Za-z0-9]+", sid)] == [], name
    for name, policy in of_roles(deployed):
        sids = [statement["Sid"] for statement in policy["Statement"] if "Sid" in statement]
        assert len(set(sids)) == len(sids), name


@deployments
def test_sqs_refuses_a_policy_that_is_too_long_or_too_finely_divided(given: dict[str, Any]) -> None:
    for name, kind, policy in of_resources(Resolved(given)):
        if kind != "SQS::QueuePolicy":
            continue
        assert size(policy) <= SQS_CHARACTERS, name
        assert len(policy["Statement"]) <= SQS_STATEMENTS, name
        for statement in policy["Statement"]:
            assert len(aslist(statement["Action"])) <= SQS_ACTIONS, name
            values = [each for keys in statement.get("Condition", {}).values() for each in keys.values()]
            assert sum(len(aslist(each)) for each in values) <= SQS_VALUES, name


@deployments
def test_sns_refuses_actions_that_are_not_a_topics_and_a_policy_that_is_too_long(given: dict[str, Any]) -> None:
    # "Policy statement action out of service scope!" is its answer to sns:*, too.
    for name, kind, policy in of_resources(Resolved(given)):
        if kind == "SNS::TopicPolicy":
            assert size(policy) <= SNS_CHARACTERS, name
            assert len(policy["Statement"]) <= SNS_STATEMENTS, name
            assert {action for each in policy["Statement"] for action in aslist(each["Action"])} <= SNS_ACTIONS, name


@deployments
def test_s3_refuses_a_policy_that_is_too_long(given: dict[str, Any]) -> None:
    assert all(
        len(json.dumps(policy).encode()) <= S3_BYTES
        for _, kind, policy in of_resources(Resolved(given))
        if kind == "S3::BucketPolicy"
    )


@deployments
def test_everybody_refuses_a_policy_that_names_what_is_not_its_owner(given: dict[str, Any]) -> None:
    deployed = Resolved(given)
    for kind, property_ in OWNERS.items():
        for name, properties in deployed.of(kind).items():
            (owner,) = aslist(properties[property_])  # a topic's ARN, a queue's URL, a bucket's name
            for statement in properties["PolicyDocument"]["Statement"]:
                for resource in statement["Resource"]:
                    assert (
                        re.split("[:/]", resource.removesuffix("/*").removesuffix("/renditions"))[-1]
                        == re.split("[:/]", owner)[-1]
                    ), name
                assert "Principal" in statement, name


@deployments
def test_iam_refuses_a_roles_policies_that_are_too_long_together(given: dict[str, Any]) -> None:
    deployed = Resolved(given)
    together: dict[str, int] = {}
    for name, policy in of_roles(deployed):
        together[name] = together.get(name, 0) + size(policy)
    assert {name: characters for name, characters in together.items() if characters > INLINE_CHARACTERS} == {}
    trusts = {name: size(role["AssumeRolePolicyDocument"]) for name, role in deployed.of("IAM::Role").items()}
    assert {name: characters for name, characters in trusts.items() if characters > TRUST_CHARACTERS} == {}


@deployments
def test_iam_refuses_in_silence_an_action_beside_resources_that_it_cannot_have(given: dict[str, Any]) -> None:
    deployed = Resolved(given)
    policies = [*of_roles(deployed), *((name, policy) for name, _, policy in of_resources(deployed))]
    assert len(policies) > len(deployed.of("IAM::Role"))
    for name, policy in policies:
        statements = [each | {"Action": aslist(each["Action"])} for each in policy["Statement"]]
        assert misplaced(statements) == [], name


@pytest.mark.parametrize("path", sorted(DOCS.glob("*-policy*.json")), ids=lambda path: path.stem)
def test_iam_refuses_a_policy_for_people_that_is_too_long_or_grants_nothing_with_a_line_of_it(path: Path) -> None:
    policy = json.loads(path.read_text(encoding="utf-8"))
    assert size(policy) <= MANAGED_CHARACTERS
    # cfn-lint lets an action that has no resources pass beside any.
    assert misplaced(policy["Statement"]) == []
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)


def aslist(one_or_more: Any) -> list[Any]:
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]
