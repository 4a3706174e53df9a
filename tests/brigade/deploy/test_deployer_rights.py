"""docs/deployer-policy.json: enough for the commands and for what CloudFormation does in their name, and no more.

What CloudFormation needs for a resource is what its type's handlers declare; cfn-lint brings those declarations. They
name actions alone, and other requests than S3's do not name their resource in one way: there the action is compared,
and that it stands beside resources which it can have.
"""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cfnlint import ManualArgs, lint
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from brigade.commands.narrator import Narrator
from brigade.deploy import kept
from brigade.deploy.change_set import validation_error
from brigade.deploy.deployment import deploy, destroy, preview
from brigade.deploy.stack import Stack
from brigade.target import Target, local_target
from imaging.recipes import DEFAULT_PATH
from infra import delivery, names
from infra.template import template
from kit.actor import Bucket
from services.chain import CHAIN
from services.portal.declaration import PORTAL

POLICY = Path(__file__).parents[3] / "docs" / "deployer-policy.json"
STATEMENTS = json.loads(POLICY.read_text(encoding="utf-8"))["Statement"]
REPLICA_POLICY = POLICY.with_name("deployer-replica-policy.json")
PORTAL_POLICY = POLICY.with_name("deployer-portal-policy.json")
ALLOWED = {action for statement in STATEMENTS for action in statement["Action"]}
# An action, and the ARN that it is about; None: not told.
Right = tuple[str, str | None]
# What handlers would need for features that the template does not use. They look at some of these all the same, so all
# that a handler reads is needed, but for the keys of other owners.
NOT_USED = re.compile(
    r"(ec2|elasticfilesystem|firehose|kinesis|kms|s3files|s3tables):.*|s3:REST.*|iam:CreateServiceLinkedRole"
    r"|application-autoscaling:(Delete|Deregister|Put|Register)\w+|dynamodb:UpdateTableReplicaAutoScaling"
    r"|dynamodb:(\w+Item|\w+Replica|\w*Import\w*|\w*Kinesis\w*|\w+ResourcePolicy|Query|Scan|UpdateContributorInsights)"
    r"|s3:\w*(Abac|Accelerate|Acl|Analytics|Inventory|IntelligentTiering|Logging|Metadata|Metrics|ObjectLock)\w*"
    r"|s3:\w*(Replication|Website)\w*|s3:(Get|Delete)Object\w*|s3:DeleteBucket(Cors|Encryption|Lifecycle)"
    r"|lambda:(\w*CodeSigning|\w+ScalingConfig|\w+Concurrency|\w+RuntimeManagement)\w*"
    r"|lambda:(AssociateRuntimeAlias|PassCapacityProvider|PublishVersion)"
    r"|logs:\w*(Bearer|DataProtection|DeletionProtection|Index|Kms|LogDelivery|LogEvents|LogStream|ResourcePolic)\w*"
    r"|cloudfront:(CreateDistributionWithTags|\w+ConnectionGroup|GetVpcOrigin|UpdateDistributionWithStagingConfig)"
    r"|s3:getObject|apigateway:(Tag|Untag)Resource|iam:(AttachRole|DetachRole)\w*|sns:\w*DataProtection\w*"
)
# API Gateway reads a body that S3 holds, and its tags are what is PUT below /tags: no action of their own.
NOT_READ = re.compile(r"kms:.*|s3:getObject")
# Where the right to a request is not named like the request.
RIGHTS = {
    "DeleteObjects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
    "HeadBucket": {"s3:ListBucket"},
    "HeadObject": {"s3:GetObject"},
    "ListBuckets": {"s3:ListAllMyBuckets"},
    "ListObjectsV2": {"s3:ListBucket"},
    "ListObjectVersions": {"s3:ListBucketVersions"},
    "PutBucketEncryption": {"s3:PutEncryptionConfiguration"},
    "PutPublicAccessBlock": {"s3:PutBucketPublicAccessBlock"},
}
# `brigade destroy --delete-pictures` looks for tables of stacks that are gone; `brigade deploy` asks an
# account, and no local cloud, how much it lets run at a time.
OPTIONAL = {"dynamodb:ListTables", "lambda:GetAccountSettings"}


# The conditions of what takes a policy of its own.
OFF = (names.is_on(PORTAL), delivery.DELIVERS)
# Of the portal, what no handler declares: to reserve executions, and to let API Gateway log,
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
FOR_PORTAL = re.compile(
    r"lambda:(Delete|Put)FunctionConcurrency|logs:(\w+LogDelivery|ListLogDeliveries|PutResourcePolicy)"
)


def handlers(*conditions: str) -> set[str]:
    """What CloudFormation's handlers need for what the template has, or has beside that under these conditions."""
    resources = template(CHAIN).to_dict()["Resources"].values()
    usual = {each["Type"] for each in resources if each.get("Condition") not in OFF}
    chosen = {each["Type"] for each in resources if each.get("Condition") in conditions} - usual
    needed = set()
    for kind in chosen if conditions else usual:
        declared = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema.get("handlers", {})
        for name in ("create", "read", "update", "delete"):
            without = NOT_READ if name == "read" else NOT_USED
            actions = declared.get(name, {}).get("permissions", [])
            needed |= {action for action in actions if not without.fullmatch(action)}
    return needed


def is_allowed(action: str, resource: str | None = None, without: str = "") -> bool:
    """Whether one statement, other than that ``without``, allows the action on the resource; None is some resource."""
    return any(
        any(fnmatchcase(action, pattern) for pattern in statement["Action"])
        and (resource is None or any(fnmatchcase(resource, pattern) for pattern in statement["Resource"]))
        for statement in STATEMENTS
        if statement["Sid"] != without
    )


def resources(service: str, asked: dict[str, Any]) -> list[str | None]:
    """What a request is about: everything where a request to S3 names no bucket."""
    if service != "s3":
        return [None]
    if "Bucket" not in asked:
        return ["*"]
    bucket = f"arn:aws:s3:::{asked['Bucket']}"
    objects = [asked] if "Key" in asked else asked.get("Delete", {}).get("Objects", [])
    return [f"{bucket}/{each['Key']}" for each in objects] or [bucket]


@pytest.fixture
def asked(here: Target) -> Iterator[set[Right]]:
    """The rights to what is asked of the cloud, but for GetCallerIdentity, which is everybody's."""
    asked: set[Right] = set()

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.signing_name
        if service != "sts":
            actions = RIGHTS.get(model.name, {f"{service}:{model.name}"})
            asked.update(product(actions, resources(service, params)))

    here.session.events.register("provide-client-params", note)
    yield asked
    here.session.events.unregister("provide-client-params", note)


@pytest.mark.journey
def test_the_commands_ask_for_nothing_else_and_only_pictures_want_their_statement(
    here: Target, asked: set[Right]
) -> None:
    name = "brigade-rights"
    for days in ("7", "14"):
        preview(
            here,
            name,
            recipes=DEFAULT_PATH,
            version="1",
            settings={"LogRetentionDays": days, "ArchiveStorageClass": "GLACIER"},
            listener=Narrator(),
        )
        deploy(
            here,
            name,
            recipes=DEFAULT_PATH,
            version="1",
            settings={"LogRetentionDays": days, "ArchiveStorageClass": "GLACIER"},
        )
    stack = Stack.find(here, name)
    validation_error(here, StackName=stack.id)
    somebody = local_target(str(here.endpoint)).client("s3")
    buckets = [stack.outputs[names.bucket(bucket)] for bucket in Bucket]
    for bucket in buckets:
        somebody.put_object(Bucket=bucket, Key="holiday/beach.jpg")
    left = kept.by(stack)
    destroy(stack)
    assert {right for right in asked if not is_allowed(*right, without="DeletePictures")} == set()

    assert set(kept.by_destroyed(here, name)) == set(left)
    kept.delete(here, left)
    assert {right for right in asked if not is_allowed(*right)} == set()
    pictures = {f"arn:aws:s3:::{bucket}/holiday/beach.jpg" for bucket in buckets}
    assert {right for right in asked if not is_allowed(*right, without="DeletePictures")} == set(
        product(RIGHTS["DeleteObjects"], pictures)
    )


@pytest.mark.parametrize(
    "path", [POLICY, REPLICA_POLICY, PORTAL_POLICY, POLICY.with_name("prover-policy.json")], ids=lambda path: path.stem
)
def test_cfn_lint_finds_nothing(path: Path) -> None:
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": json.loads(path.read_text())}}
    found = lint(json.dumps({"Resources": {"Policy": policy}}), config=ManualArgs(include_checks=["I"]))
    assert [f"{match.rule.id} {match.message}" for match in found] == []


def test_what_the_docs_tell_people_to_run_they_may() -> None:
    assert "continue-update-rollback" in POLICY.with_name("deploying.md").read_text(encoding="utf-8")
    assert is_allowed("cloudformation:ContinueUpdateRollback", "arn:aws:cloudformation:eu-west-1:1:stack/brigade/1")


def test_cloudformation_may_do_all_that_the_template_needs() -> None:
    assert {action for action in handlers() if not is_allowed(action)} == set()


def test_a_replica_in_another_region_takes_a_policy_of_its_own_and_no_more() -> None:
    allowed = {
        action
        for statement in json.loads(REPLICA_POLICY.read_text(encoding="utf-8"))["Statement"]
        for action in statement["Action"]
    }
    handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::DynamoDB::GlobalTable").schema["handlers"]
    declared = {action for handler in ("create", "update", "delete") for action in handlers[handler]["permissions"]}
    assert allowed <= declared
    # What a service's own table copies with: what is not left out for another reason than that.
    copies = re.compile(
        r"dynamodb:((Batch)?\w+Item|(Create|Delete)TableReplica|Query|Scan)|iam:CreateServiceLinkedRole"
    )
    assert allowed == {action for action in declared if copies.fullmatch(action)}


def test_the_portal_and_cloudfront_take_a_policy_of_its_own_and_no_more() -> None:
    statements = json.loads(PORTAL_POLICY.read_text(encoding="utf-8"))["Statement"]
    allowed = {action for statement in statements for action in statement["Action"]}
    needed = handlers(*OFF)
    assert {action for action in needed - allowed if not is_allowed(action)} == set()
    # Its log group has another beginning than those of functions.
    assert {each for each in allowed - needed if not FOR_PORTAL.fullmatch(each) and not is_allowed(each)} == set()


def test_an_account_may_be_asked_what_a_local_cloud_is_not() -> None:
    assert all(is_allowed(action, "*") for action in OPTIONAL)


def test_nothing_is_allowed_that_nobody_needs() -> None:
    needed = handlers() | OPTIONAL | {right for rights in RIGHTS.values() for right in rights}
    beyond = {action for action in ALLOWED if not any(fnmatchcase(each, action) for each in needed)}
    assert {action for action in beyond if not action.startswith(("cloudformation:", "s3:PutObject"))} == set()


def test_one_replacement_makes_it_a_policy_for_china_or_govcloud() -> None:
    named = {resource for statement in STATEMENTS for resource in statement["Resource"]} - {"*"}
    assert {resource for resource in named if not resource.startswith("arn:aws:")} == set()
    assert "write `arn:aws-cn:` for `arn:aws:` in it" in POLICY.with_name("deploying.md").read_text(encoding="utf-8")
