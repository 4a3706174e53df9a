"""What an update of a stack leaves alone on the local cloud: a table's records, and invocations that run."""

import inspect
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc, s3
from ministack.services.cloudformation import changesets, provisioners

from brigade.local.mended_ministack import let_invocations_end
from brigade.target import Target
from infra import names
from infra.template import template
from services.chain import CHAIN
from tests.support.waiting import wait_for

STACK = "tables"


def body(tags: dict[str, str], indexes: int) -> str:
    """Only the table of the template, with so many of its indexes."""
    table = template(CHAIN, tags).to_dict()["Resources"][names.TABLE]
    del table["Properties"]["GlobalSecondaryIndexes"][indexes:]
    shown: dict[str, Any] = {"Name": {"Ref": names.TABLE}, "Stream": {"Fn::GetAtt": [names.TABLE, "StreamArn"]}}
    return json.dumps(
        {
            "Resources": {names.TABLE: table},
            "Outputs": {name: {"Value": value} for name, value in shown.items()},
        }
    )


def outputs(cloudformation: Any, waiter: str) -> dict[str, str]:
    cloudformation.get_waiter(waiter).wait(StackName=STACK, WaiterConfig={"Delay": 0.1})
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


@pytest.mark.journey
def test_records_outlive_an_update_of_the_tables_tags_and_indexes(here: Target) -> None:
    cloudformation, dynamodb = here.client("cloudformation"), here.client("dynamodb")
    cloudformation.create_stack(StackName=STACK, TemplateBody=body({}, indexes=3))
    made = outputs(cloudformation, "stack_create_complete")
    dynamodb.put_item(
        TableName=made["Name"],
        Item={name: {"S": "larch"} for name in ("image_id", "taken_on", "taken_at")},
    )

    cloudformation.update_stack(StackName=STACK, TemplateBody=body({"team": "photos"}, indexes=4))

    assert outputs(cloudformation, "stack_update_complete") == made
    found = dynamodb.query(
        TableName=made["Name"],
        IndexName="by-taken-day",
        KeyConditionExpression="taken_on = :day",
        ExpressionAttributeValues={":day": {"S": "larch"}},
    )
    assert found["Count"] == 1


def test_the_engine_still_needs_mending() -> None:
    needless = "ministack updates global tables in place: delete brigade/local/mended_ministack.py"
    assert "update_with_logical_id" not in provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::GlobalTable"], needless


@pytest.mark.journey
def test_a_change_set_names_what_its_conditions_let_in(here: Target) -> None:
    cloudformation = here.client("cloudformation")
    queue = {"Type": "AWS::SQS::Queue"}
    conditions = {"IsOn": {"Fn::Equals": [{"Ref": "Switch"}, "on"]}}
    resources = {"Always": queue, "Sometimes": queue | {"Condition": "IsOn"}}
    switch = {"Switch": {"Type": "String"}}
    template_body = json.dumps({"Parameters": switch, "Conditions": conditions, "Resources": resources})
    seen = []
    for kind, value in (("CREATE", "off"), ("UPDATE", "on"), ("UPDATE", "off")):
        change_set = cloudformation.create_change_set(
            StackName="switched",
            ChangeSetName=f"{kind}-{value}".lower(),
            ChangeSetType=kind,
            TemplateBody=template_body,
            Parameters=[{"ParameterKey": "Switch", "ParameterValue": value}],
        )["Id"]
        cloudformation.get_waiter("change_set_create_complete").wait(ChangeSetName=change_set)
        changes = cloudformation.describe_change_set(ChangeSetName=change_set)["Changes"]
        seen += [[(each["ResourceChange"]["Action"], each["ResourceChange"]["LogicalResourceId"]) for each in changes]]
        cloudformation.execute_change_set(ChangeSetName=change_set)
        done = cloudformation.get_waiter(f"stack_{kind.lower()}_complete")
        done.wait(StackName="switched", WaiterConfig={"Delay": 0.1})
    assert seen == [[("Add", "Always")], [("Add", "Sometimes")], [("Remove", "Sometimes")]]


def test_change_sets_still_need_it() -> None:
    needless = "ministack leaves out what no condition lets in: delete propose_what_conditions_let_in"
    off = {"Conditions": {"No": {"Fn::Equals": ["a", "b"]}}, "Resources": {"A": {"Type": "T", "Condition": "No"}}}
    assert changesets._resolve_props_for_diff(off, {}, "stack", "id")["Resources"], needless


def test_cloudfront_still_needs_it() -> None:
    # That CloudFront reads a bucket which refuses plain HTTP, tests/security/test_delivery.py shows.
    needless = "ministack says that CloudFront comes by TLS: delete let_cloudfront_come_by_tls"
    asked = (s3.serve_cloudfront_origin_fetch, s3._cloudfront_origin_allows)
    assert not [each for each in asked if "secure" in inspect.getsource(each)], needless


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The workers that the engine has killed; two are there, of which one is at work."""
    for module in (lambda_runtime, lambda_svc):
        monkeypatch.setattr(module, "invalidate_worker", lambda_runtime.invalidate_worker)
    found: list[Any] = []
    monkeypatch.setattr(lambda_runtime, "kill_workers", found.extend)
    lambda_runtime._workers[KEY] = [SimpleNamespace(in_use=used, config={"Timeout": 60}) for used in (True, False)]
    yield found
    lambda_runtime._workers.pop(KEY, None)


KEY = "000000000000:eu-west-1:larch:$LATEST"


def test_an_update_lets_invocations_end_and_gives_them_no_more_work(killed: list[Any]) -> None:
    busy, idle = lambda_runtime._workers[KEY]
    let_invocations_end()
    lambda_svc.invalidate_worker("larch")
    assert killed == [idle]
    assert not lambda_runtime._workers.get(KEY)
    busy.in_use = False
    wait_for(lambda: killed == [idle, busy])


def test_the_engine_still_kills_invocations_that_run(killed: list[Any]) -> None:
    workers = list(lambda_runtime._workers[KEY])
    lambda_runtime.invalidate_worker("larch")
    assert killed == workers, "ministack lets invocations end: delete let_invocations_end"
