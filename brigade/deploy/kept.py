"""What outlives a stack, the buckets and the table, and how it is deleted all the same."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from brigade.deploy.artifacts import delete_bucket
from brigade.deploy.stack import Stack
from brigade.target import Target
from brigade.terminal import OperatorError
from infra import names
from kit.actor import Bucket
from kit.errors import aws_code

_BUCKET, _TABLE = "AWS::S3::Bucket", "AWS::DynamoDB::GlobalTable"
# CloudFormation puts it on what it makes, and it stays there when the stack goes:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
STACK_TAG = "aws:cloudformation:stack-name"


@dataclass(frozen=True)
class Kept:
    """A resource that outlives its stack: its CloudFormation type, its name."""

    type: str
    name: str


def by(stack: Stack) -> list[Kept]:
    """Return what will be kept when the stack goes: its buckets and its table."""
    cloudformation = stack.target.client("cloudformation")
    body: Any = cloudformation.get_template(StackName=stack.id)["TemplateBody"]
    resources = (json.loads(body) if isinstance(body, str) else body)["Resources"]
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack.id)
    return [
        Kept(each["ResourceType"], each["PhysicalResourceId"])
        for page in pages
        for each in page["StackResourceSummaries"]
        if resources.get(each["LogicalResourceId"], {}).get("DeletionPolicy") == "Retain"
        and each["ResourceType"] != "AWS::S3::BucketPolicy"  # it goes with its bucket
        and each.get("PhysicalResourceId")
        and each["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def by_destroyed(target: Target, stack: str) -> list[Kept]:
    """Return what stacks of this name have kept in the target's region; there must be no such stack any more.

    Only what is named as CloudFormation names it is taken, and nothing that bears the tag of another stack.
    """
    return [*_buckets(target, stack), *_tables(target, stack)]


def _buckets(target: Target, stack: str) -> Iterator[Kept]:
    s3 = target.client("s3")
    ours = re.compile(f"{stack}-({'|'.join(names.bucket(bucket).lower() for bucket in Bucket)})-[0-9a-z]+")
    for page in s3.get_paginator("list_buckets").paginate(Prefix=f"{stack}-"):
        for name in filter(ours.fullmatch, (each["Name"] for each in page["Buckets"])):
            # The list is of all regions: a stack of the same name may live in another.
            here = s3.head_bucket(Bucket=name)["BucketRegion"] == target.region
            if here and _is_of(stack, _bucket_tags(s3, name)):
                yield Kept(_BUCKET, name)


def _tables(target: Target, stack: str) -> Iterator[Kept]:
    dynamodb = target.client("dynamodb")
    ours = re.compile(f"{stack}-{names.TABLE}-[0-9A-Z]+")
    for page in dynamodb.get_paginator("list_tables").paginate():
        for name in filter(ours.fullmatch, page["TableNames"]):
            arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
            if _is_of(stack, dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]):
                yield Kept(_TABLE, name)


def _is_of(stack: str, tags: list[dict[str, str]]) -> bool:
    # Local clouds do not tag all that they make, and DynamoDB takes no tag of AWS's own:
    # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1360
    return all(tag["Value"] == stack for tag in tags if tag["Key"] == STACK_TAG)


def _bucket_tags(s3: Any, bucket: str) -> list[dict[str, str]]:
    try:
        tags: list[dict[str, str]] = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        if aws_code(error) == "NoSuchTagSet":
            return []
        raise
    return tags


def delete(target: Target, everything: Iterable[Kept]) -> None:
    """Delete what a stack has left: buckets with every version of every picture, the table with every record."""
    for each in everything:
        if each.type == _BUCKET:
            delete_bucket(target.client("s3"), each.name)
        elif each.type == _TABLE:
            _delete_table(target, each.name)
        else:
            raise OperatorError(f"{each.name} ({each.type}) stays", "delete it yourself")


def _delete_table(target: Target, table: str) -> None:
    """Delete the table and first its replica in another region, which would outlive it."""
    dynamodb = target.client("dynamodb")
    try:
        for replica in dynamodb.describe_table(TableName=table)["Table"].get("Replicas", ()):
            if (region := replica["RegionName"]) != target.region:
                dynamodb.update_table(TableName=table, ReplicaUpdates=[{"Delete": {"RegionName": region}}])
                dynamodb.get_waiter("table_exists").wait(TableName=table)  # that is, until it is ACTIVE again
        dynamodb.delete_table(TableName=table)
    except dynamodb.exceptions.ResourceNotFoundException:
        return
