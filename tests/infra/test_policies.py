"""Roles: each actor may do what its declaration needs, and nothing else."""

import pytest

from infra import names
from kit.actor import Actor, Bucket, Place
from kit.chain import Chain, says
from kit.errors import ObjectGone
from kit.outputs import RENDITIONS
from tests.support.stack import WHOLE, Stack, arn, below, ref

every_actor = pytest.mark.parametrize("actor", WHOLE.actors, ids=lambda actor: actor.name)
STACK = Stack()
DISTRIBUTION = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}"


def asked(actor: Actor) -> list[str]:
    return [action for setting in actor.settings for _, action in setting.extra_actions]


def following(actor: Actor) -> dict[str, list[object]]:
    if not actor.stream:
        return {}
    stream: object = {"Fn::GetAtt": [names.TABLE, "StreamArn"]}
    reads = {f"dynamodb:{each}": [stream] for each in ("DescribeStream", "GetRecords", "GetShardIterator")}
    return {**reads, "dynamodb:ListStreams": ["*"]}


@every_actor
def test_a_role_may_do_exactly_what_the_declaration_needs(actor: Actor) -> None:  # noqa: C901 - all of a declaration
    queue = [arn(names.queue(actor))]
    expected: dict[str, list[object]] = {
        "logs:CreateLogStream": [arn(names.log_group(actor))],
        "logs:PutLogEvents": [arn(names.log_group(actor))],
        "xray:PutTelemetryRecords": ["*"],
        "xray:PutTraceSegments": ["*"],
        "sqs:ReceiveMessage": [*queue],
        "sqs:DeleteMessage": [*queue],
        "sqs:GetQueueAttributes": [*queue],
        "sqs:ChangeMessageVisibility": [*queue],
        "sqs:SendMessage": [arn(names.dead_letter_queue(actor))],
    }
    expected["sqs:SendMessage"] += queue if actor.stream else []
    expected |= following(actor)
    if said := says(actor):
        expected["sns:Publish"] = [ref(names.topic(event)) for event in said]
    # Who reads originals reads their copies, too.
    copies = [Place(Bucket.ARCHIVE)] if Place(Bucket.SOURCE) in actor.reads else []
    for place in dict.fromkeys((*actor.reads, *copies)):
        bucket = names.bucket(place.bucket)
        versions = ["s3:GetObjectVersion"] if place.bucket is Bucket.SOURCE else []
        for action in ("s3:GetObject", *versions):
            expected.setdefault(action, []).append(below(bucket, f"{place.prefix}*"))
        expected.setdefault("s3:ListBucket", []).append(arn(bucket))
    if ObjectGone in actor.rejects:
        expected["s3:ListBucketVersions"] = [arn(names.bucket(Bucket.SOURCE))]
    for place in actor.writes:
        expected.setdefault("s3:PutObject", []).append(below(names.bucket(place.bucket), f"{place.prefix}*"))
    for place in actor.deletes:
        bucket = names.bucket(place.bucket)
        expected.setdefault("s3:DeleteObject", []).append(below(bucket, f"{place.prefix}*"))
        if place not in actor.reads:
            expected.setdefault("s3:ListBucket", []).append(arn(bucket))
    for action in actor.table:
        where = below(names.TABLE, "index/*") if action == "Query" else arn(names.TABLE)
        expected[f"dynamodb:{action}"] = [where]
    expected |= {action: ["*"] for action in asked(actor)}
    if any(setting.erases for setting in actor.settings):
        expected["s3:DeleteObjectVersion"] = [below("SourceBucket", "*")]

    if Place(Bucket.TARGET, RENDITIONS) in actor.deletes:
        expected["cloudfront:CreateInvalidation"] = [{"Fn::Sub": DISTRIBUTION}]

    assert STACK.may(names.role(actor)) == expected


@every_actor
def test_only_what_has_no_resources_is_allowed_on_everything_and_no_action_is_a_pattern(actor: Actor) -> None:
    granted = STACK.may(names.role(actor))
    assert {action for action, resources in granted.items() if "*" in resources} == {
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
        *(["dynamodb:ListStreams"] if actor.stream else []),
        *asked(actor),
    }
    assert not any("*" in action for action in granted)


def test_an_action_that_only_one_choice_needs_is_granted_where_the_deployment_makes_it() -> None:
    (policy,) = STACK.properties("ModerateRole")["Policies"]
    conditional = [each["Fn::If"] for each in policy["PolicyDocument"]["Statement"] if "Fn::If" in each]
    granted = {"Effect": "Allow", "Action": ["rekognition:DetectModerationLabels"], "Resource": ["*"]}
    assert conditional == [["ModeratorIsRekognition", granted, ref("AWS::NoValue")]]
    assert STACK.body["Conditions"]["ModeratorIsRekognition"] == {"Fn::Equals": [ref("Moderator"), "rekognition"]}


@every_actor
def test_only_lambda_may_take_a_role_on(actor: Actor) -> None:
    (trust,) = STACK.properties(names.role(actor))["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert trust["Action"] == ["sts:AssumeRole"]


def test_the_scheduler_takes_its_role_on_for_this_accounts_schedules_only() -> None:
    (trust,) = STACK.properties("SummaryScheduleRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}}


@pytest.mark.parametrize(
    ("place", "condition"),
    [
        (Place(Bucket.SOURCE), None),
        (Place(Bucket.TARGET, "masters/"), {"StringLikeIfExists": {"s3:prefix": "masters/*"}}),
    ],
    ids=["a whole bucket", "below a prefix"],
)
def test_a_reader_is_told_that_an_object_is_gone_and_lists_no_more_than_it_reads(
    place: Place, condition: object
) -> None:
    reader = Actor(name="reader", purpose="Reads, in tests", hears=(WHOLE.origin,), reads=(place,))
    stack = Stack(Chain(origin=WHOLE.origin, actors=(reader,)))
    (listing,) = [each for each in stack.rights(names.role(reader)) if each["Action"] == ["s3:ListBucket"]]
    assert listing["Resource"] == [arn(names.bucket(place.bucket))]
    assert listing.get("Condition") == condition
