"""The functions and what feeds them."""

import json

import pytest

from infra import names
from infra.parameters import CAPS, RETENTIONS
from kit.actor import CONCURRENCY, Actor, Bucket, Place, Setting
from kit.chain import Chain, says
from kit.events import ImageRecalled
from kit.outputs import RENDITIONS
from kit.settings import Settings
from records.status import SETTLED
from tests.support.stack import WHOLE, Stack, arn, ref

every_actor = pytest.mark.parametrize("actor", WHOLE.actors, ids=lambda actor: actor.name)
STACK = Stack()


@every_actor
def test_a_function_is_as_its_actor_declares(actor: Actor) -> None:
    function = STACK.properties(names.function(actor))
    assert function["Handler"] == f"{actor.module}.handle"
    assert (function["MemorySize"], function["Timeout"]) == (actor.memory, actor.timeout)
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == [ref("Architecture")]
    assert function["Code"] == {"S3Bucket": ref("CodeBucket"), "S3Key": ref(names.code_key(actor))}
    assert function["Role"] == arn(names.role(actor))
    assert function["TracingConfig"] == {"Mode": "Active"}


@every_actor
def test_a_function_finds_its_settings_in_its_environment(actor: Actor) -> None:
    variables = STACK.properties(names.function(actor))["Environment"]["Variables"]
    variables = {name: value.get("Fn::If", [None, value])[1] for name, value in variables.items()}
    # A reference stands for its value, by the logical id: the settings must come out as declared.
    settings = Settings.from_environment({name: value["Ref"] for name, value in variables.items()})
    assert settings == Settings(
        source_bucket="SourceBucket",
        target_bucket="TargetBucket",
        archive_bucket="ArchiveBucket" if Place(Bucket.SOURCE) in actor.reads else "",
        table="Table" if actor.table else "",
        queue_url=names.queue(actor),
        dead_letter_queue_url=names.dead_letter_queue(actor),
        delivery_distribution="Distribution" if Place(Bucket.TARGET, RENDITIONS) in actor.deletes else "",
        environment="Environment",
        version="Version",
        topics={event.kind: names.topic(event) for event in says(actor)},
    )


@every_actor
def test_a_function_logs_json_to_a_log_group_that_forgets(actor: Actor) -> None:
    group = STACK.properties(names.log_group(actor))
    function = STACK.properties(names.function(actor))
    assert function["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": ref(names.log_group(actor))}
    assert group["LogGroupName"]["Fn::Sub"] == "/aws/lambda/" + function["FunctionName"]["Fn::Sub"]
    assert group["RetentionInDays"] == ref("LogRetentionDays")
    assert STACK.body["Parameters"]["LogRetentionDays"]["Default"] in RETENTIONS


@every_actor
def test_lambda_takes_a_chain_that_comes_back_to_its_actor_for_a_loop_only_where_it_should_not(actor: Actor) -> None:
    # https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    # A recall is said once a removal, so on its account nobody comes near the sixteen times that Lambda allows.
    edges = [edge for edge in WHOLE.edges if edge.event is not ImageRecalled]
    said_to = {actor.name: {edge.hearer for edge in edges if edge.speaker == actor.name} for actor in WHOLE.actors}
    reached: set[str] = set()
    while further := {hearer for name in (reached or {actor.name}) for hearer in said_to[name]} - reached:
        reached |= further
    assert actor.loops == (actor.name in reached)
    assert STACK.properties(names.function(actor)).get("RecursiveLoop") == ("Allow" if actor.loops else None)


@every_actor
def test_a_function_is_fed_from_its_queue_and_reports_each_failed_message(actor: Actor) -> None:
    mapping = STACK.properties(names.mapping(actor))
    assert mapping["EventSourceArn"] == arn(names.queue(actor))
    assert mapping["FunctionName"] == ref(names.function(actor))
    assert mapping["BatchSize"] == actor.batch
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@every_actor
def test_a_stream_brings_what_its_values_say_and_is_tried_for_as_long_as_it_keeps_a_change(actor: Actor) -> None:
    found = STACK.of("Lambda::EventSourceMapping").get(names.stream_mapping(actor))
    assert bool(found) == bool(actor.stream)
    if not (found and actor.stream):
        return
    assert found["EventSourceArn"] == {"Fn::GetAtt": [names.TABLE, "StreamArn"]}
    assert found["FunctionName"] == ref(names.function(actor))
    assert (found["StartingPosition"], found["BatchSize"]) == ("TRIM_HORIZON", actor.stream.batch)
    [wanted] = found["FilterCriteria"]["Filters"]
    assert json.loads(wanted["Pattern"]) == {"dynamodb": {"NewImage": {"status": {"S": sorted(SETTLED)}}}}
    day_s = 24 * 60 * 60
    assert (found["MaximumRetryAttempts"], found["MaximumRecordAgeInSeconds"]) == (10_000, day_s)
    assert found["BisectBatchOnFunctionError"] is True
    assert found["DestinationConfig"] == {"OnFailure": {"Destination": arn(names.dead_letter_queue(actor))}}


@every_actor
def test_concurrency_is_the_actors_own_unless_the_deployment_caps_it(actor: Actor) -> None:
    chosen = STACK.properties(names.mapping(actor))["ScalingConfig"]["MaximumConcurrency"]
    assert chosen == {"Fn::FindInMap": ["Concurrency", ref("MaximumConcurrency"), actor.name]}
    parameter = STACK.body["Parameters"]["MaximumConcurrency"]
    by_cap = STACK.body["Mappings"]["Concurrency"]
    assert by_cap[str(parameter["Default"])][actor.name] == actor.concurrency
    assert [str(value) for value in parameter["AllowedValues"]] == ["0", *map(str, CAPS)]
    assert {int(cap): by_cap[cap][actor.name] for cap in by_cap if cap != "0"} == {
        cap: min(cap, actor.concurrency) for cap in CAPS
    }


def test_a_cap_is_a_number_that_lambda_takes() -> None:
    assert all(cap in CONCURRENCY for cap in CAPS)


def test_what_a_deployment_chooses_for_one_actor_is_a_parameter_and_a_variable_of_its_function() -> None:
    fast = Setting(name="Speed", meaning="How fast it goes", default="slow", choices=("slow", "fast"))
    runner = Actor(name="runner", purpose="Runs, in tests", hears=(WHOLE.origin,), settings=(fast,))
    walker = Actor(name="walker", purpose="Walks, in tests", hears=(WHOLE.origin,))
    stack = Stack(Chain(origin=WHOLE.origin, actors=(runner, walker)))
    parameter = stack.body["Parameters"]["Speed"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("slow", ["slow", "fast"])
    assert parameter["Description"] == "How fast it goes (runner)"
    variables = [stack.properties(names.function(actor))["Environment"]["Variables"] for actor in (runner, walker)]
    assert [each.get("BRIGADE_SPEED") for each in variables] == [ref("Speed"), None]
