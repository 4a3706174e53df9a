"""Handing the packaged functions their queues' messages, as Lambda's event source mappings do."""

import socket
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from brigade.pipeline import Pipeline
from infra import names
from kit.actor import Actor
from kit.tracing import DAEMON
from services.chain import CHAIN
from tests.packages.runtime import Function, running


class Carrier:
    """Packaged functions beside the queues of a stack whose own functions are paused.

    ``worked`` counts invocations that settled all they were given, by actor; ``segments`` collects what the functions
    tell of traces.
    """

    def __init__(self, pipeline: Pipeline, functions: Mapping[str, Function], daemon: socket.socket) -> None:
        self.pipeline = pipeline
        self.worked: Counter[str] = Counter()
        self._functions = functions
        self._daemon = daemon

    def carry(self) -> None:
        """Hand every actor what waits for it now."""
        sqs = self.pipeline.target.client("sqs")
        for actor in CHAIN.actors:
            url = self.pipeline.output(names.queue(actor))
            asked = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"], "MaxNumberOfMessages": actor.batch}
            messages = sqs.receive_message(QueueUrl=url, **asked).get("Messages", [])
            if not messages:
                continue
            answer = self._functions[actor.name].invoke({"Records": [record(each) for each in messages]})
            assert answer == {"batchItemFailures": []}, actor.name
            self.worked[actor.name] += 1
            for each in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])

    def segments(self) -> list[str]:
        """Return the X-Ray segments that have come since the last call."""
        found = []
        while True:
            try:
                found.append(self._daemon.recv(65_535).decode())
            except BlockingIOError:
                return found


def record(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message in Lambda's words: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html."""
    carried = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {
            name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
            for name, value in carried.items()
        },
    }


def unpack(code: bytes, into: Path) -> Path:
    zipfile.ZipFile(BytesIO(code)).extractall(into)
    return into


def environment(pipeline: Pipeline, actor: Actor) -> dict[str, str]:
    """Return what the template gives the actor's function, and what Lambda adds."""
    function = pipeline.output(names.function(actor))
    found = pipeline.target.client("lambda").get_function_configuration(FunctionName=function)
    variables: dict[str, str] = found["Environment"]["Variables"]
    return {**variables, **pipeline.target.variables(), "AWS_LAMBDA_LOG_FORMAT": "JSON"}


@contextmanager
def carrier(pipeline: Pipeline, built: Mapping[str, bytes], client: Path, folder: Path) -> Iterator[Carrier]:
    """Start every actor's package; they run as long as the block."""
    with ExitStack() as stack:
        daemon = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        daemon.bind(("127.0.0.1", 0))
        daemon.setblocking(False)
        address = {DAEMON: f"127.0.0.1:{daemon.getsockname()[1]}"}
        functions = {}
        for actor in CHAIN.actors:
            unpacked = unpack(built[actor.name], folder / actor.name)
            known = environment(pipeline, actor) | address
            functions[actor.name] = stack.enter_context(running(unpacked, f"{actor.module}.handle", client, known))
        yield Carrier(pipeline, functions, daemon)
