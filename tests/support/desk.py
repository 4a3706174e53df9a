"""An operator's desk on moto: a stack with its buckets, its catalog, every actor's two queues, and one listener."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.stack_queues import dead_letters
from brigade.deploy.stack import Stack
from brigade.operations.operation import Entry
from brigade.pipeline import Pipeline
from brigade.target import Target
from infra import names
from kit.actor import Bucket
from kit.envelope import decode
from kit.events import DeadLetterHandled, Image, ImageIngested, Source
from services.chain import CHAIN
from tests.support import moto
from tests.support.moto import REGION
from tests.support.site import TABLE, body, create_table, s3_event

FAILED_AT = "2026-11-21T08:00:01.000Z"


def entries(letters: list[DeadLetter]) -> list[Entry]:
    """Return letters as an operation records them."""
    return [msgspec.convert(letter, Entry, from_attributes=True) for letter in letters]


@dataclass
class Desk:
    """What an operator has in front of him, and what happened behind it."""

    pipeline: Pipeline
    ear: str

    @property
    def sqs(self) -> Any:
        return self.pipeline.target.client("sqs")

    def bury(self, actor: str, text: str, **attributes: str) -> DeadLetter:
        """Let an actor give a message up; return the letter as it is found. Empty attributes are left out."""
        known = {letter.message_id for letter in self.letters(actor)}
        facts = {"reason": "corrupt-image", "detail": "a marker is missing", "attempts": "1", "failed_at": FAILED_AT}
        facts |= attributes
        facts["actor"] = actor if facts["failed_at"] else ""
        self.sqs.send_message(
            QueueUrl=self.pipeline.stack.outputs[names.dead_letter_queue(CHAIN.actor(actor))],
            MessageBody=text,
            MessageAttributes={n: {"DataType": "String", "StringValue": v} for n, v in facts.items() if v},
        )
        [letter] = [each for each in self.letters(actor) if each.message_id not in known]
        return letter

    def fill(self, actor: str, count: int) -> list[str]:
        """Let so many letters of somebody else's lie in an actor's dead-letter queue; return their ids."""
        url = self.pipeline.stack.outputs[names.dead_letter_queue(CHAIN.actor(actor))]
        return [self.sqs.send_message(QueueUrl=url, MessageBody=str(each))["MessageId"] for each in range(count)]

    def letters(self, actor: str) -> list[DeadLetter]:
        return dead_letters(self.pipeline, CHAIN.actor(actor))

    def sent_back(self, actor: str) -> list[dict[str, Any]]:
        """Return what waits for an actor."""
        url = self.pipeline.stack.outputs[names.queue(CHAIN.actor(actor))]
        answer = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
        )
        return list(answer.get("Messages", []))

    def told(self) -> list[DeadLetterHandled]:
        """Return what the catalog would hear, and forget it."""
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.ear, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.ear, ReceiptHandle=message["ReceiptHandle"])
                _, event = decode(message["Body"], [DeadLetterHandled])
                assert isinstance(event, DeadLetterHandled)
                found.append(event)
        return found

    def upload(self, key: str, content: bytes) -> Source:
        put = self.pipeline.s3.put_object(Bucket="source", Key=key, Body=content)
        return Source(
            bucket="source",
            key=key,
            version=put["VersionId"],
            size=len(content),
            uploaded_at="2026-11-21T08:00:00.000Z",
        )


def ingested(key: str = "in/a.jpg", source: Source | None = None) -> str:
    """Return a message that normalize hears."""
    image = Image.of(source or Source(bucket="source", key=key, version="v1", uploaded_at="2026-11-21T08:00:00.000Z"))
    return body(ImageIngested(image=image, recipe="default", format="JPEG", width=40, height=30, bytes=9), "ingest")


def uploaded(*sources: Source) -> str:
    """Return S3's notification, which ingest hears."""
    return json.dumps({"Records": [record for source in sources for record in s3_event(source)["Records"]]})


@cache
def target_of_all() -> Target:
    """Return one target for all tests: its clients take long to make, and moto answers any client."""
    return Target(REGION)


def set_up() -> Desk:
    """Make the stack; AWS must be moto's."""
    target = target_of_all()
    s3, sns = target.client("s3"), target.client("sns")
    outputs = {names.TABLE: TABLE}
    create_table()
    for bucket in Bucket:
        moto.bucket(bucket.value)
        outputs[names.bucket(bucket)] = bucket.value
    s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    for actor in CHAIN.actors:
        outputs[names.queue(actor)] = moto.queue(f"brigade-{actor.name}")
        outputs[names.dead_letter_queue(actor)] = moto.queue(f"brigade-{actor.name}-dead")
    outputs[names.UNDELIVERED_QUEUE] = moto.queue("brigade-undelivered")
    topic = outputs[names.topic(DeadLetterHandled)] = sns.create_topic(Name="handled")["TopicArn"]
    ear = moto.queue("ear")
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:{REGION}:123456789012:ear",
        Attributes={"RawMessageDelivery": "true"},
    )
    return Desk(Pipeline(Stack(target, "brigade", "id", "CREATE_COMPLETE", outputs)), ear)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]
