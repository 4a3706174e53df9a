"""catalog on moto: messages in; one record, one announcement out."""

from typing import Any

import boto3
import pytest

from kit.events import ImageOutdated
from records.attribute_values import read_item
from services.catalog.handler import handle
from tests.support.site import TABLE, Deployment, body
from tests.support.story import image, ingested, normalized, rejected, resized, way

PICTURE = image()
INGESTED, NORMALIZED, RESIZED = (
    body(ingested(PICTURE), "ingest"),
    body(normalized(PICTURE), "normalize"),
    body(resized(PICTURE), "resize"),
)


@pytest.fixture
def deployed(cloud: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment("catalog", monkeypatch)


def record() -> dict[str, Any]:
    answer = boto3.client("dynamodb").get_item(TableName=TABLE, Key={"image_id": {"S": PICTURE.id}})
    return read_item(dict(answer["Item"]))


def test_a_picture_becomes_ready_once(deployed: Deployment) -> None:
    assert deployed.deliver(handle, RESIZED, INGESTED, NORMALIZED, NORMALIZED, RESIZED) == []
    assert (record()["status"], record()["settled"]) == ("READY", 1)
    assert record()["original"]["bytes"] == 5_000


def test_a_failure_is_written_down(deployed: Deployment) -> None:
    deployed.deliver(handle, INGESTED, body(rejected(PICTURE), "normalize"))
    assert (record()["status"], record()["failure_normalize"]["detail"]) == ("FAILED", "two eyes missing")


def test_after_a_redrive_the_picture_is_ready(deployed: Deployment) -> None:
    deployed.deliver(handle, INGESTED, body(rejected(PICTURE), "normalize"))
    deployed.deliver(handle, body(normalized(PICTURE), "normalize"), RESIZED)
    assert (record()["status"], record()["settled"]) == ("READY", 2)


def test_an_announcement_that_was_lost_is_made_when_the_message_comes_again(deployed: Deployment) -> None:
    older = image(version="older", sequencer="00")
    ways = [body(each.event, each.envelope.actor) for each in [*way(older), *way(PICTURE)]]
    deployed.deliver(handle, *ways[:-1])
    topic = "arn:aws:sns:eu-west-1:123456789012:image-outdated"
    deployed.sns.delete_topic(TopicArn=topic)
    assert deployed.deliver(handle, ways[-1]) == [ways[-1]]
    assert record()["status"] == "READY"
    deployed.sns.create_topic(Name="image-outdated")
    deployed.sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint="arn:aws:sqs:eu-west-1:123456789012:ear-image-outdated",
        Attributes={"RawMessageDelivery": "true"},
    )
    assert deployed.deliver(handle, ways[-1], attempts=2) == []
    assert [event.image for event in deployed.heard(ImageOutdated)] == [older]


def test_an_unreadable_message_is_dead_lettered(deployed: Deployment) -> None:
    assert deployed.deliver(handle, "hello", INGESTED) == []
    assert [why["reason"] for why in deployed.dead_letters()] == ["unreadable-message"]
    assert record()["status"] == "PROCESSING"


def test_while_the_table_is_missing_messages_stay(deployed: Deployment) -> None:
    boto3.client("dynamodb").delete_table(TableName=TABLE)
    assert deployed.deliver(handle, INGESTED) == [INGESTED]
    assert deployed.dead_letters() == []
