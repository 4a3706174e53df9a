"""What a function's first invocation costs: our packages against straightforward handlers (`make bench-cold`).

Every start is a process of its own with nothing on its path but an unpacked package: ours is the one that a deployment
would upload, a straightforward handler's holds what pip installs, in the same releases, and compiled, too. The events
are real ones, taken from the queues of a stack on the local cloud whose own functions are paused, and every invocation
does its real work there. Every start is measured twice, in a trace that X-Ray samples and in one that it does not.
"""

import argparse
import json
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import track

from benchmarks import cold_start_report, cold_start_run
from benchmarks.cold_start_packages import OURS, PEER, SIDES, THEIRS, has_peer, unpack_ours, unpack_theirs
from brigade.demo import samples
from brigade.deploy import deployment
from brigade.flow import mappings
from brigade.local import local_cloud
from brigade.pipeline import Pipeline
from brigade.target import local_target
from imaging.recipes import DEFAULT_PATH
from infra import names
from infra.packaging.libraries import Libraries, Platform
from kit.actor import Actor
from kit.tracing import DAEMON
from records.table import KEY
from services.chain import CHAIN

ROUNDS = 15
TWELVE_MEGAPIXELS = (4000, 3000)
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled={sampled}"
COMPLETING = "brigade.image-resized"  # the event with which the catalog completes a record

Event = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """Where starts are measured: unpacked packages beside a paused stack."""

    pipeline: Pipeline
    folder: Path
    daemon: str

    def start(self, side: str, actor: Actor, event: Event, *, sampled: bool = True) -> cold_start_report.Start:
        """Let a new process import one side's handler and do its first invocation."""
        module = actor.module if side == OURS else f"{PEER}.{actor.name}"
        package = self.folder / side / actor.name
        done = subprocess.run(
            [sys.executable, "-I", "-S", cold_start_run.__file__, str(package), module],
            # The event brings its own trace, from the walk.
            input=json.dumps(event).replace("Sampled=1", f"Sampled={sampled:d}"),
            env=self._environment(actor, package) | {"_X_AMZN_TRACE_ID": TRACE.format(sampled=int(sampled))},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{side} {actor.name} did not work: {done.stderr or done.stdout}")
        return cold_start_report.Start(**json.loads(done.stdout.splitlines()[-1]))

    def _environment(self, actor: Actor, package: Path) -> dict[str, str]:
        name = self.pipeline.output(names.function(actor))
        found = self.pipeline.target.client("lambda").get_function_configuration(FunctionName=name)
        variables: dict[str, str] = found["Environment"]["Variables"]
        return {
            **variables,
            **self.pipeline.target.variables(),
            "LAMBDA_TASK_ROOT": str(package),
            "AWS_LAMBDA_FUNCTION_NAME": actor.name,
            DAEMON: self.daemon,
        }

    def walk(self) -> dict[str, Event]:
        """Send a picture through our packages; return what every actor was given, the catalog at the very end."""
        bucket = {"Bucket": self.pipeline.source_bucket, "Key": "twelve.jpg"}
        picture = samples.photograph(TWELVE_MEGAPIXELS, samples.NOON, 1)
        self.pipeline.s3.put_object(**bucket, Body=picture)
        seen: dict[str, Event] = {}
        while "catalog" not in seen:
            self._turn(seen, leaving=COMPLETING)
        return seen

    def _turn(self, seen: dict[str, Event], leaving: str) -> None:
        """Hand every actor what waits for it; an event of the type ``leaving`` is only looked at."""
        for actor in CHAIN.actors:
            for event in self._received(actor):
                is_left = leaving in event["Records"][0]["body"]
                if is_left or actor.name != "catalog":
                    seen[actor.name] = event
                if not is_left:
                    self.start(OURS, actor, event)

    def _received(self, actor: Actor) -> Iterator[Event]:
        sqs, url = self.pipeline.target.client("sqs"), self.pipeline.output(names.queue(actor))
        while messages := sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"]).get("Messages"):
            [message] = messages
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            yield {
                "Records": [
                    {
                        "messageId": message["MessageId"],
                        "receiptHandle": message["ReceiptHandle"],
                        "body": message["Body"],
                        "attributes": message["Attributes"],
                        "messageAttributes": {},
                        "eventSource": "aws:sqs",
                        "awsRegion": self.pipeline.target.region,
                    }
                ]
            }

    def measure(self, actor: Actor, event: Event, record: Event, *, sampled: bool) -> cold_start_report.Pair:
        """Start both sides in turn, after one start each that does not count.

        The catalog finds the ``record`` each time: the same write again would find it complete.
        """
        runs: dict[str, list[cold_start_report.Start]] = {side: [] for side in SIDES}
        for number in track(range(ROUNDS + 1), actor.name, console=Console(stderr=True)):
            for side in SIDES:
                if actor.name == "catalog":
                    self._table.put_item(TableName=self.pipeline.output(names.TABLE), Item=record)
                done = self.start(side, actor, event, sampled=sampled)
                if number:
                    runs[side].append(done)
        return cold_start_report.pair(runs[OURS], runs[THEIRS])

    def record(self, event: Event) -> dict[str, Any]:
        """Return the record of an event's picture, as it is now."""
        image_id = json.loads(event["Records"][0]["body"])["subject"]
        found = self._table.get_item(TableName=self.pipeline.output(names.TABLE), Key={KEY: {"S": image_id}})
        item: dict[str, Any] = found["Item"]
        return item

    @property
    def _table(self) -> Any:
        return self.pipeline.target.client("dynamodb")


@contextmanager
def bench() -> Iterator[Bench]:
    """Have a paused stack and all packages."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    here = Platform("arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64", version)
    with (
        TemporaryDirectory() as folder,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon,
        local_cloud.running() as cloud,
    ):
        daemon.bind(("127.0.0.1", 0))
        target = local_target(cloud.endpoint)
        pipeline = Pipeline(deployment.deploy(target, "cold", recipes=DEFAULT_PATH, version="bench"))
        list(mappings.switch(pipeline, CHAIN.actors, on=False))
        libraries = Libraries(Path(folder, "libraries"), here)
        for actor in CHAIN.actors:
            unpack_ours(actor, libraries, Path(folder, "unpacked"))
            if has_peer(actor):
                unpack_theirs(actor, libraries, Path(folder, "unpacked"))
        yield Bench(pipeline, Path(folder, "unpacked"), f"127.0.0.1:{daemon.getsockname()[1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/RESULTS.md")
    write = parser.parse_args().write
    with bench() as here:
        events = here.walk()
        record = here.record(events["catalog"])
        actors = [actor for actor in CHAIN.actors if actor.name in events and has_peer(actor)]
        found = {
            sampled: {actor.name: here.measure(actor, events[actor.name], record, sampled=sampled) for actor in actors}
            for sampled in (False, True)
        }
        cold_start_report.show(found)
        if write:
            cold_start_report.write(found, ROUNDS)


if __name__ == "__main__":
    main()
