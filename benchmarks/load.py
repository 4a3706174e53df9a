"""How the chain takes a load: 2,000 small pictures at once, then a trickle; queues, stages, drain and memory.

Run it with `make load`. The pictures go through a local cloud on this machine, the first lot by `brigade upload
--wait`, whose memory is watched. The raw measurements go to benchmarks/load.json, a plot to benchmarks/load.svg.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image as Picture
from rich.console import Console

from benchmarks import load_report
from benchmarks.load_measures import Load, measure
from benchmarks.load_watch import Watch
from brigade.demo import samples
from brigade.deploy import deployment
from brigade.local import local_cloud
from brigade.local.cloud_process import LocalCloud
from brigade.pictures import uploads
from brigade.pipeline import Pipeline
from brigade.target import local_target
from imaging.recipes import DEFAULT_PATH
from kit.events import Image, Source
from records.picture import PictureRecord
from records.status import Status

PICTURES = int(os.environ.get("LOAD_PICTURES", "2000"))
SIZE = (480, 320)
TRICKLE_RATE = 5  # pictures a second
TRICKLE_S = 60
PATIENCE_S = 300
STACK = "load"
_PARALLEL = 8


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        photos = draw(Path(folder), PICTURES)
        with local_cloud.running() as cloud:
            target = local_target(cloud.endpoint)
            pipeline = Pipeline(deployment.deploy(target, STACK, recipes=DEFAULT_PATH, version="load"))
            trickle(pipeline, cloud, photos[:8], "warm/")  # functions start once
            few = photos[: TRICKLE_RATE * TRICKLE_S]
            loads = (burst(pipeline, cloud, Path(folder)), trickle(pipeline, cloud, few, "trickle/"))
    for table in load_report.tables(loads):
        Console(width=120).print(load_report.rich(table))
    load_report.write(loads)


def draw(folder: Path, count: int) -> list[Path]:
    """Write so many small JPEGs, each with bytes of its own."""
    drawn = photographs()
    paths = [folder / f"{number:05}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(drawn[number % len(drawn)] + str(number).encode())
    return paths


def photographs() -> list[bytes]:
    """Return one small JPEG of each mood."""
    moods = (samples.MORNING, samples.NOON, samples.EVENING, samples.NIGHT, samples.WINTER, samples.AUTUMN)
    return [small(samples.photograph(samples.SMALL, mood, 1)) for mood in moods]


def small(content: bytes) -> bytes:
    """Return a photograph in the benchmark's size."""
    file = io.BytesIO()
    Picture.open(io.BytesIO(content)).resize(SIZE).save(file, "JPEG")
    return file.getvalue()


def burst(pipeline: Pipeline, cloud: LocalCloud, folder: Path) -> Load:
    """Upload the folder as an operator does, and wait as long as the command does."""
    command = [sys.executable, "-m", "brigade", "upload", "--wait", str(folder), "--prefix", "burst/"]
    with (
        subprocess.Popen(
            [*command, "--stack", STACK],
            env=os.environ | pipeline.target.variables(),
            stdout=subprocess.DEVNULL,
        ) as uploading,
        Watch(pipeline, cloud.log, uploading.pid) as watch,
    ):
        expect(uploading.wait() == 0)
    return measure(pipeline, "burst/", watch)


def trickle(pipeline: Pipeline, cloud: LocalCloud, photos: list[Path], prefix: str) -> Load:
    """Upload the photos one after another at TRICKLE_RATE and wait for them."""
    with Watch(pipeline, cloud.log) as watch:
        keys = [prefix + photo.name for photo in photos]
        ids = put_at_pace(pipeline, keys, lambda number: photos[number].read_bytes(), TRICKLE_RATE)
        expect(not uploads.wait(pipeline.catalog, ids, PATIENCE_S, lambda record: expect(is_ready(record))))
    return measure(pipeline, prefix, watch)


def put_at_pace(pipeline: Pipeline, keys: Sequence[str], content: Callable[[int], bytes], rate: float) -> list[str]:
    """Upload the content of each number under its key, so many a second; return the images' ids."""
    began = time.monotonic()

    def put(number: int) -> str:
        time.sleep(max(0, began + number / rate - time.monotonic()))
        bucket, key = pipeline.source_bucket, keys[number]
        answer = pipeline.s3.put_object(Bucket=bucket, Key=key, Body=content(number))
        return Image.of(Source(bucket=bucket, key=key, version=answer["VersionId"])).id

    with ThreadPoolExecutor(_PARALLEL) as pool:
        return list(pool.map(put, range(len(keys))))


def is_ready(record: PictureRecord) -> bool:
    return record.status is Status.READY


def expect(true: bool) -> None:
    if not true:
        sys.exit("the benchmark's pictures did not all become ready: its figures would mean nothing")


if __name__ == "__main__":
    main()
