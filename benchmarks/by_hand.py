"""The chain driven by this program instead of event source mappings, so that all that its functions do is counted.

The handlers are the actors' own and talk to the local cloud; botocore's hooks tell what they ask of it.
"""

import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from benchmarks.write_units import TABLE, written
from brigade.flow import mappings
from brigade.inline import Clock, Invocation
from brigade.pictures import uploads
from brigade.pictures.local_files import LocalFile
from brigade.pipeline import Pipeline
from infra import names
from kit import aws
from kit.actor import Actor
from kit.function import Function
from kit.logs import JsonLines
from records.status import Status
from records.table import KEY

# What Lambda's own formatter adds to a line (timestamp, logger, requestId), and CloudWatch to an event, bytes:
# https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html,
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
ADDED_TO_A_LINE = 111 + 26
# Every answer comes so much later, so that requests made side by side are still under way together.
ANSWER_S = 0.02
PATIENCE_S = 300
NOT_READY = "the pictures did not all become ready: the benchmark's figures would mean nothing"


@dataclass
class Tally:
    """What one actor took: requests by service and operation, CPU seconds, sizes in bytes.

    ``messages`` came from its queue, in ``polls``; ``changes`` from the table's stream. ``waits`` counts the requests
    by service, those alone that began while none other was under way.
    """

    messages: int = 0
    changes: int = 0
    announced: int = 0
    polls: int = 0
    cpu: float = 0
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)
    read: int = 0
    stored: int = 0
    logged: int = 0
    units: Counter[str] = field(default_factory=Counter)


Tallies = dict[str, Tally]


@contextmanager
def driving(pipeline: Pipeline) -> Iterator["Driver"]:
    """Take the place of the event source mappings."""
    log = logging.getLogger("brigade")
    list(mappings.switch(pipeline, pipeline.chain.actors, on=False))
    pipeline.target.export()
    aws.forget()
    driver = Driver(pipeline)
    counting = _Counting(driver)
    log.addHandler(counting)
    log.propagate = False
    try:
        yield driver
    finally:
        log.propagate = True
        log.removeHandler(counting)
        aws.forget()
        list(mappings.switch(pipeline, pipeline.chain.actors, on=True))


class Driver:
    """Hands messages to the actors' handlers and counts what they do: in the tally of the actor that is at work."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.tally = Tally()
        self._pipeline = pipeline
        self._sqs = pipeline.target.client("sqs")
        self._dynamodb = pipeline.target.client("dynamodb")
        self._items: dict[str, dict[str, Any]] = {}
        self._changes: list[dict[str, Any]] = []
        self._functions: dict[str, Function] = {}
        self._lock, self._under_way = threading.Lock(), 0
        aws.session().register("provide-client-params", self._asked)
        aws.session().register("after-call", self._answered)

    def pass_through(self, files: list[LocalFile]) -> Tallies:
        """Upload files and let every actor empty its queue, until all files are ready."""
        bucket = self._pipeline.source_bucket
        ids = [done.image_id for done in uploads.upload(self._pipeline.s3, bucket, files)]
        actors = self._pipeline.chain.actors
        tallies = {actor.name: Tally() for actor in actors}
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            handled = sum(self._drain(actor, tallies[actor.name]) for actor in actors)
            if not handled and self._ready(ids):
                return tallies
        sys.exit(NOT_READY)

    def _ready(self, ids: list[str]) -> bool:
        records = self._pipeline.catalog.get(ids)
        return len(records) == len(ids) and all(record.status == Status.READY for record in records.values())

    def _drain(self, actor: Actor, tally: Tally) -> int:
        """Let one actor empty its queue and its stream, as its mappings would; return how much there was."""
        self.tally, before = tally, tally.messages + tally.changes
        url = self._pipeline.stack.outputs[names.queue(actor)]
        with self._as_function(actor):
            handle = self._function(actor)
            while messages := self._receive(url, actor.batch):
                self._invoke(handle, [_record(message) for message in messages])
                tally.polls += 1
                tally.messages += len(messages)
                entries = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)]
                self._sqs.delete_message_batch(QueueUrl=url, Entries=entries)
            while actor.stream and (changes := self._changes[: actor.stream.batch]):
                del self._changes[: actor.stream.batch]
                self._invoke(handle, changes)
                tally.changes += len(changes)
        return tally.messages + tally.changes - before

    def _function(self, actor: Actor) -> Function:
        """Return the actor's function, one for each driver: it keeps what it read of its environment at first."""
        if actor.name not in self._functions:
            handle: Function = import_module(actor.module).handle
            self._functions[actor.name] = Function(handle.actor, handle.act, **handle.parts)
        return self._functions[actor.name]

    def _invoke(self, handle: Function, records: list[dict[str, Any]]) -> None:
        began = time.process_time()
        answer = handle({"Records": records}, Invocation(Clock(), ends=900))
        self.tally.cpu += time.process_time() - began
        if answer["batchItemFailures"]:
            sys.exit(NOT_READY)

    def _receive(self, url: str, batch: int) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=batch, MessageSystemAttributeNames=["All"])
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    @contextmanager
    def _as_function(self, actor: Actor) -> Iterator[None]:
        """Be one function, which reads its environment with its first message. All share the clients, warm ones."""
        name = self._pipeline.stack.outputs[names.function(actor)]
        functions = self._pipeline.target.client("lambda")
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        before = dict(os.environ)
        os.environ.update(variables, AWS_LAMBDA_FUNCTION_NAME=name)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def _asked(self, **said: Any) -> None:
        params, model = said["params"], said["model"]
        service = model.service_model.service_name
        if "Range" in params:
            # The local cloud gives ranges of a key's newest version only, and here that is the one that is meant.
            del params["VersionId"]
        if model.name == "UpdateItem":
            said["context"]["key"] = params["Key"][KEY]["S"]
        with self._lock:  # renditions are stored in threads
            self.tally.announced += len(params.get("PublishBatchRequestEntries", [])) + (model.name == "Publish")
            self.tally.requests[service, model.name] += 1
            self.tally.waits[service] += not self._under_way
            self.tally.stored += len(params.get("Body", b""))
            self._under_way += 1

    def _answered(self, **said: Any) -> None:
        parsed, model = said["parsed"], said["model"]
        time.sleep(ANSWER_S)
        with self._lock:
            self._under_way -= 1
            if model.name == "GetObject":
                self.tally.read += parsed["ContentLength"]
            elif model.name == "UpdateItem":
                self._wrote(said["context"]["key"], parsed)

    def _wrote(self, key: str, parsed: dict[str, Any]) -> None:
        """Count the write units, and put the change into the stream. What is refused is paid for, too."""
        before = self._items.get(key)
        if "Attributes" not in parsed:
            self.tally.units.update(written(before, before) if before else {TABLE: 1})
            return
        after = self._items[key] = self._item(key)
        self.tally.units.update(written(before, after))
        for stream in (actor.stream for actor in self._pipeline.chain.actors if actor.stream):
            if after.get(stream.attribute, {}).get("S") in stream.values:
                self._changes.append(_change(key, before or {}, after))

    def _item(self, key: str) -> dict[str, Any]:
        """Ask for an item as it is now: not every update answers with that."""
        named = {"TableName": self._pipeline.output(names.TABLE), "Key": {KEY: {"S": key}}}
        item: dict[str, Any] = self._dynamodb.get_item(**named, ConsistentRead=True)["Item"]
        return item


def _change(key: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return a change as Lambda gets it from the stream."""
    change = {"Keys": {KEY: {"S": key}}, "OldImage": before, "NewImage": after}
    return {
        "eventID": f"{key} {after.get('settled')}",
        "eventSource": "aws:dynamodb",
        "dynamodb": change | {"ApproximateCreationDateTime": time.time()},
    }


def _record(message: dict[str, Any]) -> dict[str, Any]:
    """Return a received message as the event source mapping hands it to a function."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
    }


class _Counting(logging.Handler):
    """Counts the bytes that CloudWatch would be sent, and shows what went wrong."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(logging.INFO)
        self._driver = driver
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        self._driver.tally.logged += len(line.encode()) + ADDED_TO_A_LINE
        if record.levelno > logging.INFO:
            print(line, file=sys.stderr)
