"""CloudFormation's two steps, what would change and then the change, and the events that tell how it goes."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from brigade.target import Target
from brigade.terminal import OperatorError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import (
        DescribeChangeSetOutputTypeDef,
        ResourceChangeTypeDef,
        StackEventTypeDef,
        StackTypeDef,
    )

STACK_TYPE = "AWS::CloudFormation::Stack"
_NOTHING = ("didn't contain changes", "No updates are to be performed")
BUSY = "_IN_PROGRESS"
# What goes with these cannot be made again.
_HOLDING = {"AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket", "AWS::SQS::Queue"}


@dataclass(frozen=True)
class Change:
    """One resource that will change. ``action`` is Add, Modify, Maybe replace, Replace or Remove.

    ``properties`` are those that differ, where CloudFormation names them; ``keeps``: what is replaced or removed is not
    deleted, it only leaves the stack.
    """

    action: str
    resource: str
    type: str
    properties: tuple[str, ...] = ()
    keeps: bool = False

    @property
    def loses(self) -> bool:
        """Whether pictures, records or messages go with it. "Maybe replace" is CloudFormation's doubt, and no loss."""
        return self.action in {"Remove", "Replace"} and self.type in _HOLDING and not self.keeps


@dataclass(frozen=True)
class StackEvent:
    """What has happened to one resource, or to the stack itself (then ``type`` is STACK_TYPE)."""

    resource: str
    type: str
    status: str
    reason: str

    @property
    def is_failure(self) -> bool:
        """Whether this is a cause, and not the cancelling of others that a failure brings about."""
        return self.status.endswith("_FAILED") and "cancelled" not in self.reason.lower()


def describe(target: Target, stack: str) -> "StackTypeDef | None":
    """Return CloudFormation's description of a stack by name or id, None where there is none."""
    try:
        found = target.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return found[0] if found else None


def validation_error(target: Target, **what: str) -> str:
    """Return what CloudFormation's validation found last in a stack or a change set, "" where that was nothing.

    It happens before any resource is touched, so it does not show in the resources' events:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
    """
    try:
        events = target.client("cloudformation").describe_events(**what)["OperationEvents"]
    except ClientError:  # older engines do not know it, and it only explains a failure that is known already
        return ""
    found = [event for event in events if event["EventType"] == "VALIDATION_ERROR"]
    if not found:
        return ""
    last = max(found, key=lambda event: event["Timestamp"])
    return f"{last.get('LogicalResourceId', 'template')}: {last.get('ValidationStatusReason', '')}"


class ChangeSet:
    """What a template and its parameters would change in a stack. ``changes`` is empty where that is nothing."""

    def __init__(
        self,
        target: Target,
        stack: str,
        *,
        template_url: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        first: bool,
    ) -> None:
        self._target = target
        self._cloudformation = target.client("cloudformation")
        self._first = first
        made = self._cloudformation.create_change_set(
            StackName=stack,
            ChangeSetName=f"brigade-{time.time_ns()}",
            ChangeSetType="CREATE" if first else "UPDATE",
            TemplateURL=template_url,
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            **({"Tags": [{"Key": name, "Value": value} for name, value in tags.items()]} if tags else {}),
            Capabilities=["CAPABILITY_IAM"],
        )
        self._id, self.stack_id = made["Id"], made["StackId"]
        self.changes = self._changes()

    def execute(self) -> Iterator[StackEvent]:
        """Do it; yield what happens until it is done, well or not."""
        events = Events(self._target, self.stack_id)
        # Of a creation that fails nothing stays, not even what a later deletion of the stack would keep.
        fresh = {"RetainExceptOnCreate": True} if self._first else {}
        self._cloudformation.execute_change_set(ChangeSetName=self._id, **fresh)
        return events.follow()

    def discard(self) -> None:
        """Remove it, and the empty stack that it made where it was the first."""
        self._cloudformation.delete_change_set(ChangeSetName=self._id)
        if self._first:
            self._cloudformation.delete_stack(StackName=self.stack_id)

    def _changes(self) -> list[Change]:
        describe: Callable[..., DescribeChangeSetOutputTypeDef]
        describe = partial(self._cloudformation.describe_change_set, ChangeSetName=self._id)
        while (answer := describe())["Status"] in {"CREATE_PENDING", "CREATE_IN_PROGRESS"}:
            time.sleep(self._target.poll_s)
        if answer["Status"] != "CREATE_COMPLETE":
            reason = answer.get("StatusReason", answer["Status"])
            nothing = any(words in reason for words in _NOTHING)
            found = "" if nothing else validation_error(self._target, ChangeSetName=self._id)
            self.discard()
            if nothing:
                return []
            raise OperatorError(f"CloudFormation refuses the change: {found or reason}", "nothing was changed")
        changes = answer["Changes"]
        while token := answer.get("NextToken"):
            answer = describe(NextToken=token)
            changes += answer["Changes"]
        return [_change(change["ResourceChange"]) for change in changes]


class Events:
    """A stack's events from now on."""

    def __init__(self, target: Target, stack_id: str) -> None:
        self._target = target
        self._stack_id = stack_id
        self._pages = target.client("cloudformation").get_paginator("describe_stack_events")
        newest = next(self._newest_first(), None)
        self._last = newest["EventId"] if newest else ""

    def follow(self) -> Iterator[StackEvent]:
        """Yield them, oldest first, until the stack has begun something and is done with it."""
        begun = False
        while True:
            # Asked before the events, so that the last of them are not missed.
            settled = not self._status().endswith(BUSY)
            fresh = self._fresh()
            begun = begun or any(event.type == STACK_TYPE for event in fresh)
            yield from fresh
            if begun and settled:
                return
            time.sleep(self._target.poll_s)

    def _fresh(self) -> list[StackEvent]:
        fresh = []
        for event in self._newest_first():
            if event["EventId"] == self._last:
                break
            fresh.append(event)
        if fresh:
            self._last = fresh[0]["EventId"]
        return [_event(event) for event in reversed(fresh)]

    def _newest_first(self) -> "Iterator[StackEventTypeDef]":
        for page in self._pages.paginate(StackName=self._stack_id):
            yield from page["StackEvents"]

    def _status(self) -> str:
        found = describe(self._target, self._stack_id)
        return str(found["StackStatus"]) if found else "DELETE_COMPLETE"


def _event(event: "StackEventTypeDef") -> StackEvent:
    return StackEvent(
        event["LogicalResourceId"],
        event.get("ResourceType", ""),
        event.get("ResourceStatus", ""),
        event.get("ResourceStatusReason", ""),
    )


def _change(change: "ResourceChangeTypeDef") -> Change:
    # "Conditional": only at work will it see whether what the resource refers to is another one then.
    modify = {"True": "Replace", "Conditional": "Maybe replace"}.get(change.get("Replacement", ""), "Modify")
    targets = [detail.get("Target", {}) for detail in change.get("Details", [])]
    # What is no property, the tags for one, has no name of its own.
    differing = dict.fromkeys(target.get("Name") or target.get("Attribute", "") for target in targets)
    return Change(
        modify if change["Action"] == "Modify" else change["Action"],
        change["LogicalResourceId"],
        change["ResourceType"],
        tuple(name for name in differing if name),
        "Retain" in change.get("PolicyAction", ""),
    )
