"""A deployed chain on the local cloud, made once for all journeys."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from brigade import deployment, local_cloud, uploads
from brigade.pipeline import Pipeline
from brigade.target import local_target
from imaging.recipes import DEFAULT_PATH
from infra import names
from kit.envelope import Envelope, decode
from kit.events import Image, ImageCataloged, ImageUploaded, Source
from services.chain import CHAIN

PATIENCE_S = 90
# Keys that begin so are matched by no recipe of the journeys' deployment.
UNMATCHED = "unmatched/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.xdist_group("journeys"))


def until(found: Callable[[], Any], what: str) -> Any:
    """Return what ``found`` returns as soon as it is something."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE_S} s for {what}")


@dataclass
class Journey:
    """What a user does with the chain, and sees of it."""

    pipeline: Pipeline
    listener: str
    _cataloged: list[Envelope] = field(default_factory=list)

    def put(self, key: str, content: bytes) -> Image:
        """Upload, as any S3 client would."""
        answer = self.pipeline.s3.put_object(Bucket=self.pipeline.source_bucket, Key=key, Body=content)
        return Image.of(Source(bucket=self.pipeline.source_bucket, key=key, version=answer["VersionId"]))

    def settled(self, *images: Image) -> list[dict[str, Any]]:
        """Wait until nothing more will happen to the pictures; return their records."""
        records: dict[str, dict[str, Any]] = {}
        ids = [image.id for image in images]
        left = uploads.wait(
            self.pipeline.catalogue, ids, PATIENCE_S, lambda record: records.update({record["image_id"]: record})
        )
        assert not left, f"not settled: {left}"
        return [records[image_id] for image_id in ids]

    def stored(self, rendition: dict[str, Any]) -> bytes:
        """Return what lies in the target bucket."""
        body = self.pipeline.s3.get_object(Bucket=rendition["bucket"], Key=rendition["key"])["Body"]
        content: bytes = body.read()
        return content

    def notify(self, message: dict[str, Any]) -> None:
        """Say something on the topic that S3 notifies."""
        sns = self.pipeline.target.client("sns")
        sns.publish(TopicArn=self.pipeline.stack.outputs[names.topic(ImageUploaded)], Message=json.dumps(message))

    def notification(self, image: Image, **more: Any) -> dict[str, Any]:
        """Return what S3 says of an upload."""
        thing = {"key": image.source.key, "versionId": image.source.version} | more
        s3 = {"bucket": {"name": image.source.bucket}, "object": thing}
        record = {"eventName": "ObjectCreated:Put", "eventTime": "2026-11-21T08:00:00.000Z", "s3": s3}
        return {"Records": [record]}

    def queue_is_empty(self, name: str) -> bool:
        """Whether an actor has settled everything that it was sent."""
        url = self.pipeline.stack.outputs[names.queue(CHAIN.actor(name))]
        counted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.pipeline.target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=counted)
        return all(answer["Attributes"][name] == "0" for name in counted)

    def at_rest(self) -> None:
        """Wait until no actor has anything left to do."""
        until(lambda: all(self.queue_is_empty(actor.name) for actor in CHAIN.actors), "all queues to be empty")

    def cataloged(self, image: Image) -> int:
        """Return how often a picture was announced as ready, once all is quiet."""
        self.at_rest()
        sqs = self.pipeline.target.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self.listener, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._cataloged.append(decode(message["Body"], [ImageCataloged])[0])
                sqs.delete_message(QueueUrl=self.listener, ReceiptHandle=message["ReceiptHandle"])
        return sum(envelope.subject == image.id for envelope in self._cataloged)

    def pause(self, name: str, paused: bool) -> None:
        """Stop or start one actor's event source mapping."""
        functions = self.pipeline.target.client("lambda")
        name = self.pipeline.stack.outputs[names.function(CHAIN.actor(name))]
        mapping = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"][0]["UUID"]
        functions.update_event_source_mapping(UUID=mapping, Enabled=not paused)


@pytest.fixture(scope="session")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped recipes, but that keys below ``unmatched/`` are nobody's."""
    text = DEFAULT_PATH.read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("recipes") / "recipes.toml"
    path.write_text(text.replace('name = "default"\n', 'name = "default"\nprefix = "in/"\n'), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def journey(recipes: Path) -> Iterator[Journey]:
    with local_cloud.running() as cloud:
        target = local_target(cloud.endpoint)
        stack = deployment.deploy(target, "journeys", recipes=recipes, version="test")
        pipeline = Pipeline(stack)
        yield Journey(pipeline, _listen(pipeline))


def _listen(pipeline: Pipeline) -> str:
    """Subscribe a queue of the test's own to what the chain says at its end."""
    sqs, sns = pipeline.target.client("sqs"), pipeline.target.client("sns")
    url: str = sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(
        TopicArn=pipeline.stack.outputs[names.topic(ImageCataloged)],
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
    )
    return url
