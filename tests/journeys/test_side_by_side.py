"""Two stacks in one place: each has everything of its own, and nothing of what happens in one shows in the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brigade.dead_letters.stack_queues import dead_letters
from brigade.deploy import deployment, kept
from brigade.pipeline import Pipeline
from kit.actor import Bucket
from records.status import Status
from services.chain import CHAIN
from tests.support import pictures
from tests.support.journey import Journey


@pytest.fixture
def beside(journey: Journey, recipes: Path) -> Iterator[Pipeline]:
    target = journey.pipeline.target
    stack = deployment.deploy(target, "journeys-beside", recipes=recipes, version="test")
    yield Pipeline(stack)
    left = kept.by(stack)
    deployment.destroy(stack)
    kept.delete(target, left)


def objects(pipeline: Pipeline, bucket: str) -> int:
    return int(pipeline.s3.list_objects_v2(Bucket=bucket)["KeyCount"])


def test_an_upload_to_one_stack_does_not_show_in_the_other(journey: Journey, beside: Pipeline) -> None:
    one = journey.put("in/side-by-side.jpg", pictures.jpeg())
    bad = journey.put("in/no-picture.jpg", b"no picture")
    ready, failed = journey.settled(one, bad)
    journey.at_rest()
    assert (ready["status"], failed["status"]) == ("READY", "FAILED")
    assert not [found for status in Status for found in beside.catalog.ids(status)]
    assert [objects(beside, bucket) for bucket in (beside.source_bucket, beside.target_bucket)] == [0, 0]
    assert [dead_letters(beside, actor) for actor in CHAIN.actors] == [[] for _ in CHAIN.actors]


def test_two_stacks_share_no_output(journey: Journey, beside: Pipeline) -> None:
    ours, theirs = journey.pipeline.stack.outputs, beside.stack.outputs
    assert ours.keys() == theirs.keys()
    assert not set(ours.values()) & set(theirs.values())
    assert len({ours[f"{bucket.capitalize()}Bucket"] for bucket in (Bucket.SOURCE, Bucket.TARGET)}) == 2
