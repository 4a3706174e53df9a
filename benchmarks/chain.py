"""What a picture costs: pictures a second through the local cloud, AWS requests and CPU by actor.

For comparison, the same pictures go through `brigade process`. Run it with `make bench`.

Requests and CPU are counted with the actors' real handlers in this process, against the same local cloud: the event
source mappings are switched off and this program takes their place. The pictures are drawn by brigade.samples.
"""

import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from brigade import deployment, local_cloud, samples, uploads
from brigade.files import LocalFile
from brigade.inline import Unhurried
from brigade.pipeline import Pipeline
from brigade.target import local_target
from imaging.recipes import DEFAULT_PATH
from infra import names
from kit import aws
from kit.actor import Actor
from services.chain import CHAIN

PICTURES = 40
PATIENCE_S = 120
POLLER = "poller"
console = Console(width=110)


@dataclass
class Cost:
    """What one round through the chain took: requests by (actor, service, operation), CPU seconds by actor."""

    requests: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def main() -> None:
    logging.disable(logging.INFO)  # the handlers' own lines would drown the tables
    with tempfile.TemporaryDirectory() as folder:
        photos = draw(Path(folder), PICTURES)
        with local_cloud.running() as cloud:
            target = local_target(cloud.endpoint)
            stack = deployment.deploy(target, "bench", recipes=DEFAULT_PATH, version="bench")
            pipeline = Pipeline(stack)
            upload(pipeline, photos[:4], "warm/")  # functions start once
            wall = upload(pipeline, photos, "chain/")
            cost = by_hand(pipeline, photos)
        alone, alone_cpu = processed(Path(folder), photos)
    print_requests(cost)
    print_cpu(cost)
    print_speed(wall, alone, sum(cost.cpu.values()), alone_cpu)
    print_imports()


def draw(folder: Path, count: int) -> list[LocalFile]:
    """Return ``count`` files of six-megapixel JPEGs in all eight orientations; each with bytes of its own."""
    drawn = [samples.photograph(samples.LANDSCAPE, samples.MORNING, orientation) for orientation in range(1, 9)]
    files = []
    for number in range(count):
        path = folder / f"{number:03}.jpg"
        path.write_bytes(drawn[number % 8] + str(number).encode())
        files.append(LocalFile(path, path.name))
    return files


def upload(pipeline: Pipeline, photos: list[LocalFile], prefix: str) -> float:
    """Upload and wait until every picture is ready; return the seconds."""
    began = time.monotonic()
    files = [LocalFile(photo.path, prefix + photo.key) for photo in photos]
    done = list(uploads.upload(pipeline.s3, pipeline.source_bucket, files))
    ids = [one.image_id for one in done]
    left = uploads.wait(pipeline.catalogue, ids, PATIENCE_S, lambda record: expect(record["status"] == "READY"))
    expect(not left)
    return time.monotonic() - began


def expect(true: bool) -> None:
    if not true:
        sys.exit("the benchmark's pictures did not all become ready: its figures would mean nothing")


def by_hand(pipeline: Pipeline, photos: list[LocalFile]) -> Cost:
    """Send the photos through the handlers in this process and count."""
    cost = Cost()
    functions = pipeline.target.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    files = [LocalFile(photo.path, f"counted/{photo.key}") for photo in photos]
    list(uploads.upload(pipeline.s3, pipeline.source_bucket, files))
    pipeline.target.export()
    while sum(drain(pipeline, actor, cost) for actor in CHAIN.actors):
        pass
    return cost


def drain(pipeline: Pipeline, actor: Actor, cost: Cost) -> int:
    """Let one actor empty its queue, as its event source mapping would; return how many messages there were."""
    sqs, url = pipeline.target.client("sqs"), pipeline.stack.outputs[names.queue(actor)]
    configuration = pipeline.target.client("lambda").get_function_configuration(
        FunctionName=pipeline.stack.outputs[names.function(actor)]
    )
    handled = 0
    with function_environment(configuration["Environment"]["Variables"]):
        handle = import_module(actor.module).handle
        aws.session().events.register("before-call", lambda model, **_: count(cost, actor.name, model))
        while messages := receive(sqs, url, actor.batch):
            cost.requests[POLLER, "sqs", "ReceiveMessage"] += 1
            began = time.process_time()
            answer = handle({"Records": [record(message) for message in messages]}, Unhurried())
            cost.cpu[actor.name] += time.process_time() - began
            expect(answer == {"batchItemFailures": []})
            entries = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)]
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
            cost.requests[POLLER, "sqs", "DeleteMessageBatch"] += 1
            handled += len(messages)
    return handled


def receive(sqs: Any, url: str, batch: int) -> list[dict[str, Any]]:
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=batch, MessageSystemAttributeNames=["All"])
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    return messages


def record(message: dict[str, Any]) -> dict[str, Any]:
    """Return a received message as the event source mapping hands it to a function."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
    }


@contextmanager
def function_environment(variables: dict[str, str]) -> Iterator[None]:
    """Be one function: its environment, and a session of its own."""
    before = dict(os.environ)
    os.environ.update(variables)
    aws.forget()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        aws.forget()


def count(cost: Cost, actor: str, model: Any) -> None:
    cost.requests[actor, model.service_model.service_name, model.name] += 1


def processed(folder: Path, photos: list[LocalFile]) -> tuple[float, float]:
    """Run `brigade process` on the same files, two at a time as the local cloud does; return wall and CPU seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "brigade", "process", *(str(photo.path) for photo in photos)]
    done = subprocess.run(
        [*command, "--out", str(folder / "out"), "--json", "--jobs", "2"], capture_output=True, text=True, check=True
    )
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    expect(all(json.loads(line)["status"] == "ready" for line in done.stdout.splitlines()))
    return wall, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def print_requests(cost: Cost) -> None:
    table = Table(title=f"AWS requests a picture ({PICTURES} JPEGs of 6 MP, default recipe)")
    for column in ("who", "service", "operation"):
        table.add_column(column)
    table.add_column("a picture", justify="right")
    puts = cost.requests["resize", "s3", "PutObject"]
    for (actor, service, operation), number in sorted(cost.requests.items()):
        table.add_row(actor, service, operation, f"{number / PICTURES:.2f}")
    table.add_section()
    table.add_row("all", "", "beside the renditions' PUTs", f"{(cost.requests.total() - puts) / PICTURES:.2f}")
    console.print(table)


def print_cpu(cost: Cost) -> None:
    table = Table(title="CPU a picture, the AWS client's included")
    table.add_column("actor")
    table.add_column("ms", justify="right")
    for actor in CHAIN.actors:
        table.add_row(actor.name, f"{cost.cpu[actor.name] / PICTURES * 1000:.1f}")
    table.add_section()
    table.add_row("all", f"{sum(cost.cpu.values()) / PICTURES * 1000:.1f}")
    console.print(table)


def print_speed(chain: float, alone: float, chain_cpu: float, alone_cpu: float) -> None:
    table = Table(title="The same pictures through the local cloud and `brigade process`")
    for column in ("", "pictures a second", "CPU ms a picture"):
        table.add_column(column, justify="right" if column else "left")
    table.add_row("local cloud", f"{PICTURES / chain:.1f}", f"{chain_cpu / PICTURES * 1000:.1f}")
    table.add_row("brigade process", f"{PICTURES / alone:.1f}", f"{alone_cpu / PICTURES * 1000:.1f}")
    table.add_section()
    table.add_row("ratio", f"{alone / chain:.2f}", f"{chain_cpu / alone_cpu:.2f}")
    console.print(table)


IMPORTS = {
    "import boto3": "import boto3",
    **{f"{actor.name}'s handler": f"import {actor.module}" for actor in CHAIN.actors},
}
ROUNDS = 7


def print_imports() -> None:
    """Print each handler's import CPU against boto3's alone, as in Lambda (LAMBDA_TASK_ROOT set), taken in turn."""
    taken: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(ROUNDS):
        for name, statement in IMPORTS.items():
            taken[name].append(import_cpu(statement))
    least = min(taken["import boto3"])
    table = Table(title=f"CPU of imports, the least of {ROUNDS} rounds")
    for column in ("", "CPU ms", "ratio to boto3"):
        table.add_column(column, justify="right" if column else "left")
    for name, seconds in taken.items():
        table.add_row(name, f"{min(seconds) * 1000:.0f}", f"{min(seconds) / least:.2f}")
    console.print(table)


def import_cpu(statement: str) -> float:
    code = f"import time; began = time.process_time(); {statement}; print(time.process_time() - began)"
    environment = os.environ | {"LAMBDA_TASK_ROOT": os.getcwd()}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
