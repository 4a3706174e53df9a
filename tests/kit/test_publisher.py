"""Announcing on SNS."""

import json
from typing import Any

import boto3
import pytest

from kit.envelope import decode, wrap
from kit.errors import ConfigurationError
from kit.publisher import SnsPublisher
from kit.tracing import Trace
from tests.support.stand import ImageSeen, image

ENVELOPE = wrap(ImageSeen(image=image("ü.jpg")), "look", Trace.start())


@pytest.fixture
def topic(cloud: None) -> str:
    return str(boto3.client("sns").create_topic(Name="image-seen")["TopicArn"])


def subscribed_queue(topic: str, attributes: dict[str, str]) -> str:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="ear")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    return str(url)


def received(url: str) -> list[Any]:
    return list(boto3.client("sqs").receive_message(QueueUrl=url).get("Messages", []))


def test_an_announcement_arrives_as_it_was_said(topic: str) -> None:
    url = subscribed_queue(topic, {"RawMessageDelivery": "true"})
    SnsPublisher({"image-seen": topic}).publish(ENVELOPE)
    (message,) = received(url)
    assert decode(message["Body"], [ImageSeen]) == (ENVELOPE, ImageSeen(image=image("ü.jpg")))


def test_a_subscriber_may_filter_by_type(topic: str) -> None:
    filtered = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps({"type": ["brigade.image-eaten"]})}
    url = subscribed_queue(topic, filtered)
    SnsPublisher({"image-seen": topic}).publish(ENVELOPE)
    assert received(url) == []


@pytest.mark.parametrize(("skipped", "heard"), [("grey", 1), ("red", 0)])
def test_what_an_event_names_for_filters_is_an_attribute_of_every_announcement(
    topic: str, skipped: str, heard: int
) -> None:
    rules = {"shade": [{"anything-but": [skipped]}, {"exists": False}]}
    url = subscribed_queue(topic, {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(rules)})
    SnsPublisher({"image-seen": topic}).publish(ENVELOPE)
    assert len(received(url)) == heard


def test_an_event_without_a_topic_cannot_be_said() -> None:
    with pytest.raises(ConfigurationError, match="this function may not say image-seen: it has no topic for it"):
        SnsPublisher({"image-praised": "arn"}).publish(ENVELOPE)
