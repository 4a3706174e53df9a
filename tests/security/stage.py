"""Where one actor at a time works, when a test says so: a guarded chain whose actors are all paused."""

import dataclasses
import itertools
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from brigade.flow import mappings
from brigade.pipeline import Pipeline
from infra import names
from infra.delivery import DELIVER_BY
from kit import outputs
from kit.actor import Actor
from kit.events import Image, ImageArchived, Source
from records.attribute_values import write
from records.table import KEY
from services.archive.actor import KEEPS_ORIGINALS, STORAGE_CLASS
from services.chain import CHAIN
from tests.support.guard import Guard
from tests.support.site import UPLOADED_AT, record

_NUMBERS = itertools.count()
# Less than an actor wants to have left when it begins with a letter (kit.delivery): it is out of time at once.
NO_TIME_S = 10


@dataclass(frozen=True)
class Stage:
    """A deployed chain, one of its actors, and what a test sees of its work. The tests act with all rights."""

    guard: Guard
    pipeline: Pipeline
    actor: Actor
    number: int = field(default_factory=lambda: next(_NUMBERS))
    function: str = ""  # which works; the actor's own unless another is named

    def client(self, service: str) -> Any:
        """Return a client."""
        return self.pipeline.target.client(service)

    def source(self, name: str, **more: Any) -> Source:
        """Return an upload, of a name that is this stage's alone, that need not be there."""
        key = f"in/{self.actor.name}/{self.number}/{name}.jpg"
        bucket = self.pipeline.source_bucket
        return replace(Source(bucket=bucket, key=key, size=9, sequencer="05", uploaded_at=UPLOADED_AT), **more)

    def upload(self, name: str, content: bytes) -> Source:
        """Store a picture in the source bucket; return what S3 says of it."""
        source = self.source(name)
        put = self.client("s3").put_object(Bucket=source.bucket, Key=source.key, Body=content)
        return self.source(name, version=put["VersionId"], size=len(content))

    def store(self, key: str, content: bytes = b"x") -> None:
        """Store an output."""
        self.client("s3").put_object(Bucket=self.pipeline.target_bucket, Key=key, Body=content)

    def note(self, image: Image, status: str, **more: Any) -> None:
        """Be the catalog: have a record of a picture."""
        source = {name: getattr(image.source, name) for name in ("bucket", "key", "version", "etag")}
        item = {"image_id": image.id, "status": status, "source": source, "entered_at": UPLOADED_AT} | more
        table = self.pipeline.output(names.TABLE)
        self.client("dynamodb").put_item(TableName=table, Item={name: write(value) for name, value in item.items()})

    def archive(self, image: Image, content: bytes) -> ImageArchived:
        """Store a copy of an original in the archive; return what archive says of it."""
        bucket, key = str(self.pipeline.archive_bucket), outputs.archived(image.source)
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=content, StorageClass="GLACIER")
        facts = {"bucket": bucket, "key": key, "bytes": len(content), "sha256": sha256(content).hexdigest()}
        return ImageArchived(image=image, storage_class="GLACIER", original="kept", **facts)  # type: ignore[arg-type]

    def outputs(self, image: Image) -> list[str]:
        """Return the keys of a picture's outputs."""
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.pipeline.target_bucket)
        return [each["Key"] for page in pages for each in page.get("Contents", []) if image.id in each["Key"]]

    def work(self, *bodies: str, attempts: int = 1) -> int:
        """Send messages to the actor and let it work on them as one batch; return how many it has not settled."""
        queue, sqs = self._named(names.queue), self.client("sqs")
        for url in (queue, self._named(names.dead_letter_queue)):
            sqs.purge_queue(QueueUrl=url)
        for body in bodies:
            sqs.send_message(QueueUrl=queue, MessageBody=body, DelaySeconds=0)
        asked = {"MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"]}
        records = [record(message, attempts) for message in sqs.receive_message(QueueUrl=queue, **asked)["Messages"]]
        assert len(records) == len(bodies)
        return self._invoke(records)

    def follow(self, change: dict[str, Any]) -> None:
        """Let the actor work on a change that the table's stream brings."""
        self.client("sqs").purge_queue(QueueUrl=self._named(names.queue))
        about = {"Keys": {KEY: change["NewImage"][KEY]}, "ApproximateCreationDateTime": 1_795_000_000}
        assert self._invoke([{"eventID": "e", "eventSource": "aws:dynamodb", "dynamodb": about | change}]) == 0

    def _invoke(self, records: list[dict[str, Any]]) -> int:
        self.guard.record.asked.clear()
        answer = self.client("lambda").invoke(
            FunctionName=self.function or self._named(names.function), Payload=json.dumps({"Records": records})
        )
        said = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return len(said["batchItemFailures"])

    def said(self) -> list[str]:
        """Return the events that the last batch announced, by name; sorted."""
        topics = {self.pipeline.output(names.topic(event)): event.kind for event in CHAIN.whole.events}
        published = [each for each in self.guard.record.asked if each.action == "sns:Publish" and not each.refused]
        return sorted(topics[each.form["TopicArn"]] for each in published for _ in each.published)

    def postponed(self) -> int:
        """Return how many of the last batch's messages the actor has hidden for a time that it chose."""
        asked = self.guard.record.asked
        return sum(each.action == "sqs:ChangeMessageVisibility" and not each.refused for each in asked)

    def why(self) -> list[str]:
        """Return the reasons of the last batch's dead letters; sorted."""
        found = self.client("sqs").receive_message(
            QueueUrl=self._named(names.dead_letter_queue), MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return sorted(each["MessageAttributes"]["reason"]["StringValue"] for each in found.get("Messages", []))

    def waiting(self) -> tuple[int, int]:
        """Return how many of the last batch's messages are visible again, and how many are still hidden."""
        counted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.client("sqs").get_queue_attributes(QueueUrl=self._named(names.queue), AttributeNames=counted)
        visible, hidden = (int(answer["Attributes"][name]) for name in counted)
        return visible, hidden

    def without_time(self) -> "Stage":
        """Return the stage where a copy of the function works that is out of time at once.

        A change of the function's own timeout would start it anew, and another one once more.
        """
        functions, own = self.client("lambda"), self._named(names.function)
        found = functions.get_function_configuration(FunctionName=own)
        given = self.pipeline.stack.parameters
        with suppress(functions.exceptions.ResourceConflictException):  # an earlier test has made it
            functions.create_function(
                FunctionName=f"{own}-{NO_TIME_S}",
                Code={"S3Bucket": given[names.CODE_BUCKET], "S3Key": given[names.code_key(self.actor)]},
                **{name: found[name] for name in ("Runtime", "Role", "Handler", "MemorySize", "Environment")},
                Timeout=NO_TIME_S,
            )
            functions.get_waiter("function_active_v2").wait(FunctionName=f"{own}-{NO_TIME_S}")
        return dataclasses.replace(self, function=f"{own}-{NO_TIME_S}")

    def _named(self, name: Callable[[Actor], str]) -> str:
        return self.pipeline.output(name(self.actor))


def set_up(guard: Guard) -> Pipeline:
    """Deploy a chain in which everybody rests, and that no upload wakes."""
    chosen = {STORAGE_CLASS.name: "GLACIER", KEEPS_ORIGINALS.name: "no", DELIVER_BY: "cloudfront"}
    pipeline = guard.deploy("stage", Path(__file__).with_name("recipes.toml"), chosen)
    pipeline.s3.put_bucket_notification_configuration(Bucket=pipeline.source_bucket, NotificationConfiguration={})
    list(mappings.switch(pipeline, CHAIN.whole.actors, on=False))
    return pipeline
