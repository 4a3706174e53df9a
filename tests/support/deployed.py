"""A stack as its operator meets it, on moto: buckets, queues and the catalog; Lambda is a stand-in."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from brigade.deploy.artifacts import Artifacts
from brigade.deploy.stack import Stack
from brigade.operations.storage import S3History
from brigade.pipeline import Pipeline
from brigade.target import Target
from infra import names
from infra.packaging.package import RECIPES
from kit.actor import Actor, Bucket
from kit.events import Event, Image, ImageRemoved, ImageResized, ImageUploaded, StoredRendition
from kit.letter import Letter
from records.picture import PictureRecord
from services.catalog.handler import act
from services.catalog.memory import MemoryRecords
from services.catalog.records import DynamoRecords
from services.chain import CHAIN
from services.ingest.actor import INGEST
from services.ingest.notification import read
from tests.services.catalog.stored import typed
from tests.support import moto, story
from tests.support.moto import REGION
from tests.support.site import TABLE, create_table, site

NAME = "brigade"
RENDITIONS = ("small", "large")
RECIPE = """
[[recipe]]
name = "default"
prefix = "in/"
rendition = [{ name = "small", width = 10 }, { name = "large", width = 100 }]
"""


def rendition_key(image_id: str, name: str) -> str:
    return f"renditions/{image_id}/{name}.png"


def way(picture: Image, renditions: Sequence[str] = RENDITIONS) -> list[Letter[Event]]:
    """Return what is said of a picture with which all goes well, in order: by ingest, normalize and resize."""
    made = tuple(
        StoredRendition(
            name=name,
            bucket="target",
            key=rendition_key(picture.id, name),
            format="PNG",
            width=10,
            height=10,
            bytes=1,
            method="m",
        )
        for name in renditions
    )
    resized = ImageResized(image=picture, recipe="default", renditions=made)
    return [*story.way(picture)[:2], story.said(resized, "resize")]


def record_of(*letters: Letter[Event]) -> PictureRecord:
    """Return the one record that the catalog makes of these letters, as its readers give it."""
    records = MemoryRecords()
    for letter in letters:
        list(act(letter, site=site(), records=records))
    return typed(records.items[letters[0].event.image.id])


@dataclass
class Functions:
    """Lambda's event source mappings; a change of one takes ``slowness`` looks before it is done."""

    slowness: int = 0
    mappings: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[tuple[str, bool]] = field(default_factory=list)
    ways: dict[str, list[str]] = field(default_factory=dict)  # the states that a mapping has yet to go through

    def feed(self, actor: Actor, state: str = "Enabled", **more: Any) -> None:
        """Let the actor's queue feed its function."""
        arn = f"arn:aws:sqs:{REGION}:123456789012:{NAME}-{actor.name}"
        self.mappings[actor.name] = {"UUID": actor.name, "State": state, "EventSourceArn": arn} | more

    def get_paginator(self, operation: str) -> "Functions":
        assert operation == "list_event_source_mappings"
        return self

    def paginate(self, FunctionName: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's own
        another = {"UUID": "other", "State": "Disabled", "EventSourceArn": f"arn:aws:sqs:{REGION}:1:another"}
        yield {"EventSourceMappings": [another]}
        name = FunctionName.removeprefix(f"{NAME}-")
        yield {"EventSourceMappings": [self.mappings[name]] if name in self.mappings else []}

    def update_event_source_mapping(self, UUID: str, Enabled: bool) -> None:  # noqa: N803
        assert not self.ways.get(UUID), "AWS refuses a change while another is under way"
        self.changes.append((UUID, Enabled))
        between, end = ("Enabling", "Enabled") if Enabled else ("Disabling", "Disabled")
        self.ways[UUID] = [between] * self.slowness + [end]

    def get_event_source_mapping(self, UUID: str) -> dict[str, Any]:  # noqa: N803
        if way := self.ways.get(UUID):
            self.mappings[UUID]["State"] = way.pop(0)
        return self.mappings[UUID]


@dataclass(frozen=True)
class Deployed:
    """The stack and what is in it."""

    pipeline: Pipeline
    functions: Functions

    @property
    def sqs(self) -> Any:
        return self.pipeline.target.client("sqs")

    def queue_url(self, actor: Actor) -> str:
        return self.pipeline.output(names.queue(actor))

    def received(self, actor: Actor) -> list[dict[str, Any]]:
        """Take all messages out of an actor's queue."""
        found: list[dict[str, Any]] = []
        url = self.queue_url(actor)
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"]}
        while messages := self.sqs.receive_message(**asked).get("Messages"):
            found += messages
        return found

    def upload(self, key: str, sequencer: str = "01") -> Image:
        """Put something into the source bucket, of which no actor hears."""
        answer = self.pipeline.s3.put_object(Bucket="source", Key=key, Body=b"x")
        return story.image(key, answer["VersionId"], sequencer)

    def catalog(self, *letters: Letter[Event]) -> None:
        """Let the catalog hear."""
        for letter in letters:
            list(act(letter, site=site(), records=DynamoRecords(TABLE)))

    def store(self, picture: Image, renditions: Sequence[str] = RENDITIONS) -> None:
        """Put the master and renditions of a picture into the target bucket."""
        self.pipeline.s3.put_object(Bucket="target", Key=story.MASTER.key, Body=b"x")
        for name in renditions:
            self.pipeline.s3.put_object(Bucket="target", Key=rendition_key(picture.id, name), Body=b"x")

    def ready(self, key: str, stored: Sequence[str] = RENDITIONS) -> Image:
        """Have a picture that is READY by its record, with these renditions in the bucket."""
        picture = self.upload(key)
        self.catalog(*way(picture))
        self.store(picture, stored)
        return picture


def deploy() -> Deployed:
    """Make what a deployment of the chain would make, in the moto of the fixture ``cloud``."""
    target = Target(REGION)  # tests change what it finds out
    s3 = target.client("s3")
    code = Artifacts(target, NAME).bucket
    for bucket in ("source", "target", code):
        moto.bucket(bucket)
    s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=code, Key="code.zip", Body=_zip_with_recipes())
    create_table()
    outputs = {names.bucket(Bucket.SOURCE): "source", names.bucket(Bucket.TARGET): "target", names.TABLE: TABLE}
    functions = Functions()
    for actor in CHAIN.actors:
        outputs[names.function(actor)] = f"{NAME}-{actor.name}"
        for name, queue in ((names.queue, actor.name), (names.dead_letter_queue, f"{actor.name}-dead-letters")):
            outputs[name(actor)] = moto.queue(f"{NAME}-{queue}")
        functions.feed(actor)
    outputs[names.UNDELIVERED_QUEUE] = moto.queue(f"{NAME}-undelivered")
    target.clients["lambda"] = functions
    parameters = {names.code_key(INGEST): "code.zip"}
    return Deployed(Pipeline(Stack(target, NAME, "id", "CREATE_COMPLETE", outputs, {}, parameters)), functions)


def _zip_with_recipes() -> bytes:
    code = BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr(RECIPES, RECIPE)
    return code.getvalue()


def operations(deployed: Deployed) -> list[tuple[str, str, dict[str, int]]]:
    history = S3History(deployed.pipeline.target, "target")
    return [(each.command, each.where, dict(each.outcomes)) for each in history.newest()]


def heard(deployed: Deployed) -> list[ImageUploaded | ImageRemoved]:
    """Return what ingest is told."""
    return [change for message in deployed.received(INGEST) for change in read(message["Body"])]
