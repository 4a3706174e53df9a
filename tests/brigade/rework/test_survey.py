"""Bucket against catalog: what S3 shows, what records say, and what is stored of each picture."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from brigade.rework import survey
from brigade.rework.gaps import Lost, Missing, how_lost
from brigade.rework.ledger import Ledger
from brigade.rework.survey import Comparison, below, ordered
from kit.events import ImageRemoved
from tests.support import story
from tests.support.deployed import RENDITIONS, Deployed, deploy, way


@pytest.fixture
def deployed(cloud: None) -> Deployed:
    return deploy()


def seen(deployed: Deployed, prefix: str) -> tuple[set[str], list[str]]:
    ignored: list[str] = []
    found = {record.image_id for record in below(deployed.pipeline, prefix, ignored.append)}
    return found, ignored


def missing(deployed: Deployed, prefix: str = "", ignored: list[str] | None = None) -> list[Missing]:
    ignore = ([] if ignored is None else ignored).append
    return list(
        Comparison(deployed.pipeline, prefix, datetime(2000, 1, 1, tzinfo=UTC), lambda _: None, ignore).missing()
    )


def lost(deployed: Deployed, prefix: str = "") -> list[tuple[str, Lost | None]]:
    return sorted((each.record.key, each.lost) for each in missing(deployed, prefix))


def delete(deployed: Deployed, key: str, **more: Any) -> str:
    """Delete a key or a version, of which no actor hears; return the version that S3 tells of it."""
    answer = deployed.pipeline.s3.delete_object(Bucket="source", Key=key, **more)
    return str(answer["VersionId"])


def test_below_a_prefix_only_the_newest_versions_are_found(deployed: Deployed) -> None:
    deployed.ready("in/cats/a.jpg")
    other = deployed.ready("in/dogs/a.jpg")
    new = deployed.upload("in/cats/a.jpg", sequencer="02")
    deployed.catalog(*way(new))
    assert seen(deployed, "in/cats/") == ({new.id}, [])
    assert seen(deployed, "") == ({new.id, other.id}, [])
    delete(deployed, "in/cats/a.jpg")
    assert seen(deployed, "in/cats/") == (set(), [])


def test_an_object_that_no_record_knows_is_lost_unless_ingest_ignores_it_by_its_name(deployed: Deployed) -> None:
    deployed.ready("in/known.jpg")
    deployed.upload("in/lost.jpg")
    deployed.upload("nobodys.jpg")
    deployed.pipeline.s3.put_object(Bucket="source", Key="in/folder/", Body=b"")
    ignored: list[str] = []
    [found] = missing(deployed, ignored=ignored)
    assert (found.record.key, found.lost) == ("in/lost.jpg", Lost.UNKNOWN)
    assert ignored == ["in/folder/", "nobodys.jpg"]


def test_what_s3_shows_though_its_record_says_that_it_was_replaced_is_lost(deployed: Deployed) -> None:
    deployed.ready("in/a.jpg")
    new = deployed.upload("in/a.jpg", sequencer="02")
    deployed.catalog(*way(new))
    deployed.store(new)
    assert lost(deployed) == []
    delete(deployed, "in/a.jpg", VersionId=str(new.source.version))
    assert lost(deployed) == [("in/a.jpg", Lost.SHOWN)]  # which replaces the other, once it is heard of


def test_what_an_operator_rejected_is_not_lost(deployed: Deployed) -> None:
    rejected = deployed.upload("in/a.jpg")
    deployed.catalog(*way(rejected), story.said(story.judged(rejected, "rejected"), "operator"))
    assert lost(deployed) == []


@pytest.mark.parametrize("how", ["marker", "version"])
def test_a_record_of_what_s3_does_not_show_any_more_is_found(deployed: Deployed, how: str) -> None:
    kept, gone = deployed.ready("in/kept.jpg"), deployed.ready("in/gone.jpg")
    delete(deployed, "in/gone.jpg", **({"VersionId": str(gone.source.version)} if how == "version" else {}))
    assert lost(deployed) == [("in/gone.jpg", Lost.GONE)]
    assert lost(deployed, "in/g") == [("in/gone.jpg", Lost.GONE)]
    assert lost(deployed, "in/k") == []
    assert kept.id != gone.id


def test_what_comes_while_it_looks_is_not_gone(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed.ready("in/a.jpg")
    really = survey.below

    def meanwhile(*arguments: Any) -> Any:
        yield from really(*arguments)
        deployed.ready("in/just-now.jpg")

    monkeypatch.setattr(survey, "below", meanwhile)
    assert missing(deployed) == []


def test_an_output_is_missed_where_the_bucket_does_not_have_it(deployed: Deployed) -> None:
    deployed.ready("in/whole.jpg")
    half = deployed.ready("in/half.jpg", stored=RENDITIONS[:1])
    deployed.store(story.image("in/another.jpg"))
    [found] = missing(deployed)
    assert (found.record.image_id, found.names, found.lost) == (half.id, RENDITIONS[1:], None)


@pytest.mark.parametrize(("chunk", "few"), [(2, 1_000), (2, 0), (100, 0)])
def test_more_pictures_than_are_held_at_a_time_or_listed_one_by_one(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, chunk: int, few: int
) -> None:
    monkeypatch.setattr(survey, "CHUNK", chunk)
    monkeypatch.setattr(survey, "FEW", few)
    pictures = [deployed.ready(f"in/{n}.jpg") for n in range(5)]
    half = deployed.ready("in/half.jpg", stored=RENDITIONS[:1])
    deployed.upload("in/lost.jpg")
    unnamed = deployed.upload("in/unnamed.jpg")
    deployed.catalog(*way(unnamed, RENDITIONS[1:]))
    deployed.store(unnamed)
    assert seen(deployed, "in/")[0] >= {picture.id for picture in pictures}
    assert {(each.record.image_id, each.names) for each in missing(deployed) if not each.lost} == {
        (half.id, RENDITIONS[1:]),
        (unnamed.id, RENDITIONS[:1]),
    }
    assert [each for each in lost(deployed) if each[1]] == [("in/lost.jpg", Lost.UNKNOWN)]


def test_a_rerun_made_outputs_while_the_bucket_was_listed(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "FEW", 0)
    picture = deployed.upload("in/a.jpg")
    deployed.catalog(*way(picture))
    really = Ledger.left

    def meanwhile(ledger: Ledger) -> Any:
        deployed.store(picture)
        return really(ledger)

    monkeypatch.setattr(Ledger, "left", meanwhile)
    assert missing(deployed) == []


def test_a_lost_picture_gets_the_least_place_above_all_that_was_heard_of_its_key(deployed: Deployed) -> None:
    old = deployed.ready("in/a.jpg")
    new = deployed.upload("in/a.jpg")
    first = deployed.upload("in/first.jpg")
    places = {record.image_id: record.source for record in ordered(deployed.pipeline, below_all(deployed))}
    assert old.source.order < places[new.id].order < "01" + "0" * 15 + "1"
    assert places[first.id].sequencer is None


def test_on_an_engine_without_sequencers_it_is_above_too(deployed: Deployed) -> None:
    first = deployed.upload("in/a.jpg")
    old = replace(first, source=replace(first.source, sequencer=None))
    deployed.catalog(*way(old))
    deployed.upload("in/a.jpg")
    [record] = [each for each in ordered(deployed.pipeline, below_all(deployed)) if how_lost(each)]
    assert old.source.order < record.source.order < "000000000001"


def below_all(deployed: Deployed) -> Any:
    return below(deployed.pipeline, "", lambda _: None)


def test_a_removal_that_was_never_heard_of_is_known_by_what_removed_it(deployed: Deployed) -> None:
    picture = deployed.ready("in/a.jpg")
    marker = delete(deployed, "in/a.jpg")
    found = survey.of_key(deployed.pipeline, "in/a.jpg")
    assert (how_lost(found), found.image_id, found.source.version) == (Lost.GONE, picture.id, marker)
    deployed.catalog(story.said(ImageRemoved(image=story.image("in/a.jpg", marker, "02"), whole_key=True), "ingest"))
    assert how_lost(survey.of_key(deployed.pipeline, "in/a.jpg")) is None
