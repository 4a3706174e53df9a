"""What outlives a stack, the buckets and the table, and how it is deleted all the same."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from brigade.console import OperatorError
from brigade.deploy.artifacts import delete_bucket
from brigade.deploy.deployment import Stack
from brigade.target import Target


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
        and each.get("PhysicalResourceId")
        and each["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def delete(target: Target, everything: Iterable[Kept]) -> None:
    """Delete what a stack has left: buckets with every version of every picture, the table with every record."""
    for each in everything:
        if each.type == "AWS::S3::Bucket":
            delete_bucket(target.client("s3"), each.name)
        elif each.type == "AWS::DynamoDB::Table":
            _delete_table(target.client("dynamodb"), each.name)
        else:
            raise OperatorError(f"{each.name} ({each.type}) stays", "delete it yourself")


def _delete_table(dynamodb: Any, table: str) -> None:
    try:
        dynamodb.delete_table(TableName=table)
    except dynamodb.exceptions.ResourceNotFoundException:
        return
