"""docs/deployer-policy.json: enough for the commands and for what CloudFormation does in their name, and no more.

What CloudFormation needs for a resource is what its type's handlers declare; cfn-lint brings those declarations.
"""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from brigade.commands.narrator import Narrator
from brigade.deploy import kept
from brigade.deploy.change_set import validation_error
from brigade.deploy.deployment import deploy, destroy, preview
from brigade.deploy.stack import Stack
from brigade.target import Target
from imaging.recipes import DEFAULT_PATH
from infra.template import template
from services.chain import CHAIN

POLICY = Path(__file__).parents[3] / "docs" / "deployer-policy.json"
STATEMENTS = json.loads(POLICY.read_text(encoding="utf-8"))["Statement"]
ALLOWED = {action for statement in STATEMENTS for action in statement["Action"]}
# What handlers would need for features that the template does not use.
NOT_USED = re.compile(
    r"(ec2|elasticfilesystem|firehose|kinesis|kms|s3files|s3tables):.*|s3:REST.*|iam:CreateServiceLinkedRole"
    r"|dynamodb:(\w+Item|\w+Replica|\w*Import\w*|\w*Kinesis\w*|\w+ResourcePolicy|Query|Scan|UpdateContributorInsights)"
    r"|s3:\w*(Abac|Accelerate|Acl|Analytics|Inventory|IntelligentTiering|Logging|Metadata|Metrics|ObjectLock)\w*"
    r"|s3:\w*(Replication|Website)\w*|s3:(Get|Delete)Object\w*|s3:DeleteBucket(Cors|Encryption|Lifecycle)"
    r"|lambda:(\w*CodeSigning|\w+ScalingConfig|\w+RecursionConfig|\w+Concurrency|\w+RuntimeManagement)\w*"
    r"|lambda:(AssociateRuntimeAlias|GetLayerVersion|PassCapacityProvider|PublishVersion)"
    r"|logs:\w*(Bearer|DataProtection|DeletionProtection|Index|Kms|LogDelivery|LogEvents|LogStream|ResourcePolic)\w*"
    r"|iam:\w*(Attached|AttachRole|Boundary|DetachRole)\w*|sns:\w*DataProtection\w*"
)
# Where the right to a request is not named like the request.
RIGHTS = {
    "DeleteObjects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
    "HeadBucket": {"s3:ListBucket"},
    "HeadObject": {"s3:GetObject"},
    "ListBuckets": {"s3:ListAllMyBuckets"},
    "ListObjectVersions": {"s3:ListBucketVersions"},
    "PutBucketEncryption": {"s3:PutEncryptionConfiguration"},
    "PutPublicAccessBlock": {"s3:PutBucketPublicAccessBlock"},
}
# `brigade destroy --delete-pictures` wants this besides; GetCallerIdentity is everybody's right.
OPTIONAL = {
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:DeleteBucket",
    "dynamodb:DeleteTable",
    "dynamodb:ListTables",
}


def handlers() -> set[str]:
    """What CloudFormation's handlers need to make, read, change and delete the template's resources."""
    needed = set()
    for kind in {resource["Type"] for resource in template(CHAIN).to_dict()["Resources"].values()}:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
        for name in ("create", "read", "update", "delete"):
            needed |= set(schema.get("handlers", {}).get(name, {}).get("permissions", []))
    return {action for action in needed if not NOT_USED.fullmatch(action)}


def is_allowed(action: str) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in ALLOWED)


@pytest.fixture
def asked(here: Target) -> Iterator[set[str]]:
    """The rights to what is asked of the cloud."""
    asked: set[str] = set()

    def note(model: Any, **_: Any) -> None:
        asked.update(RIGHTS.get(model.name, {f"{model.service_model.signing_name}:{model.name}"}))

    here.session.events.register("before-call", note)
    yield asked
    here.session.events.unregister("before-call", note)


@pytest.mark.journey
def test_the_commands_ask_for_nothing_else(here: Target, asked: set[str]) -> None:
    name = "rights"
    for days in ("7", "14"):
        preview(here, name, recipes=DEFAULT_PATH, version="1", settings={"LogRetentionDays": days}, listener=Narrator())
        deploy(here, name, recipes=DEFAULT_PATH, version="1", settings={"LogRetentionDays": days})
    stack = Stack.find(here, name)
    validation_error(here, StackName=stack.id)
    left = kept.by(stack)
    destroy(stack)
    assert set(kept.by_destroyed(here, name)) == set(left)
    kept.delete(here, left)
    assert {action for action in asked - {"sts:GetCallerIdentity"} if not is_allowed(action)} == set()


def test_cloudformation_may_do_all_that_the_template_needs() -> None:
    assert {action for action in handlers() if not is_allowed(action)} == set()


def test_nothing_is_allowed_that_nobody_needs() -> None:
    needed = handlers() | OPTIONAL | {right for rights in RIGHTS.values() for right in rights}
    beyond = {action for action in ALLOWED if not any(fnmatchcase(each, action) for each in needed)}
    assert {action for action in beyond if not action.startswith(("cloudformation:", "s3:PutObject"))} == set()


def test_one_replacement_makes_it_a_policy_for_china_or_govcloud() -> None:
    named = {resource for statement in STATEMENTS for resource in statement["Resource"]} - {"*"}
    assert {resource for resource in named if not resource.startswith("arn:aws:")} == set()
    assert "write `arn:aws-cn:` for `arn:aws:` in it" in POLICY.with_name("deploying.md").read_text(encoding="utf-8")
