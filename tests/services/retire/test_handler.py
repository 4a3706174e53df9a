"""retire: the outputs of one picture go, and nothing else."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from kit import aws, settings
from kit.events import Image, ImageOutdated, ImageRemade, ImageRetired, Source
from kit.function import Function
from services.retire.handler import handle
from tests.support.site import Deployment, body

OLD, OTHER = (Image.of(Source(bucket="source", key=key, version="v")) for key in ("old.jpg", "other.jpg"))
OUTDATED = body(ImageOutdated(image=OLD, why="removed"), "catalog")


@pytest.fixture
def deployed(cloud: None, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    deployed = Deployment("retire", monkeypatch)
    for image in (OLD, OTHER):
        renditions = [f"renditions/{image.id}/{name}.jpg" for name in ("w150", "h150")]
        for key in (
            f"normalized/{image.id}.jpg",
            *renditions,
            f"metadata/{image.id}.json.gz",
            f"focus/{image.id}.json",
        ):
            deployed.s3.put_object(Bucket="target", Key=key, Body=b"x")
    return deployed


def test_all_outputs_of_an_outdated_picture_go_and_no_others(deployed: Deployment) -> None:
    assert deployed.deliver(handle, OUTDATED) == []
    assert len(deployed.keys("target")) == 5
    assert all(OTHER.id in key for key in deployed.keys("target"))
    assert deployed.heard(ImageRetired) == [ImageRetired(image=OLD, deleted=5)]


def test_retiring_twice_does_no_harm(deployed: Deployment) -> None:
    deployed.deliver(handle, OUTDATED)
    assert deployed.deliver(handle, OUTDATED) == []
    assert [event.deleted for event in deployed.heard(ImageRetired)] == [5, 0]


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


def new() -> Function:
    """One that has not read its environment yet."""
    return Function(handle.actor, handle.act)


@pytest.fixture
def distribution(deployed: Deployment, monkeypatch: pytest.MonkeyPatch) -> str:
    """One that retire knows: what it is told is forgotten there."""
    origins = {
        "Quantity": 1,
        "Items": [{"Id": "t", "DomainName": "target.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}],
    }
    behaviour = {"TargetOriginId": "t", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "c"}
    config: Any = {
        "CallerReference": "r",
        "Comment": "",
        "Enabled": True,
        "Origins": origins,
        "DefaultCacheBehavior": behaviour,
    }
    made = str(aws.client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["Id"])
    monkeypatch.setenv(settings.DELIVERY_DISTRIBUTION, made)
    return made


def invalidated(distribution: str) -> list[str]:
    client = aws.client("cloudfront")
    listed = client.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
    found = [client.get_invalidation(DistributionId=distribution, Id=each["Id"]) for each in listed]
    return [path for each in found for path in each["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]]


def test_what_caches_hold_of_an_outdated_picture_is_forgotten_and_nothing_else(
    deployed: Deployment, distribution: str
) -> None:
    assert deployed.deliver(new(), OUTDATED) == []
    assert invalidated(distribution) == [f"/renditions/{OLD.id}/*"]


def test_while_caches_are_not_told_the_message_stays_and_asks_the_same_again(
    deployed: Deployment, distribution: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def busy(*, InvalidationBatch: dict[str, str], **_: object) -> None:  # noqa: N803 - boto's name
        asked.append(InvalidationBatch["CallerReference"])
        raise ClientError({"Error": {"Code": "TooManyInvalidationsInProgress"}}, "CreateInvalidation")

    with monkeypatch.context() as while_busy:
        while_busy.setattr(aws.client("cloudfront"), "create_invalidation", busy)
        assert deployed.deliver(new(), OUTDATED) == [OUTDATED]
        assert deployed.deliver(new(), OUTDATED) == [OUTDATED]
    assert len(set(asked)) == 1
    assert not deployed.heard(ImageRetired)
    assert deployed.deliver(new(), OUTDATED) == []
    assert len(invalidated(distribution)) == 1


def test_a_distribution_that_is_gone_holds_nothing(deployed: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.DELIVERY_DISTRIBUTION, "E123")
    assert deployed.deliver(new(), OUTDATED) == []
    assert not deployed.dead_letters()


def test_a_picture_made_again_has_other_addresses_so_no_cache_is_told(deployed: Deployment, distribution: str) -> None:
    event = ImageRemade(
        image=OLD, masters_before="2099-01-01T00:00:00.000Z", renditions_before="2099-01-01T00:00:00.000Z", kept=()
    )
    deployed.deliver(new(), body(event, "catalog"))
    assert not invalidated(distribution)
