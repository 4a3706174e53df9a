"""Pictures are gone through by the catalogue's index or by a listing of keys, and their renditions are looked for."""

import pytest

from brigade.rework import survey
from services.catalog.status import Status
from tests.brigade.deploy.deployed import RENDITIONS, Deployed, deploy, way
from tests.services.catalog import story


@pytest.fixture
def deployed(cloud: None) -> Deployed:
    return deploy()


def below(deployed: Deployed, prefix: str) -> tuple[set[str], list[str]]:
    unheard: list[str] = []
    found = {record["image_id"] for record in survey.below(deployed.pipeline, prefix, unheard.append)}
    return found, unheard


def test_pictures_of_a_status_are_found(deployed: Deployed) -> None:
    ready, working, failed = (deployed.upload(f"in/{n}.jpg") for n in range(3))
    deployed.catalog(*way(ready), *way(working)[:2], story.said(story.rejected(failed), "normalize"))
    records = survey.by_status(deployed.pipeline, Status.READY, Status.PROCESSING)
    assert [record["image_id"] for record in records] == [ready.id, working.id]


def test_below_a_prefix_only_the_newest_versions_are_found(deployed: Deployed) -> None:
    old, other = deployed.ready("in/cats/a.jpg"), deployed.ready("in/dogs/a.jpg")
    new = deployed.upload("in/cats/a.jpg", sequencer="02")
    deployed.catalog(*way(new))
    assert below(deployed, "in/cats/") == ({new.id}, [])
    assert below(deployed, "") == ({new.id, other.id}, [])
    deployed.pipeline.s3.delete_object(Bucket="source", Key="in/cats/a.jpg")
    assert below(deployed, "in/cats/") == (set(), [])
    assert old.id != new.id


def test_a_key_that_the_catalogue_does_not_know_is_said_unless_no_recipe_matches_it(deployed: Deployed) -> None:
    known = deployed.ready("in/known.jpg")
    deployed.upload("in/lost.jpg")
    deployed.upload("ignored.jpg")
    assert below(deployed, "") == ({known.id}, ["in/lost.jpg"])


def test_more_keys_than_are_held_at_a_time(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "_CHUNK", 2)
    pictures = [deployed.ready(f"in/{n}.jpg") for n in range(5)]
    found, _ = below(deployed, "in/")
    assert found == {picture.id for picture in pictures}
    assert list(survey.lacking(deployed.pipeline, survey.by_status(deployed.pipeline, Status.READY))) == []


def test_a_rendition_is_missed_where_the_bucket_does_not_have_it(deployed: Deployed) -> None:
    whole, half = deployed.ready("in/whole.jpg"), deployed.ready("in/half.jpg", stored=RENDITIONS[:1])
    deployed.store(story.image("in/another.jpg"))
    found = survey.lacking(deployed.pipeline, survey.by_status(deployed.pipeline, Status.READY))
    assert [(each.record["image_id"], each.names) for each in found] == [(half.id, RENDITIONS[1:])]
    assert whole.id != half.id
