"""CREATE_COMPLETE proves nothing: what is in the cloud is compared with the chain's own edges."""

import json

import pytest

from infra import names
from kit.actor import Actor
from kit.events import ImageUploaded
from services.chain import CHAIN
from tests.support.journey import Journey


def arn(journey: Journey, queue_url: str) -> str:
    sqs = journey.pipeline.target.client("sqs")
    answer = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    found: str = answer["Attributes"]["QueueArn"]
    return found


def test_every_edge_of_the_chain_is_a_raw_subscription_and_there_is_no_other(journey: Journey) -> None:
    sns = journey.pipeline.target.client("sns")
    outputs = journey.pipeline.stack.outputs
    expected = {(edge.event.kind, arn(journey, outputs[names.queue(CHAIN.actor(edge.hearer))])) for edge in CHAIN.edges}
    listener = arn(journey, journey.listener)
    found = set()
    for event in CHAIN.events:
        topic = outputs[names.topic(event)]
        for subscription in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
            attributes = sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
            assert attributes["RawMessageDelivery"] == "true"
            if subscription["Endpoint"] != listener:
                found.add((event.kind, subscription["Endpoint"]))
    assert found == expected


def test_the_source_bucket_alone_notifies_and_only_the_first_topic(journey: Journey) -> None:
    s3, outputs = journey.pipeline.s3, journey.pipeline.stack.outputs
    told = s3.get_bucket_notification_configuration(Bucket=journey.pipeline.source_bucket)
    assert {topic["TopicArn"] for topic in told["TopicConfigurations"]} == {outputs[names.topic(ImageUploaded)]}
    events = [event for topic in told["TopicConfigurations"] for event in topic["Events"]]
    assert sorted(events) == ["s3:LifecycleExpiration:*", "s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    silent = s3.get_bucket_notification_configuration(Bucket=journey.pipeline.target_bucket)
    assert not [name for name in silent if name.endswith("Configurations") and silent[name]]
    assert s3.get_bucket_versioning(Bucket=journey.pipeline.source_bucket)["Status"] == "Enabled"


@pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)
def test_an_actors_queue_feeds_its_function_as_declared(journey: Journey, actor: Actor) -> None:
    outputs = journey.pipeline.stack.outputs
    functions = journey.pipeline.target.client("lambda")
    queue = arn(journey, outputs[names.queue(actor)])
    mappings = functions.list_event_source_mappings(FunctionName=outputs[names.function(actor)])["EventSourceMappings"]
    assert len(mappings) == (2 if actor.stream else 1)
    (mapping,) = [each for each in mappings if each["EventSourceArn"] == queue]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == actor.batch
    assert 2 <= mapping["ScalingConfig"]["MaximumConcurrency"] <= actor.concurrency
    configuration = functions.get_function_configuration(FunctionName=outputs[names.function(actor)])
    assert (configuration["Timeout"], configuration["MemorySize"]) == (actor.timeout, actor.memory)
    assert configuration["Handler"] == f"{actor.module}.handle"


@pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)
def test_what_an_actor_cannot_settle_goes_to_its_own_dead_letter_queue(journey: Journey, actor: Actor) -> None:
    outputs, sqs = journey.pipeline.stack.outputs, journey.pipeline.target.client("sqs")
    dead = sqs.get_queue_attributes(QueueUrl=outputs[names.dead_letter_queue(actor)], AttributeNames=["All"])
    live = sqs.get_queue_attributes(QueueUrl=outputs[names.queue(actor)], AttributeNames=["All"])["Attributes"]
    redrive = json.loads(live["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == dead["Attributes"]["QueueArn"]
    assert int(redrive["maxReceiveCount"]) == actor.attempts
    assert int(live["VisibilityTimeout"]) >= 6 * actor.timeout
    assert int(dead["Attributes"]["MessageRetentionPeriod"]) > int(live["MessageRetentionPeriod"])
