"""retire: the outputs of one picture go, and nothing else."""

import pytest

from kit.events import Image, ImageOutdated, ImageRemade, ImageRetired, Source
from services.retire.handler import handle
from tests.support.site import Deployment, body

OLD, OTHER = (Image.of(Source(bucket="source", key=key, version="v")) for key in ("old.jpg", "other.jpg"))
OUTDATED = body(ImageOutdated(image=OLD, why="removed"), "catalog")


@pytest.fixture
def deployed(cloud: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    deployed = Deployment("retire", monkeypatch)
    for image in (OLD, OTHER):
        renditions = [f"renditions/{image.id}/{name}.jpg" for name in ("w150", "h150")]
        for key in (f"normalized/{image.id}.jpg", *renditions, f"metadata/{image.id}.json.gz"):
            deployed.s3.put_object(Bucket="target", Key=key, Body=b"x")
    return deployed


def test_all_outputs_of_an_outdated_picture_go_and_no_others(deployed: Deployment) -> None:
    assert deployed.deliver(handle, OUTDATED) == []
    assert len(deployed.keys("target")) == 4
    assert all(OTHER.id in key for key in deployed.keys("target"))
    assert deployed.heard(ImageRetired) == [ImageRetired(image=OLD, deleted=4)]


def test_retiring_twice_does_no_harm(deployed: Deployment) -> None:
    deployed.deliver(handle, OUTDATED)
    assert deployed.deliver(handle, OUTDATED) == []
    assert [event.deleted for event in deployed.heard(ImageRetired)] == [4, 0]


@pytest.mark.parametrize(("before", "goes"), [("2099-01-01T00:00:00.000Z", True), ("", False)])
def test_of_a_picture_that_was_made_again_the_file_of_tags_goes_only_if_it_is_old(
    before: str, goes: bool, deployed: Deployment
) -> None:
    long_ago, kept = "2020-01-01T00:00:00.000Z", (f"normalized/{OLD.id}.jpg",)
    event = ImageRemade(
        image=OLD, masters_before=long_ago, renditions_before=long_ago, kept=kept, metadata_before=before
    )
    deployed.deliver(handle, body(event, "catalog"))
    tags = f"metadata/{OLD.id}.json.gz"
    assert (tags not in deployed.keys("target")) is goes
    assert [event.gone for event in deployed.heard(ImageRetired)] == [(tags,)] * goes


def test_while_the_bucket_is_missing_messages_stay(deployed: Deployment) -> None:
    for key in deployed.keys("target"):
        deployed.s3.delete_object(Bucket="target", Key=key)
    deployed.s3.delete_bucket(Bucket="target")
    assert deployed.deliver(handle, OUTDATED) == [OUTDATED]


def test_an_unreadable_message_is_dead_lettered(deployed: Deployment) -> None:
    assert deployed.deliver(handle, "hello") == []
    assert [why["reason"] for why in deployed.dead_letters()] == ["unreadable-message"]
