"""Least privilege: each actor lives its life with its role, and cannot without any single right of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from brigade.pipeline import Pipeline
from brigade.target import Target
from infra import names
from kit.actor import Actor, Declaration
from services.chain import CHAIN
from services.resize.actor import RESIZE
from tests.security.stage import Stage
from tests.security.stories import live
from tests.support.guard import Guard, over_tls
from tests.support.stack import Stack, arn

DEPLOYED = Stack()
every_actor = pytest.mark.parametrize("actor", CHAIN.whole.actors, ids=lambda actor: actor.name)

# The rights that no code of ours uses, each with who does.
USED_BY_AWS = {
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    "logs:CreateLogStream": "Lambda writes the function's log",
    "logs:PutLogEvents": "Lambda writes the function's log",
    # https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
    "xray:PutTraceSegments": "the X-Ray daemon that Lambda runs beside the function sends what our segments are",
    "xray:PutTelemetryRecords": "the X-Ray daemon that Lambda runs beside the function",
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    "sqs:ReceiveMessage": "the event source mapping polls the queue",
    "sqs:GetQueueAttributes": "the event source mapping polls the queue",
}
# Of an actor that the table's stream feeds, too.
USED_BY_STREAMS = {
    # https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
    "dynamodb:DescribeStream": "the event source mapping reads the table's stream",
    "dynamodb:GetRecords": "the event source mapping reads the table's stream",
    "dynamodb:GetShardIterator": "the event source mapping reads the table's stream",
    "dynamodb:ListStreams": "the event source mapping finds the table's stream",
}
# And those that actors use, but that the local cloud does not miss.
NOT_MISSED_HERE = {
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    "s3:ListBucket": "to readers who may not list, AWS says 403 of an object that is gone, the local cloud 404",
    "ses:SendEmail": "the local cloud's SES knows no identity in a policy; a stand-in takes every mail",
    "rekognition:DetectModerationLabels": "the local cloud has no Rekognition; a stand-in answers everybody",
}


@dataclass(frozen=True)
class Right:
    """One action on one resource: the places of statement, action and resource in a role's policy."""

    actor: Declaration
    statement: int
    action: str
    resource: int

    @property
    def is_missed_here(self) -> bool:
        """Whether the actor cannot do without it on the local cloud."""
        about = DEPLOYED.rights(names.role(self.actor))[self.statement]["Resource"][self.resource]
        deletes = about in [arn(names.bucket(place.bucket)) for place in self.actor.deletes]  # lists what it deletes
        unmissed = {*USED_BY_AWS, *USED_BY_STREAMS, *NOT_MISSED_HERE}
        return (self.action == "s3:ListBucket" and deletes) or self.action not in unmissed

    def __str__(self) -> str:
        return f"{self.actor.name}-{self.action}-{self.statement}.{self.resource}"

    def taken_from(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the policy without this right, and with all others."""
        statements = list(document["Statement"])
        whole = statements.pop(self.statement)
        other_actions = [action for action in whole["Action"] if action != self.action]
        others = [each for place, each in enumerate(whole["Resource"]) if place != self.resource]
        statements += [whole | {"Action": other_actions}] if other_actions else []
        statements += [whole | {"Action": [self.action], "Resource": others}] if others else []
        return document | {"Statement": statements}


def rights(actor: Declaration) -> Iterator[Right]:
    for place, statement in enumerate(DEPLOYED.rights(names.role(actor))):
        for action in statement["Action"]:
            yield from (Right(actor, place, action, number) for number in range(len(statement["Resource"])))


RIGHTS = [right for actor in CHAIN.whole.actors for right in rights(actor)]


@pytest.fixture
def stage(guard: Guard, resting: Pipeline, request: pytest.FixtureRequest) -> Stage:
    return Stage(guard, resting, request.getfixturevalue("actor"))


@pytest.fixture
def without(right: Right, guard: Guard, resting: Pipeline) -> Iterator[Stage]:
    """The stage, while the actor's role lacks a right."""
    role = physical(resting, names.role(right.actor))
    iam = guard.target.client("iam")
    policy = {"RoleName": role, "PolicyName": right.actor.name}
    document = iam.get_role_policy(**policy)["PolicyDocument"]
    iam.put_role_policy(**policy, PolicyDocument=json.dumps(right.taken_from(document)))
    assert isinstance(right.actor, Actor)
    yield Stage(guard, resting, right.actor)
    iam.put_role_policy(**policy, PolicyDocument=json.dumps(document))


def physical(pipeline: Pipeline, name: str) -> str:
    stacks = pipeline.target.client("cloudformation")
    found = stacks.describe_stack_resource(StackName=pipeline.stack.name, LogicalResourceId=name)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


@every_actor
def test_an_actor_lives_its_life_with_its_role(actor: Actor, stage: Stage) -> None:
    live(stage)


@pytest.mark.parametrize("right", [right for right in RIGHTS if right.is_missed_here], ids=str)
def test_without_any_one_right_it_cannot(right: Right, without: Stage) -> None:
    with pytest.raises(AssertionError):
        live(without)
    assert {asked.action for asked in without.guard.record.asked if asked.refused} == {right.action}


def test_a_reader_lists_no_other_prefix_but_may_list_without_one(guard: Guard, resting: Pipeline) -> None:
    # As SECURITY.md says: without that right S3 would say 403 of what is gone.
    iam, role = guard.target.client("iam"), physical(resting, names.role(RESIZE))
    document = iam.get_role_policy(RoleName=role, PolicyName=RESIZE.name)["PolicyDocument"]
    iam.create_user(UserName="reader")
    iam.put_user_policy(UserName="reader", PolicyName="resize", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = Target(guard.target.region, guard.endpoint, (key["AccessKeyId"], key["SecretAccessKey"]))
    listing = partial(over_tls(reader).client("s3").list_objects_v2, Bucket=resting.target_bucket)
    for given in ({"Prefix": "normalized/"}, {}):
        assert listing(**given)["IsTruncated"] is False
    for other in ("operations/", "metadata/"):
        with pytest.raises(ClientError, match="AccessDenied"):
            listing(Prefix=other)


@every_actor
def test_every_role_has_what_aws_itself_uses(actor: Actor) -> None:
    used = USED_BY_AWS | (USED_BY_STREAMS if actor.stream else {})
    assert used.keys() <= {right.action for right in RIGHTS if right.actor is actor}
