"""Every package does its actor's work, alone on the path under Lambda's own runtime client, in a deployed stack."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brigade.deploy import deployed_recipes, deployment
from brigade.flow import mappings
from brigade.local import local_cloud
from brigade.pipeline import Pipeline
from brigade.rework import orders as rerun
from brigade.target import local_target
from imaging.recipes import DEFAULT_PATH
from infra import names
from kit.actor import Actor
from kit.events import Image, Source
from records.picture import PictureRecord
from services.chain import CHAIN
from services.moderate.actor import MODERATE
from services.relay.actor import RELAY
from tests.packages.carrying import Carrier, carrier, unpack
from tests.packages.conftest import Built
from tests.packages.runtime import running, runtime_client
from tests.support import pictures

PATIENCE_S = 60


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return runtime_client(tmp_path_factory.mktemp("client") / "runtime")


@pytest.fixture(scope="session")
def paused() -> Iterator[Pipeline]:
    """A stack of which nothing works: its queues fill up."""
    with local_cloud.running() as cloud:
        target = local_target(cloud.endpoint)
        settings = {"GraceSeconds": "0"}
        stack = deployment.deploy(target, "packages", recipes=DEFAULT_PATH, version="test", settings=settings)
        pipeline = Pipeline(stack)
        list(mappings.switch(pipeline, CHAIN.actors, on=False))
        yield pipeline


@pytest.fixture(scope="session")
def carried(
    paused: Pipeline, built: Built, client: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Carrier]:
    """A picture has gone through all packages: it was uploaded, became ready, and was deleted again."""
    with carrier(paused, built, client, tmp_path_factory.mktemp("functions")) as carried:
        bucket = {"Bucket": paused.source_bucket, "Key": "a.jpg"}
        version = paused.s3.put_object(**bucket, Body=pictures.jpeg())["VersionId"]
        image = Image.of(Source(bucket=bucket["Bucket"], key="a.jpg", version=version))

        def record() -> PictureRecord:
            return paused.catalog.get([image.id]).get(image.id, PictureRecord(image_id=image.id))

        def outputs() -> int:
            return int(paused.s3.list_objects_v2(Bucket=paused.target_bucket)["KeyCount"])

        until(carried, lambda: record().status == "READY" and carried.worked["describe"] > 0)
        # The recipe asks for no moderation, so nobody has told moderate; and the stream is not carried.
        for actor in (MODERATE, RELAY):
            [again] = rerun.plan([record()], actor, CHAIN, deployed_recipes.of(paused.stack)).orders
            paused.target.client("sqs").send_message(QueueUrl=paused.output(names.queue(actor)), MessageBody=again.body)
        until(carried, lambda: carried.worked["moderate"] > 0 and carried.worked["relay"] > 0)
        paused.s3.delete_object(**bucket)
        until(carried, lambda: record().status == "REMOVED" and outputs() == 0)
        yield carried


def until(carried: Carrier, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S} s, after {carried.worked}"
        carried.carry()


@pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)
def test_every_package_works(carried: Carrier, actor: Actor) -> None:
    assert carried.worked[actor.name] >= 1


def test_every_package_tells_of_its_traces(carried: Carrier) -> None:
    told = "".join(carried.segments())
    assert all(f'"name":"{actor.name}"' in told.replace(" ", "") for actor in CHAIN.actors)


def test_a_package_without_one_of_its_libraries_does_not_start(built: Built, client: Path, tmp_path: Path) -> None:
    unpacked = unpack(built["retire"], tmp_path / "retire")
    (unpacked / "tenacity").rename(unpacked / "elsewhere")
    started = running(unpacked, "services.retire.handler.handle", client, {})
    with started as function, pytest.raises(AssertionError, match="No module named 'tenacity'"):
        function.invoke({"Records": []})
