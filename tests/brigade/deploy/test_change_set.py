"""CloudFormation's answers that no local engine gives: many pages, slow change sets, refusals."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from brigade.deploy.change_set import Change, ChangeSet, Events, StackEvent, describe, validation_error
from brigade.target import Target
from brigade.terminal import OperatorError

NOTHING = "The submitted information didn't contain changes. Submit different information to create a change set."


class CloudFormation:
    """A client that answers describe_change_set from a list and notes what is asked of it."""

    def __init__(self, *answers: dict[str, Any], events: list[dict[str, Any]] | None = None) -> None:
        self.answers = list(answers)
        self.events = events or []
        self.asked: list[str] = []

    def create_change_set(self, **asked: Any) -> dict[str, str]:
        self.asked.append(f"create {asked['ChangeSetType']}")
        return {"Id": "change-set", "StackId": "stack"}

    def describe_change_set(self, **_: Any) -> dict[str, Any]:
        return self.answers.pop(0)

    def describe_events(self, **_: Any) -> dict[str, Any]:
        return {"OperationEvents": self.events}

    def delete_change_set(self, **_: Any) -> None:
        self.asked.append("delete change set")

    def delete_stack(self, **_: Any) -> None:
        self.asked.append("delete stack")


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Target:
    monkeypatch.setattr(Target, "poll_s", 0)
    return Target("eu-west-1")


def change_set(target: Target, client: CloudFormation, *, first: bool = False) -> ChangeSet:
    target.clients["cloudformation"] = client
    return ChangeSet(target, "brigade", template_url="https://x", parameters={}, tags={}, first=first)


def resource(name: str, action: str = "Modify", **more: Any) -> dict[str, Any]:
    change = {"Action": action, "LogicalResourceId": name, "ResourceType": "AWS::SQS::Queue", **more}
    return {"ResourceChange": change}


def test_a_slow_change_set_is_waited_for_and_read_to_its_last_page(target: Target) -> None:
    client = CloudFormation(
        {"Status": "CREATE_PENDING"},
        {"Status": "CREATE_IN_PROGRESS"},
        {"Status": "CREATE_COMPLETE", "Changes": [resource("A", "Add")], "NextToken": "more"},
        {"Status": "CREATE_COMPLETE", "Changes": [resource("B", Replacement="True"), resource("C")]},
    )
    made = change_set(target, client)
    assert made.changes == [
        Change("Add", "A", "AWS::SQS::Queue"),
        Change("Replace", "B", "AWS::SQS::Queue"),
        Change("Modify", "C", "AWS::SQS::Queue"),
    ]
    assert client.asked == ["create UPDATE"]


def test_what_differs_is_named_and_what_is_kept_is_known(target: Target) -> None:
    details = [
        {"Target": {"Attribute": "Properties", "Name": "Code"}, "Evaluation": "Static"},
        {"Target": {"Attribute": "Properties", "Name": "Code"}, "Evaluation": "Dynamic"},
        {"Target": {"Attribute": "Tags"}},
    ]
    changes = [
        resource("A", Replacement="False", Details=details),
        resource("B", Replacement="Conditional"),
        resource("C", Replacement="True", PolicyAction="ReplaceAndRetain"),
        resource("D", "Remove", PolicyAction="Delete"),
    ]
    made = change_set(target, CloudFormation({"Status": "CREATE_COMPLETE", "Changes": changes}))
    assert made.changes == [
        Change("Modify", "A", "AWS::SQS::Queue", ("Code", "Tags")),
        Change("Maybe replace", "B", "AWS::SQS::Queue"),
        Change("Replace", "C", "AWS::SQS::Queue", keeps=True),
        Change("Remove", "D", "AWS::SQS::Queue"),
    ]


@pytest.mark.parametrize(
    ("change", "loses"),
    [
        (Change("Remove", "A", "AWS::SQS::Queue"), True),
        (Change("Remove", "A", "AWS::S3::Bucket"), True),
        (Change("Replace", "A", "AWS::DynamoDB::GlobalTable"), True),
        (Change("Replace", "A", "AWS::DynamoDB::GlobalTable", keeps=True), False),
        (Change("Remove", "A", "AWS::S3::Bucket", keeps=True), False),
        (Change("Maybe replace", "A", "AWS::SQS::Queue"), False),
        (Change("Modify", "A", "AWS::SQS::Queue"), False),
        (Change("Add", "A", "AWS::SQS::Queue"), False),
        (Change("Replace", "A", "AWS::Lambda::Function"), False),
        (Change("Remove", "A", "AWS::Logs::LogGroup"), False),
    ],
)
def test_a_change_loses_what_is_in_a_table_bucket_or_queue_that_goes_for_ever(change: Change, loses: bool) -> None:
    assert change.loses is loses


def test_an_empty_one_is_removed(target: Target) -> None:
    client = CloudFormation({"Status": "FAILED", "StatusReason": NOTHING})
    assert change_set(target, client).changes == []
    assert client.asked == ["create UPDATE", "delete change set"]


def test_a_refused_one_says_why_and_leaves_neither_itself_nor_an_empty_stack(target: Target) -> None:
    client = CloudFormation({"Status": "FAILED", "StatusReason": "No such type."})
    with pytest.raises(OperatorError, match=r"refuses the change: No such type. — nothing was changed"):
        change_set(target, client, first=True)
    assert client.asked == ["create CREATE", "delete change set", "delete stack"]


def test_what_validation_found_last_is_the_reason(target: Target) -> None:
    events = [
        {
            "EventType": "VALIDATION_ERROR",
            "LogicalResourceId": name,
            "ValidationStatusReason": "already exists",
            "Timestamp": datetime(2026, 1, day, tzinfo=UTC),
        }
        for name, day in (("Older", 1), ("Newer", 2))
    ]
    client = CloudFormation({"Status": "FAILED", "StatusReason": "Call DescribeEvents."}, events=events)
    with pytest.raises(OperatorError, match="refuses the change: Newer: already exists"):
        change_set(target, client)


def test_an_engine_without_validation_still_gives_its_own_reason(target: Target) -> None:
    class Older(CloudFormation):
        def describe_events(self, **_: Any) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "InvalidAction", "Message": ""}}, "DescribeEvents")

    target.clients["cloudformation"] = Older()
    assert validation_error(target, StackName="brigade") == ""


def test_only_a_stack_that_does_not_exist_is_taken_for_none(target: Target) -> None:
    class Forbidden(CloudFormation):
        def describe_stacks(self, **_: Any) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeStacks")

    target.clients["cloudformation"] = Forbidden()
    with pytest.raises(ClientError, match="AccessDenied"):
        describe(target, "brigade")


def test_events_before_the_deployment_are_not_told_again(target: Target) -> None:
    class Stack(CloudFormation):
        """One look before, then one while it works, then it is done."""

        looks = 0

        def get_paginator(self, _: str) -> "Stack":
            return self

        def paginate(self, **_: Any) -> list[dict[str, Any]]:
            self.looks += 1
            newest_first = [event(n) for n in ("3 stack", "2 queue", "1 stack", "0 old")]
            return [{"StackEvents": newest_first[-self.looks :]}] if self.looks < 4 else [{"StackEvents": newest_first}]

        def describe_stacks(self, **_: Any) -> dict[str, Any]:
            return {"Stacks": [{"StackStatus": "UPDATE_IN_PROGRESS" if self.looks < 3 else "UPDATE_COMPLETE"}]}

    def event(name: str) -> dict[str, str]:
        kind = "AWS::CloudFormation::Stack" if "stack" in name else "AWS::SQS::Queue"
        return {"EventId": name, "LogicalResourceId": name, "ResourceType": kind, "ResourceStatus": "X"}

    target.clients["cloudformation"] = Stack()
    told = list(Events(target, "stack").follow())
    assert [each.resource for each in told] == ["1 stack", "2 queue", "3 stack"]


def test_a_cancelled_resource_is_no_cause() -> None:
    assert StackEvent("A", "", "CREATE_FAILED", "limit reached").is_failure
    assert not StackEvent("A", "", "CREATE_FAILED", "Resource creation cancelled").is_failure
    assert not StackEvent("A", "", "CREATE_COMPLETE", "").is_failure
