"""A stage: its commands, its waiting, its end."""

from collections.abc import Iterator
from typing import Any

import pytest

from brigade.acting.here import bound
from brigade.prove import stage as stages
from brigade.prove.item import NotSeen
from brigade.prove.stage import KINDS, Stage, clear, left, leftovers, thrown_away
from brigade.target import Target
from brigade.terminal import OperatorError
from infra.template import template
from services.chain import CHAIN
from tests.support.moto import REGION

# Parts of others, which go with them.
PARTS = {"AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"}
NOT_DEPLOYED = {"PortalIsOn", "Delivers"}  # by prove
TEMPLATE = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
AWS, ELSEWHERE = Target(REGION), Target(REGION, "http://10.0.0.1:4566")


@pytest.fixture
def hurried(no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes at once."""
    monkeypatch.setattr(stages, "PATIENCE_S", 0)


@pytest.fixture
def target(here: Target, monkeypatch: pytest.MonkeyPatch) -> Target:
    """The local cloud, looked at once."""
    monkeypatch.setattr(stages, "LOCAL_PATIENCE_S", 0)
    return here


def make(target: Target, name: str, **tags: str) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    target.client("cloudformation").create_stack(StackName=name, TemplateBody=TEMPLATE, Tags=listed)


@pytest.mark.journey
def test_a_command_acts_on_the_stage_and_says_what_it_prints(target: Target) -> None:
    with thrown_away(target, keep=True) as stage:
        with pytest.raises(OperatorError, match=f"`brigade outputs` ended with 1: no stack named {stage.name} on "):
            stage.brigade("outputs")
        assert f"no stack named {stage.name}" in stage.brigade("outputs", code=1)
        assert stage.asked["cloudformation:DescribeStacks"] == 2
    assert bound.get() is None


def test_a_command_that_is_interrupted_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "main", lambda _: 130)
    with pytest.raises(KeyboardInterrupt):
        Stage(AWS).brigade("outputs")


@pytest.mark.usefixtures("hurried")
def test_what_does_not_come_is_told_with_what_was_seen_instead() -> None:
    with pytest.raises(OperatorError, match="letters: expected 2, saw 1"):
        Stage(AWS).until("letters", lambda: 1, 2)


@pytest.mark.usefixtures("hurried")
def test_what_only_aws_tells_is_awaited_there_and_not_seen_elsewhere() -> None:
    answers: Iterator[int] = iter([0, 0, 5, 5])
    with pytest.raises(NotSeen, match="no metrics on this engine"):
        Stage(ELSEWHERE).told("metrics", lambda: next(answers))
    with pytest.raises(OperatorError, match="metrics: expected True, saw False"):
        Stage(AWS).told("metrics", lambda: next(answers))
    assert Stage(AWS).told("metrics", lambda: next(answers)) == 5


def test_every_kind_of_resource_is_looked_for_that_the_template_has() -> None:
    resources = template(CHAIN).to_dict()["Resources"].values()
    # prove deploys neither a portal nor CloudFront.
    kinds = {each["Type"] for each in resources if each.get("Condition", "") not in NOT_DEPLOYED} - PARTS
    listed = {f"{service}{listed}{key}".lower() for service, _, listed, key in KINDS}
    words = {
        "AWS::CloudWatch::Alarm": "cloudwatchmetricalarmsalarmname",
        "AWS::Lambda::EventSourceMapping": "lambdaeventsourcemappingseventsourcearn",
        "AWS::DynamoDB::GlobalTable": "dynamodbtablenames",
        "AWS::CloudWatch::Dashboard": "cloudwatchdashboardentriesdashboardname",
        "AWS::IAM::Role": "iamrolesrolename",
        "AWS::Lambda::Function": "lambdafunctionsfunctionname",
        "AWS::Logs::LogGroup": "logsloggroupsloggroupname",
        "AWS::S3::Bucket": "s3bucketsname",
        "AWS::SNS::Subscription": "snssubscriptionssubscriptionarn",
        "AWS::SNS::Topic": "snstopicstopicarn",
        "AWS::SQS::Queue": "sqsqueueurls",
        "AWS::Scheduler::Schedule": "schedulerschedulesname",
    }
    assert kinds <= words.keys(), "brigade prove does not look for what is left of these"
    assert {words[kind] for kind in kinds} <= listed


@pytest.mark.journey
def test_leftovers_are_stages_by_name_and_tag_and_what_outlived_them(target: Target) -> None:
    make(target, "brigade-prove-aaaa", **{"brigade-prove": "2026-11-27T22:10Z"})
    make(target, "brigade-prove-bbbb", team="photos")  # somebody else's, whatever its name
    make(target, "brigade")
    s3 = target.client("s3")
    for name in ("brigade-prove-cccc-sourcebucket-0a1b2c", "brigade-sourcebucket-0a1b2c"):
        s3.create_bucket(Bucket=name)
    assert leftovers(target) == {
        "brigade-prove-aaaa": "begun 2026-11-27T22:10Z",
        "brigade-prove-cccc": "without a stack",
    }
    for name in ("brigade-prove-aaaa", "brigade-prove-cccc"):
        clear(target, name)
    assert leftovers(target) == {}
    assert left(target, "brigade-sourcebucket", KINDS[:3]) == ["brigade-sourcebucket-0a1b2c"]
    s3.delete_bucket(Bucket="brigade-sourcebucket-0a1b2c")
    for name in ("brigade-prove-bbbb", "brigade"):
        target.client("cloudformation").delete_stack(StackName=name)


@pytest.mark.journey
def test_a_stack_that_cannot_be_deleted_is_told_of(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"StackId": "id", "StackStatus": "DELETE_FAILED"}
    monkeypatch.setattr(stages, "describe", lambda *_: found)
    asked: list[str] = []
    client: Any = target.client("cloudformation")
    monkeypatch.setattr(client, "delete_stack", lambda **stack: asked.append(stack["StackName"]))
    with pytest.raises(
        OperatorError, match="brigade-prove-aaaa is DELETE_FAILED — mend that, then `brigade prove --cl"
    ):
        clear(target, "brigade-prove-aaaa")
    assert asked == ["id"]


@pytest.mark.journey
def test_what_is_under_way_ends_before_the_stack_is_deleted(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = iter(["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "DELETE_IN_PROGRESS", None])
    told: list[str] = []

    def describe(*_: object) -> dict[str, str] | None:
        status = next(ways)
        told.append(str(status))
        return {"StackId": "id", "StackStatus": status} if status else None

    monkeypatch.setattr(stages, "describe", describe)
    client: Any = target.client("cloudformation")
    monkeypatch.setattr(client, "delete_stack", lambda StackName: told.append(f"delete {StackName}"))  # noqa: N803
    clear(target, "brigade-prove-aaaa")
    assert told == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "delete id", "DELETE_IN_PROGRESS", "None"]
