"""What a picture takes: pictures a second through the local cloud, AWS requests and CPU by actor.

For comparison, the same pictures go through `brigade process`. Run it with `make bench`; that also measures what
`brigade cost` needs (benchmarks.cost_inputs). The pictures of the tables are drawn by brigade.demo.samples.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import by_hand, cost_inputs
from benchmarks.by_hand import NOT_READY, Tallies
from brigade.cost import measured
from brigade.demo import samples
from brigade.deploy import deployment
from brigade.local import local_cloud
from brigade.pictures import uploads
from brigade.pictures.local_files import LocalFile
from brigade.pipeline import Pipeline
from brigade.target import local_target
from imaging.recipes import DEFAULT_PATH
from services.archive.actor import STORAGE_CLASS
from services.chain import CHAIN

PICTURES = 40
PATIENCE_S = 120
console = Console(width=110)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        photos = draw(Path(folder), PICTURES)
        with local_cloud.running() as cloud:
            target = local_target(cloud.endpoint)
            began = time.monotonic()
            stack = deployment.deploy(target, "bench", recipes=DEFAULT_PATH, version="bench")
            first = time.monotonic() - began
            deployment.deploy(target, "bench", recipes=DEFAULT_PATH, version="bench")
            again = time.monotonic() - began - first
            print(f"deployed in {first:.1f} s; again, with nothing to change, in {again:.1f} s")
            pipeline = Pipeline(stack)
            upload(pipeline, photos[:4], "warm/")  # functions start once
            wall = upload(pipeline, photos, "chain/")
            archived = {STORAGE_CLASS.name: "GLACIER_IR"}
            whole = deployment.deploy(target, "whole", recipes=DEFAULT_PATH, version="bench", settings=archived)
            with by_hand.driving(Pipeline(whole)) as driver:
                optional = cost_inputs.optional(driver, Path(folder))
            with by_hand.driving(pipeline) as driver:
                driver.pass_through([LocalFile(photo.path, f"warm hands/{photo.key}") for photo in photos[:4]])
                tallies = driver.pass_through([LocalFile(photo.path, f"counted/{photo.key}") for photo in photos])
                measured.store(cost_inputs.measure(driver, Path(folder), optional))
        alone, alone_cpu = processed(Path(folder), photos)
    print_requests(tallies)
    print_cpu(tallies)
    print_speed(wall, alone, sum(tally.cpu for tally in tallies.values()), alone_cpu)
    print_imports()
    print("`brigade cost` now counts with these figures")


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
    left = uploads.wait(pipeline.catalog, ids, PATIENCE_S, lambda record: expect(record.status == "READY"))
    expect(not left)
    return time.monotonic() - began


def expect(true: bool) -> None:
    if not true:
        sys.exit(NOT_READY)


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


def print_requests(tallies: Tallies) -> None:
    table = Table(title=f"AWS requests a picture ({PICTURES} JPEGs of 6 MP, default recipe)")
    for column in ("who", "service", "operation"):
        table.add_column(column)
    table.add_column("a picture", justify="right")
    counted = {(name, *asked): n for name, tally in tallies.items() for asked, n in tally.requests.items()}
    polls = sum(tally.polls for tally in tallies.values())
    for operation in ("DeleteMessageBatch", "ReceiveMessage"):
        counted["poller", "sqs", operation] = polls
    for who, number in sorted(counted.items()):
        table.add_row(*who, f"{number / PICTURES:.2f}")
    puts = counted["resize", "s3", "PutObject"]
    table.add_section()
    table.add_row("all", "", "beside the renditions' PUTs", f"{(sum(counted.values()) - puts) / PICTURES:.2f}")
    console.print(table)


def print_cpu(tallies: Tallies) -> None:
    table = Table(title="CPU a picture, the AWS client's included")
    table.add_column("actor")
    table.add_column("ms", justify="right")
    for name, tally in tallies.items():
        table.add_row(name, f"{tally.cpu / PICTURES * 1000:.1f}")
    table.add_section()
    table.add_row("all", f"{sum(tally.cpu for tally in tallies.values()) / PICTURES * 1000:.1f}")
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
