"""What AWS refuses of resources and no emulator does: properties, names, sizes, and what must fit together."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from jsonschema import Draft7Validator

from brigade.deploy.artifacts import Artifacts
from brigade.target import Target
from infra import names
from infra.template import render
from kit.actor import Actor, Bucket
from kit.chain import Chain
from tests.infra.resolved import EVERYTHING, LONGEST_STACK_NAME, NAMED_BY, NOTHING, Resolved
from tests.support.stack import WHOLE

PAGE = Path(__file__).parents[2] / "docs" / "deploying.md"
deployments = pytest.mark.parametrize("given", [EVERYTHING, NOTHING], ids=["everything", "nothing"])
LONGEST_ACTOR = Actor(name="a" * 20, purpose="Has the longest name", hears=(WHOLE.origin,))
LONGEST_CHAIN = Chain(
    origin=WHOLE.origin, actors=(*WHOLE.actors, LONGEST_ACTOR), operator=WHOLE.operator, apis=WHOLE.apis
)

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
IN_REQUEST_BYTES, IN_S3_BYTES, DESCRIPTION_BYTES = 51_200, 1_000_000, 1_024
MOST = {"Parameters": 200, "Outputs": 200, "Resources": 500, "Mappings": 200}
LONGEST_LOGICAL_ID = 255

# These are one namespace for all regions of an account, or of all accounts.
GLOBAL = ("CloudWatch::Dashboard", "IAM::Role", "S3::Bucket")

# Characters of names and texts:
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
# https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
# https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
LONGEST_NAMES = {
    "ApiGatewayV2::Api": 128,
    "CloudWatch::Alarm": 255,
    "CloudWatch::Dashboard": 255,
    "DynamoDB::GlobalTable": 255,
    "DynamoDB::Table": 255,
    "Lambda::Function": 64,
    "Logs::LogGroup": 512,
    "S3::Bucket": 63,
    "SNS::Topic": 256,
    "SQS::Queue": 80,
    "Scheduler::Schedule": 64,
}
LONGEST_TEXTS = {
    ("CloudWatch::Alarm", "AlarmDescription"): 1_024,
    ("Lambda::Function", "Description"): 256,
    ("Scheduler::Schedule", "Description"): 512,
}

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
ENVIRONMENT_BYTES, MOST_LAYERS = 4 * 1_024, 5
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
INLINE_CODE_CHARACTERS = 4_096
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
MOST_INDEXES, MOST_PROJECTED = 20, 100


@deployments
def test_cloudformation_refuses_properties_and_values_that_a_type_does_not_have(given: dict[str, Any]) -> None:
    # Values that parameters and mappings bring are looked at as well, which cfn-lint does not do.
    deployed = Resolved(given)
    found = [
        f"{name}.{'.'.join(map(str, error.path))}: {error.message[:200]}"
        for name, resource in deployed.resources.items()
        for error in Draft7Validator(schema(resource["Type"])).iter_errors(resource["Properties"])
    ]
    assert found == []
    read_only = [
        f"{name}.{path.rpartition('/')[2]}"
        for name, resource in deployed.resources.items()
        for path in schema(resource["Type"]).get("readOnlyProperties", [])
        if path.rpartition("/")[2] in resource["Properties"] and path.count("/") == len(["", "properties"])
    ]
    assert read_only == []


def schema(kind: str) -> dict[str, Any]:
    """Return what CloudFormation's registry says of a type, as cfn-lint brings it."""
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return found


def test_the_schemas_would_refuse_a_wrong_value() -> None:
    function = Resolved(NOTHING).of("Lambda::Function")[names.function(WHOLE.actors[0])]
    check = Draft7Validator(schema("AWS::Lambda::Function"))
    assert check.is_valid(function)
    assert not check.is_valid(function | {"RecursiveLoop": "Never"})
    assert not check.is_valid(function | {"Loops": True})


def test_cloudformation_refuses_a_template_that_is_too_large() -> None:
    body = render(LONGEST_CHAIN)
    assert len(body.encode()) <= IN_S3_BYTES
    template = json.loads(body)
    assert {part: len(template[part]) for part, most in MOST.items() if len(template[part]) > most} == {}
    assert len(template["Description"].encode()) <= DESCRIPTION_BYTES
    for part in MOST:
        assert [name for name in template[part] if not name.isalnum() or len(name) > LONGEST_LOGICAL_ID] == []


def test_cloudformation_refuses_such_a_long_template_within_a_request() -> None:
    assert len(render(WHOLE).encode()) > IN_REQUEST_BYTES, "then the docs may leave --s3-bucket out"
    assert "--template-file infra/template.json --s3-bucket" in PAGE.read_text(encoding="utf-8")


@deployments
@pytest.mark.parametrize("kind", GLOBAL)
def test_aws_refuses_a_name_that_the_same_stack_in_another_region_has_already(kind: str, given: dict[str, Any]) -> None:
    here, there = (Resolved(given, region=region) for region in ("eu-west-1", "us-east-1"))
    named = {
        str(properties[NAMED_BY[f"AWS::{kind}"]])
        for properties in here.of(kind).values()
        if NAMED_BY[f"AWS::{kind}"] in properties  # else CloudFormation makes one up
    }
    assert named & {str(properties.get(NAMED_BY[f"AWS::{kind}"])) for properties in there.of(kind).values()} == set()


@deployments
def test_aws_refuses_a_name_that_is_too_long(given: dict[str, Any]) -> None:
    deployed = Resolved(given, chain=LONGEST_CHAIN)
    assert {f"AWS::{kind}" for kind in LONGEST_NAMES} == NAMED_BY.keys() - {"AWS::IAM::Role"}  # those are cut short
    for kind, most in LONGEST_NAMES.items():
        assert [name for name in map(deployed.name, deployed.of(kind)) if len(name) > most] == []
    for (kind, property_), most in LONGEST_TEXTS.items():
        assert [name for name, each in deployed.of(kind).items() if len(each.get(property_, "")) > most] == []


def test_s3_refuses_a_long_name_or_a_strangers_for_the_bucket_with_the_code(cloud: None) -> None:
    here, there = (Artifacts(Target(region), LONGEST_STACK_NAME).bucket for region in ("eu-west-1", "us-east-1"))
    assert len(here) <= LONGEST_NAMES["S3::Bucket"]
    assert here != there


def test_s3_refuses_to_announce_from_buckets_of_a_stack_with_a_capital_in_its_name_and_people_are_told() -> None:
    deployed = Resolved(NOTHING, stack="Brigade")
    origin = deployed.of("SNS::TopicPolicy")[names.policy(names.topic(WHOLE.origin))]
    (let,) = [each for each in origin["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]
    allowed = let["Condition"]["ArnLike"]["aws:SourceArn"]
    assert not fnmatchcase(deployed.arn(names.bucket(Bucket.SOURCE)), allowed)
    # So brigade refuses such a name, and whoever deploys without it is told.
    assert not names.STACK_NAME.fullmatch(deployed.stack)
    assert names.STACK_NAME.pattern in deployed.template["Description"]
    assert "at most 32 lower-case letters, digits and hyphens" in PAGE.read_text(encoding="utf-8")


@deployments
def test_lambda_refuses_an_environment_that_is_too_large_and_code_that_is_too_long(given: dict[str, Any]) -> None:
    for name, function in Resolved(given, chain=LONGEST_CHAIN).of("Lambda::Function").items():
        assert len(json.dumps(function["Environment"]["Variables"]).encode()) <= ENVIRONMENT_BYTES, name
        assert len(function["Code"].get("ZipFile", "")) <= INLINE_CODE_CHARACTERS, name
        assert len(function.get("Layers", [])) <= MOST_LAYERS, name


def test_lambda_refuses_to_read_a_queue_that_shows_messages_again_before_its_function_ends() -> None:
    # "Queue visibility timeout: … seconds is less than Function timeout: … seconds"
    deployed = Resolved(EVERYTHING)
    for actor in WHOLE.actors:
        queue, function = (deployed.resources[name(actor)]["Properties"] for name in (names.queue, names.function))
        mapping = deployed.resources[names.mapping(actor)]["Properties"]
        assert queue["VisibilityTimeout"] >= function["Timeout"]
        assert mapping["BatchSize"] <= 10 or mapping["MaximumBatchingWindowInSeconds"] >= 1
        assert isinstance(mapping["ScalingConfig"]["MaximumConcurrency"], int)


def test_dynamodb_refuses_attributes_that_no_key_has_and_too_many_in_indexes() -> None:
    (table,) = Resolved(EVERYTHING).of("DynamoDB::GlobalTable").values()
    indexes = table["GlobalSecondaryIndexes"]
    keys = {key["AttributeName"] for each in (table, *indexes) for key in each["KeySchema"]}
    assert keys == {each["AttributeName"] for each in table["AttributeDefinitions"]}
    assert len(indexes) <= MOST_INDEXES
    assert sum(len(each["Projection"].get("NonKeyAttributes", [])) for each in indexes) <= MOST_PROJECTED


@pytest.mark.parametrize("cap", ["0", "2", "64"])
def test_lambda_refuses_a_concurrency_below_two_or_above_a_thousand(cap: str) -> None:
    deployed = Resolved(EVERYTHING | {"MaximumConcurrency": cap})
    scaled = [each.get("ScalingConfig") for each in deployed.of("Lambda::EventSourceMapping").values()]
    found = {each["MaximumConcurrency"] for each in scaled if each}
    assert min(found) >= 2
    assert max(found) <= 1_000
