"""The contenders, each fed by its own bucket's notification on one local cloud: ours, and what people write instead."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from benchmarks import account
from benchmarks.instead.comparison import DONE, HALF, KNOWN, LOST, MEMORY_MB
from benchmarks.pixels import wanted
from brigade.dead_letters.stack_queues import dead_letters
from brigade.pipeline import Pipeline
from brigade.target import Target
from imaging.recipes import load
from infra.packaging.package import modules_of
from infra.packaging.zips import zipped
from kit.events import Image, Source
from records.status import Status

HERE = Path(__file__).parent
MODULES = Path("build/peers/node_modules")
TIMEOUT_S = 120


class Contender(Protocol):
    """Something that makes renditions of what is uploaded.

    ``functions`` is what its functions' names begin with. ``waits`` and ``record`` are those of comparison.Seen.
    """

    @property
    def name(self) -> str: ...

    @property
    def functions(self) -> str: ...

    @property
    def waits(self) -> Mapping[str, float]: ...

    def record(self, key: str) -> Mapping[str, Any]:
        """Return a single function's record of a picture, in DynamoDB's notation; empty where there is none."""

    def put(self, key: str, content: bytes) -> str:
        """Upload a picture; return what it is asked for by."""

    def done(self, uploads: Collection[str]) -> set[str]:
        """Return those of which all outputs are stored and recorded."""

    def waiting(self) -> int:
        """Return how many messages it still has in queues."""

    def fates(self, uploads: Collection[str]) -> dict[str, str]:
        """Return what has become of each: one of DONE, KNOWN, HALF and LOST."""


@dataclass
class Ours:
    """The chain, as `brigade deploy` makes it."""

    pipeline: Pipeline
    name: str = "Bucket Brigade"
    waits: Mapping[str, float] = field(default_factory=dict)

    def record(self, _: str) -> Mapping[str, Any]:
        return {}

    @property
    def functions(self) -> str:
        return f"{self.pipeline.stack.name}-"

    def put(self, key: str, content: bytes) -> str:
        bucket = self.pipeline.source_bucket
        answer = self.pipeline.s3.put_object(Bucket=bucket, Key=key, Body=content)
        return Image.of(Source(bucket=bucket, key=key, version=answer["VersionId"])).id

    def done(self, uploads: Collection[str]) -> set[str]:
        found = self.pipeline.catalog.get(uploads)
        return {image for image, record in found.items() if record.status is Status.READY}

    def waiting(self) -> int:
        return sum(account.waiting(self.pipeline, account.queues(self.pipeline)).values())

    def fates(self, uploads: Collection[str]) -> dict[str, str]:
        """Return what the record says, and what there is: a picture is known if its record or a dead letter is."""
        objects = listed(self.pipeline.s3, self.pipeline.target_bucket)
        records = self.pipeline.catalog.get(uploads)
        letters = [letter for actor in self.pipeline.chain.actors for letter in dead_letters(self.pipeline, actor)]
        known = {letter.image_id for letter in letters} | set(records)
        whole = {image for image in self.done(uploads) if records[image].keys <= objects}
        halves = {key.split("/")[1] for key in objects if "/" in key}
        return {image: fate(image, whole, known, halves) for image in uploads}

    def hide_for(self, seconds: int) -> None:
        """Let what a killed process had received come back after so long; the template says minutes."""
        sqs = self.pipeline.target.client("sqs")
        for url in account.queues(self.pipeline).values():
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})


@dataclass
class Alone:
    """One function that S3 invokes, with a bucket for its outputs and a table for its records."""

    target: Target
    name: str
    functions: str
    waits: Mapping[str, float]

    def deploy(self, runtime: str, handler: str, code: bytes, variables: Mapping[str, str]) -> None:
        """Make the buckets, the table, the function, and what lets S3 invoke it."""
        s3, functions = self.target.client("s3"), self.target.client("lambda")
        for bucket in (self._uploads, self._outputs):
            s3.create_bucket(Bucket=bucket)
        self.target.client("dynamodb").create_table(
            TableName=self._table,
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        recipe = {"RENDITIONS": json.dumps([asdict(one) for one in wanted()])}
        made = functions.create_function(
            FunctionName=self.functions,
            Runtime=runtime,
            Handler=handler,
            Role=f"arn:aws:iam::{self.target.account}:role/{self.functions}",
            Code={"ZipFile": code},
            MemorySize=MEMORY_MB,
            Timeout=TIMEOUT_S,
            Environment={"Variables": recipe | {"OUTPUTS": self._outputs, "TABLE": self._table} | dict(variables)},
        )
        told = {"LambdaFunctionArn": made["FunctionArn"], "Events": ["s3:ObjectCreated:*"]}
        s3.put_bucket_notification_configuration(
            Bucket=self._uploads, NotificationConfiguration={"LambdaFunctionConfigurations": [told]}
        )

    @property
    def _uploads(self) -> str:
        return f"{self.functions}-uploads"

    @property
    def _outputs(self) -> str:
        return f"{self.functions}-outputs"

    @property
    def _table(self) -> str:
        return f"{self.functions}-records"

    def put(self, key: str, content: bytes) -> str:
        self.target.client("s3").put_object(Bucket=self._uploads, Key=key, Body=content)
        return key

    def done(self, uploads: Collection[str]) -> set[str]:
        return {key for key in uploads if self.record(key)}

    def record(self, key: str) -> Mapping[str, Any]:
        answer = self.target.client("dynamodb").get_item(TableName=self._table, Key={"key": {"S": key}})
        found: Mapping[str, Any] = answer.get("Item", {})
        return found

    def waiting(self) -> int:
        return 0

    def fates(self, uploads: Collection[str]) -> dict[str, str]:
        """Return what the records say, and what there is: of what fails, Lambda keeps nothing after two retries."""
        outputs = listed(self.target.client("s3"), self._outputs)
        names = {rendition.name for rendition in load().named("default").rendition}
        whole = {key for key in self.done(uploads) if {f"{key}/{name}" for name in names} <= outputs}
        halves = {key.rpartition("/")[0] for key in outputs}
        return {key: fate(key, whole, set(), halves) for key in uploads}


def fate(upload: str, whole: Collection[str], known: Collection[str], halves: Collection[str]) -> str:
    """Return what has become of an upload."""
    if upload in whole:
        return DONE
    if upload in known:
        return KNOWN
    return HALF if upload in halves else LOST


def listed(s3: Any, bucket: str) -> set[str]:
    """Return the keys of a bucket."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {each["Key"] for page in pages for each in page.get("Contents", [])}


def with_pillow(target: Target) -> Alone:
    """Deploy the function in Python."""
    alone = Alone(target, "one function, Pillow", "pillow", {"s3": 11, "dynamodb": 1})  # it stores one by one
    code = zipped(modules_of("benchmarks.peers") | modules_of("benchmarks.instead"))
    alone.deploy("python3.13", "benchmarks.instead.pillow_function.handle", code, {})
    return alone


def with_sharp(target: Target) -> Alone:
    """Deploy the function in JavaScript; its libraries stay where npm has put them."""
    alone = Alone(target, "one function, sharp", "sharp", {"s3": 2, "dynamodb": 1})  # it stores all together
    code = zipped({"index.js": HERE / "sharp_function.cjs"})
    alone.deploy("nodejs20.x", "index.handle", code, {"NODE_PATH": str(MODULES.absolute())})
    return alone
