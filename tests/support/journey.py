"""A deployed chain as its user meets it, and waiting for what becomes of a picture."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from brigade.flow import mappings
from brigade.local.cloud_process import LocalCloud
from brigade.pictures import uploads
from brigade.pipeline import Pipeline
from infra import names, policies
from kit.envelope import decode
from kit.events import Image, ImageSettled, ImageUploaded, Source
from records.shown import shown
from services.chain import CHAIN

PATIENCE_S = 90
# Keys that begin so are matched by no recipe of the journeys' deployment.
UNMATCHED = "unmatched/"


class Brigade(Protocol):
    """Give a command on the journeys' stack; it must end with that code, or with any if that is None.

    Returns what it prints; of ``--json`` only that.
    """

    def __call__(self, *arguments: str, code: int | None = 0) -> str: ...


def until(found: Callable[[], Any], what: str) -> Any:
    """Return what ``found`` returns once it is something, looking ever less often."""
    began = time.monotonic()
    while (waited := time.monotonic() - began) < PATIENCE_S:
        if answer := found():
            return answer
        time.sleep(0.1 + min(waited / 8, 0.5))
    raise AssertionError(f"waited {PATIENCE_S} s for {what}")


@dataclass
class Journey:
    """What a user does with the chain, and sees of it."""

    pipeline: Pipeline
    listener: str
    own_cloud: LocalCloud | None = None
    _settled: list[ImageSettled] = field(default_factory=list)

    @property
    def cloud(self) -> LocalCloud:
        """The built-in local cloud, for what no other engine can do; where there is another, the test is skipped."""
        if self.own_cloud is None:
            pytest.skip("needs the built-in local cloud")
        return self.own_cloud

    def put(self, key: str, content: bytes) -> Image:
        """Upload, as any S3 client would."""
        answer = self.pipeline.s3.put_object(Bucket=self.pipeline.source_bucket, Key=key, Body=content)
        return Image.of(Source(bucket=self.pipeline.source_bucket, key=key, version=answer["VersionId"]))

    def settled(self, *images: Image) -> list[dict[str, Any]]:
        """Wait until nothing more will happen to the pictures; return their records, as `brigade show --json` does."""
        records: dict[str, dict[str, Any]] = {}
        ids = [image.id for image in images]
        left = uploads.wait(
            self.pipeline.catalog, ids, PATIENCE_S, lambda record: records.update({record.image_id: shown(record)})
        )
        assert not left, f"not settled: {left}"
        return [records[image_id] for image_id in ids]

    def record(self, key_or_id: str) -> dict[str, Any]:
        """Return a picture's record, as `brigade show --json` does."""
        return shown(self.pipeline.catalog.find(key_or_id))

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
        """Wait until no actor of the stack, which may be an older release's, has anything left to do."""
        there = [actor.name for actor in CHAIN.actors if names.queue(actor) in self.pipeline.stack.outputs]
        until(lambda: all(map(self.queue_is_empty, there)), "all queues to be empty")

    def said(self, image: Image) -> list[str]:
        """Return what was said to have become of a picture, once all is quiet and its last settlement is said."""
        self.at_rest()
        last = self.pipeline.catalog.find(image.id).settled
        until(lambda: self._heard(image) and self._heard(image)[-1].settled >= last, "its last settlement to be said")
        return [event.status for event in self._heard(image)]

    def _heard(self, image: Image) -> list[ImageSettled]:
        sqs = self.pipeline.target.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self.listener, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                _, event = decode(message["Body"], [ImageSettled])
                assert isinstance(event, ImageSettled)
                self._settled.append(event)
                sqs.delete_message(QueueUrl=self.listener, ReceiptHandle=message["ReceiptHandle"])
        return sorted((each for each in self._settled if each.image.id == image.id), key=lambda each: each.settled)

    def pause(self, name: str, paused: bool) -> None:
        """Stop or start one actor."""
        list(mappings.switch(self.pipeline, [CHAIN.actor(name)], on=not paused))


@contextmanager
def listening(pipeline: Pipeline) -> Iterator[str]:
    """Subscribe a queue of the test's own to what the chain says at its end."""
    sqs, sns = pipeline.target.client("sqs"), pipeline.target.client("sns")
    topic = pipeline.output(names.topic(ImageSettled))
    url: str = sqs.create_queue(QueueName=f"{pipeline.stack.name}-listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    from_topic = policies.allow(
        ["sqs:SendMessage"],
        arn,
        Principal={"Service": "sns.amazonaws.com"},
        Condition={"ArnEquals": {"aws:SourceArn": topic}},
    )
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policies.document(from_topic))})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    yield url
    sqs.delete_queue(QueueUrl=url)
