"""Where an actor works in a test: buckets in memory, or everything that it is deployed with, on moto."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import boto3
import pytest

from brigade.inline.memory_storage import MemoryStorage
from infra.catalog import projection
from kit import settings
from kit.chain import says
from kit.envelope import decode, encode, wrap
from kit.events import Event, Image, Source
from kit.function import Function, Site
from kit.letter import Letter
from kit.tracing import Trace
from records.table import INDEXES, KEY
from services.chain import CHAIN
from tests.support import moto
from tests.support.moto import REGION
from tests.support.stand import Clock

E = TypeVar("E", bound=Event)

SETTINGS = settings.Settings(source_bucket="source", target_bucket="target", region=REGION, environment="test")
TABLE = "pictures"
UPLOADED_AT = "2026-11-21T08:00:00.000Z"


def site(storage: MemoryStorage | None = None) -> Site:
    return Site(storage or MemoryStorage(), SETTINGS)


def picture(key: str = "a.jpg", **more: Any) -> Image:
    return Image.of(Source(**({"bucket": "source", "key": key, "uploaded_at": UPLOADED_AT} | more)))


def letter(event: E, actor: str = "test", attempts: int = 1, queued_ms: int = 0) -> Letter[E]:
    return Letter(event, wrap(event, actor, Trace.start(), attempts=attempts, queued_ms=queued_ms), attempts)


def body(event: Event, actor: str = "test") -> str:
    return encode(wrap(event, actor, Trace.start()))


def only(events: Iterable[Event], kind: type[E]) -> E:
    """Return the one event that was said, which must be of that kind."""
    (event,) = events
    assert isinstance(event, kind)
    return event


@dataclass
class Deployment:
    """One actor's surroundings on moto, made from its declaration; names are the same in every test."""

    actor: str
    monkeypatch: pytest.MonkeyPatch
    ears: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.s3: Any = boto3.client("s3")
        self.sqs: Any = boto3.client("sqs")
        self.sns: Any = boto3.client("sns")
        for bucket in ("source", "target", "archive"):
            moto.bucket(bucket)
        self.s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
        self.queue, self.dead = moto.queue(self.actor), moto.queue(f"{self.actor}-dead")
        variables = {
            settings.SOURCE_BUCKET: "source",
            settings.TARGET_BUCKET: "target",
            settings.ARCHIVE_BUCKET: "archive",
            settings.QUEUE_URL: self.queue,
            settings.DEAD_LETTER_QUEUE_URL: self.dead,
            settings.ENVIRONMENT: "test",
            settings.VERSION: "7",
        }
        if CHAIN.whole.actor(self.actor).table:
            create_table()
            variables[settings.TABLE] = TABLE
        for event in says(CHAIN.whole.actor(self.actor)):
            variables[settings.topic_variable(event.kind)] = self._topic_with_ear(event.kind)
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)

    def _topic_with_ear(self, kind: str) -> str:
        topic = str(self.sns.create_topic(Name=kind)["TopicArn"])
        self.ears[kind] = moto.queue(f"ear-{kind}")
        arn = f"arn:aws:sqs:{REGION}:123456789012:ear-{kind}"
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
        return topic

    def upload(self, key: str, content: bytes) -> Source:
        """Store a picture in the source bucket; return what S3 would say about it."""
        put = self.s3.put_object(Bucket="source", Key=key, Body=content)
        return Source(bucket="source", key=key, version=put["VersionId"], size=len(content), uploaded_at=UPLOADED_AT)

    def deliver(self, handle: Function, *bodies: str, attempts: int = 1) -> list[str]:
        """Send messages through the actor's queue into its function; return the bodies of those that stay."""
        for text in bodies:
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=text)
        received = self.sqs.receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )["Messages"]
        assert len(received) == len(bodies)
        answer = handle({"Records": [record(message, attempts) for message in received]}, Clock(left=900_000))
        unsettled = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in received:  # what stays may be seen again in a second, and is handed over anew by the test
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in received if message["MessageId"] in unsettled]

    def heard(self, kind: type[E]) -> list[E]:
        """Return what has been said of that kind, and forget it."""
        found = []
        for message in self._drain(self.ears[kind.kind]):
            _, event = decode(message["Body"], [kind])
            assert isinstance(event, kind)
            found.append(event)
        return found

    def dead_letters(self) -> list[dict[str, str]]:
        """Return the attributes of the dead letters, and forget them."""
        return [
            {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}
            for message in self._drain(self.dead)
        ]

    def stored(self, bucket: str, key: str) -> bytes:
        content: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def keys(self, bucket: str) -> list[str]:
        return [str(thing["Key"]) for thing in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def _drain(self, url: str) -> list[Any]:
        found: list[Any] = []
        while more := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
            "Messages"
        ):
            found += more
        return found


def record(message: Any, attempts: int) -> dict[str, Any]:
    """Return the message as the event source mapping hands it to a function."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"] | {"ApproximateReceiveCount": str(attempts)},
        "messageAttributes": {},
    }


def create_table() -> None:
    """Make the catalog's table as records/table.py describes it."""
    attributes = {KEY} | {name for index in INDEXES for name in (index.partition, index.sort)}
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": KEY, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in sorted(attributes)],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index.name,
                "KeySchema": [
                    {"AttributeName": index.partition, "KeyType": "HASH"},
                    {"AttributeName": index.sort, "KeyType": "RANGE"},
                ],
                "Projection": projection(index).to_dict(),
            }
            for index in INDEXES
        ],
    )


def s3_event(source: Source, key: str | None = None, name: str = "ObjectCreated:Put") -> dict[str, Any]:
    """Return S3's notification of an upload; ``key`` is its text on the wire, where that differs."""
    thing = {"key": key or source.key, "size": source.size, "versionId": source.version, "eTag": source.etag}
    thing |= {"sequencer": source.sequencer}
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": source.uploaded_at,
        "eventName": name,
        "s3": {
            "bucket": {"name": source.bucket},
            "object": {name: value for name, value in thing.items() if value is not None},
        },
    }
    return {"Records": [record]}


def notification(source: Source, key: str | None = None) -> str:
    return json.dumps(s3_event(source, key))
