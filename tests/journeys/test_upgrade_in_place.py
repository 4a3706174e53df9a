"""Today's chain is deployed over one that runs release 0.1's own code, with pictures before every actor.

Release 0.1 comes out of this repository's history; where that is not at hand, the test is skipped. What it wrote is
kept in tests/golden, too, for test_upgrade.py: there something waits for moderate as well.
"""

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from brigade.dead_letters.stack_queues import dead_letters
from brigade.local import local_cloud
from brigade.pipeline import Pipeline
from brigade.queue_counts import counts
from brigade.target import Target, local_target
from infra import names
from kit.events import Image
from services.chain import CHAIN
from tests.support import pictures
from tests.support.journey import Journey, until

ROOT = Path(__file__).parents[2]
RELEASE_0_1 = "107bd6f30da72a3ea25a9efaf18183cd4035bd6e"
STACK = "upgraded"
# Where a picture is to wait, the last actor first, since those before it must still work; and for how many messages.
WAITING = {"retire": 1, "catalog": 4, "resize": 1, "normalize": 1, "describe": 1, "ingest": 1}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 0.1's source."""
    command = ["git", "-C", str(ROOT), "archive", RELEASE_0_1]
    try:
        archive = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"release 0.1, commit {RELEASE_0_1[:7]}, is not in this checkout's history")
    folder = tmp_path_factory.mktemp("release-0.1")
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture
def target() -> Iterator[Target]:
    with local_cloud.running() as cloud:
        yield local_target(cloud.endpoint)


@pytest.fixture
def brigade(target: Target, tmp_path: Path) -> Callable[..., str]:
    """Give the command of the release whose source is in that folder; it must succeed. Nobody answers questions."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BRIGADE_"))}
    environment |= {**target.variables(), "XDG_STATE_HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"}

    def give(source: Path, *arguments: str) -> str:
        command = [sys.executable, "-m", "brigade", *arguments, "--stack", STACK]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(source)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return give


def hold(journey: Journey) -> dict[str, Image]:
    """Pause one actor after the other, each when a picture waits for it; return the pictures by the actors' names."""
    held = {"retire": journey.put("held/retire.jpg", pictures.jpeg())}
    journey.settled(held["retire"])
    journey.at_rest()
    for name, messages in WAITING.items():
        journey.pause(name, True)
        if name == "retire":
            journey.pipeline.s3.delete_object(Bucket=journey.pipeline.source_bucket, Key="held/retire.jpg")
        else:
            held[name] = journey.put(f"held/{name}.jpg", pictures.jpeg())
        until(partial(waits, journey, name, messages), f"a picture to wait for {name}")
    return held


def waits(journey: Journey, name: str, messages: int) -> bool:
    """Whether so many messages wait for an actor, or more."""
    url = journey.pipeline.output(names.queue(CHAIN.actor(name)))
    return counts(journey.pipeline.target.client("sqs"), url).visible >= messages


@contextmanager
def uploading(journey: Journey) -> Iterator[list[Image]]:
    """Upload picture after picture while the block runs."""
    uploaded: list[Image] = []
    over = Event()

    def upload() -> None:
        for number in count():
            uploaded.append(journey.put(f"meanwhile/{number}.jpg", pictures.jpeg()))
            if over.wait(0.5):
                return

    thread = Thread(target=upload)
    thread.start()
    try:
        yield uploaded
    finally:
        over.set()
        thread.join()


def test_a_running_release_0_1_is_replaced_and_nothing_is_lost(
    release: Path, target: Target, brigade: Callable[..., str]
) -> None:
    brigade(release, "deploy")
    journey = Journey(Pipeline.find(target, STACK), listener="")
    before = journey.put("before.jpg", pictures.jpeg())
    [old] = journey.settled(before)
    held = hold(journey)
    with uploading(journey) as meanwhile:
        brigade(ROOT, "deploy")
    for name in WAITING:
        journey.pause(name, False)

    images = [*held.values(), *meanwhile]
    records = dict(zip(images, journey.settled(*images), strict=True))
    journey.at_rest()

    assert len(meanwhile) > 1
    assert {image.source.key: record["status"] for image, record in records.items()} == {
        image.source.key: "REMOVED" if image == held["retire"] else "READY" for image in images
    }
    today = Pipeline.find(target, STACK)
    assert not any(dead_letters(today, actor) for actor in CHAIN.actors)
    for record in (old, *records.values()):
        for rendition in record["renditions"] if record["status"] == "READY" else ():
            assert len(journey.stored(rendition)) == rendition["bytes"]
    stored = journey.pipeline.s3.list_objects_v2(Bucket=journey.pipeline.target_bucket)["Contents"]
    assert not [each["Key"] for each in stored if held["retire"].id in each["Key"]]
    brigade(ROOT, "missing")  # fails where anything is

    # Both releases were at work: since then, the keys of renditions hold a digest.
    assert with_digest(old) == set()
    assert with_digest(records[held["ingest"]]) == {rendition["name"] for rendition in old["renditions"]}


def with_digest(record: dict[str, Any]) -> set[str]:
    """Return the names of the renditions whose keys hold a digest."""
    return {each["name"] for each in record["renditions"] if re.search(r"\.[0-9a-f]{8}\.\w+$", each["key"])}
