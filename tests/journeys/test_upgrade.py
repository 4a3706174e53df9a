"""A chain of today takes over from release 0.1 with messages in every queue: nothing is lost.

The messages, records and outputs are those that release 0.1 wrote (tests/golden); bucket names, object versions and
ids are this deployment's.
"""

from typing import Any

import pytest

from brigade.dead_letters.stack_queues import dead_letters
from infra import names
from kit.events import Image
from services.chain import CHAIN
from tests.golden import release_0_1 as golden
from tests.support.journey import Journey, until
from tests.support.moderator import moderating


@pytest.fixture
def sqs(journey: Journey) -> Any:
    return journey.pipeline.target.client("sqs")


def put(journey: Journey, sqs: Any, actor: str) -> Image:
    """Upload what waits for that actor; what today's S3 says of it goes unheard."""
    old = golden.in_flight(actor)
    image = journey.put(old.image.source.key, old.original)
    if actor == "retire":
        journey.pipeline.s3.delete_object(Bucket=image.source.bucket, Key=image.source.key)
    ingest = journey.pipeline.output(names.queue(CHAIN.actor("ingest")))
    for _ in range(1 + (actor == "retire")):
        [message] = until(lambda: sqs.receive_message(QueueUrl=ingest).get("Messages"), "what S3 says")
        sqs.delete_message(QueueUrl=ingest, ReceiptHandle=message["ReceiptHandle"])
    return image


def plant(journey: Journey, sqs: Any, actor: str, image: Image) -> None:
    """Let a picture be as release 0.1 left it: its outputs, its record, its messages in that actor's queue."""
    pipeline, old = journey.pipeline, golden.in_flight(actor).image
    buckets = {old.source.bucket: pipeline.source_bucket, golden.TARGET_BUCKET: pipeline.target_bucket}
    found = golden.in_flight(actor, buckets | {str(old.source.version): str(image.source.version), old.id: image.id})
    for key, (media_type, content) in found.outputs.items():
        pipeline.s3.put_object(Bucket=pipeline.target_bucket, Key=key, Body=content, ContentType=media_type)
    for item in found.items:
        pipeline.target.client("dynamodb").put_item(TableName=pipeline.output(names.TABLE), Item=item)
    for message in found.messages:
        sqs.send_message(
            QueueUrl=pipeline.output(names.queue(CHAIN.actor(actor))),
            MessageBody=message["body"],
            MessageAttributes={n: {"DataType": "String", "StringValue": v} for n, v in message["attributes"].items()},
        )


def test_pictures_that_release_0_1_left_on_their_way_all_settle(journey: Journey, sqs: Any) -> None:
    assert set(golden.WAITING_FOR) == {"ingest", "describe", "normalize", "moderate", "resize", "catalog", "retire"}
    with moderating(journey):
        for actor in CHAIN.actors:
            journey.pause(actor.name, True)
        images = {name: put(journey, sqs, name) for name in golden.WAITING_FOR}
        for name, image in images.items():
            plant(journey, sqs, name, image)
        for actor in CHAIN.actors:
            journey.pause(actor.name, False)
        statuses = {a: record["status"] for a, record in zip(images, journey.settled(*images.values()), strict=True)}
        journey.at_rest()
    assert statuses == dict.fromkeys(images, "READY") | {"retire": "REMOVED"}
    ids = {image.id for image in images.values()}
    for actor in CHAIN.actors:
        assert not ids & {letter.image_id for letter in dead_letters(journey.pipeline, actor)}
    records = {each: journey.record(each) for each in ids}
    for record in records.values():
        for rendition in record["renditions"] or ():
            assert len(journey.stored(rendition)) == rendition["bytes"]
    assert records[images["describe"].id]["camera"]["make"] == "RECONYX"
    until(lambda: not outputs_of(journey, images["retire"]), "what waits for its grace time to be retired")


def outputs_of(journey: Journey, image: Image) -> int:
    listings = [
        journey.pipeline.s3.list_objects_v2(Bucket=journey.pipeline.target_bucket, Prefix=prefix + image.id)
        for prefix in ("normalized/", "renditions/", "metadata/")
    ]
    return sum(listing["KeyCount"] for listing in listings)
