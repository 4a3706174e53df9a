"""An operator's day: an actor is paused and goes on, what is missing is found and made again."""

import json
from pathlib import Path
from typing import Any

import pytest

from brigade.deploy import deployment
from infra import names
from kit.events import Image
from records.table import KEY, source_key
from tests.journeys.test_removal import outputs
from tests.support import engine, pictures
from tests.support.journey import Brigade, Journey, until

pytestmark = pytest.mark.usefixtures("own_cloud")


def vitals(brigade: Brigade, actor: str) -> dict[str, Any]:
    [found] = [each for each in json.loads(brigade("status", "--json")) if each["actor"] == actor]
    return dict(found)


def test_a_paused_actors_messages_wait_and_are_worked_off_when_it_goes_on(journey: Journey, brigade: Brigade) -> None:
    journey.at_rest()
    assert "resize is paused" in brigade("pause", "resize")
    assert "resize was paused already" in brigade("pause", "resize")
    images = [journey.put(f"in/paused/{number}.jpg", pictures.jpeg()) for number in range(3)]
    waiting = until(lambda: (found := vitals(brigade, "resize"))["waiting"] == 3 and found, "three messages to wait")
    assert (waiting["state"], waiting["in_flight"]) == ("paused", 0)
    assert 0 <= waiting["oldest_s"] < 60
    assert "paused" in brigade("status")

    assert "resize is running" in brigade("resume", "resize")
    assert [record["status"] for record in journey.settled(*images)] == ["READY"] * 3
    journey.at_rest()
    after = vitals(brigade, "resize")
    assert (after["state"], after["waiting"], after["in_flight"], after["oldest_s"]) == ("running", 0, 0, None)
    # Every actor's letters were counted, those too that announce nothing.
    assert after["per_minute"] >= 3
    assert vitals(brigade, "catalog")["per_minute"] >= 9


def test_a_rendition_that_is_gone_is_missed_and_made_again(journey: Journey, brigade: Brigade) -> None:
    image, whole = journey.put("in/missing/a.jpg", pictures.jpeg()), journey.put("in/missing/b.jpg", pictures.jpeg())
    record, _ = journey.settled(image, whole)
    gone = next(rendition for rendition in record["renditions"] if rendition["name"] == "w150")
    journey.pipeline.s3.delete_object(Bucket=gone["bucket"], Key=gone["key"])

    below = ("--prefix", "in/missing/")
    assert [
        (each["image_id"], each["missing"]) for each in json.loads(brigade("missing", *below, "--json", code=1))
    ] == [(image.id, ["w150"])]
    assert image.id in brigade("missing", code=1)
    assert "to send to resize: 1 picture, about" in brigade(
        "rerun", "--missing", *below, "--from", "resize", "--dry-run"
    )
    assert "sent to resize: 1 of 1 picture " in brigade("rerun", "--missing", *below, "--from", "resize", "--yes")
    until(lambda: json.loads(brigade("missing", *below, "--json", code=None)) == [], "the rendition to be back")
    assert len(journey.stored(gone)) == gone["bytes"]


@pytest.mark.parametrize("actor", ["ingest", "normalize", "resize"])
def test_a_picture_that_was_sent_back_is_what_it_was(journey: Journey, brigade: Brigade, actor: str) -> None:
    image = journey.put(f"in/again from {actor}+.jpg", pictures.jpeg())
    [before] = journey.settled(image)
    order = orders(journey, image)
    brigade("rerun", image.source.key, image.id, "--from", actor, "--yes")

    def again() -> Any:
        found = journey.record(image.id)
        return found["stages"]["resize"]["at"] > before["stages"]["resize"]["at"] and found

    after = until(again, "the last stage to be done again")
    journey.at_rest()
    same = ("image_id", "status", "source", "entered_at", "original", "master", "renditions", "superseded_by")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["stages"][actor]["at"] > before["stages"][actor]["at"]
    assert orders(journey, image) == order


def test_a_rerun_that_fails_is_seen_and_made_good(journey: Journey, brigade: Brigade) -> None:
    image = journey.put("in/masterless.jpg", pictures.jpeg())
    [record] = journey.settled(image)
    journey.pipeline.s3.delete_object(Bucket=record["master"]["bucket"], Key=record["master"]["key"])

    def status() -> str:
        return str(journey.record(image.id)["status"])

    assert "its dead letter" not in brigade("rerun", image.id, "--from", "resize", "--yes")
    until(lambda: status() == "FAILED", "the failure to show")
    assert "resize: object-gone" in brigade("show", image.id)
    assert image.id in brigade("ls", "--status", "failed", "--json")

    assert "resize gave it up, and its dead letter stays" in brigade("rerun", image.id, "--from", "normalize", "--yes")
    until(lambda: status() == "READY", "another rerun to make it good")
    journey.at_rest()
    brigade("dlq", "discard", "resize", "--image", image.id, "--yes")
    assert status() == "READY"


def test_a_rerun_with_a_changed_recipe_leaves_nothing_behind(
    journey: Journey, brigade: Brigade, recipes: Path, tmp_path: Path
) -> None:
    key = "in/remade.jpg"
    image = journey.put(key, pictures.jpeg())
    [before] = journey.settled(image)
    old = {rendition["name"]: rendition["key"] for rendition in before["renditions"]}
    changed = tmp_path / "changed.toml"
    text = recipes.read_text(encoding="utf-8")
    assert text.count('name = "w150"\nwidth = 150') == 1
    changed.write_text(text.replace('name = "w150"\nwidth = 150', 'name = "w80"\nwidth = 80'), encoding="utf-8")
    target = journey.pipeline.target
    deployment.deploy(target, engine.STACK, recipes=changed, version="test")
    try:
        brigade("rerun", image.id, "--from", "resize", "--yes")

        def renditions() -> dict[str, str]:
            found = journey.record(image.id)
            return {rendition["name"]: rendition["key"] for rendition in found["renditions"]}

        until(lambda: "w80" in renditions(), "the picture to be made again")
        new = renditions()
        assert new.items() - old.items() == {("w80", new["w80"])}, "what has not changed keeps its key"
        until(lambda: set(outputs(journey, image.id)) == {before["master"]["key"], *new.values()}, "old outputs to go")
        brigade("get", image.id, "--out", str(tmp_path / "got"))
        assert pictures.opened(next(tmp_path.glob("got/**/w80.jpg")).read_bytes()).width == 80
        assert not list(tmp_path.glob("got/**/w150.*"))
    finally:
        deployment.deploy(target, engine.STACK, recipes=recipes, version="test")


def orders(journey: Journey, image: Image) -> list[str]:
    """Return when the picture was uploaded in S3's order, by its record and by its key's pointer: both must stay."""
    dynamodb, table = journey.pipeline.target.client("dynamodb"), journey.pipeline.output(names.TABLE)
    keys = (image.id, f"newest#{source_key(image.source)}")
    items = [dynamodb.get_item(TableName=table, Key={KEY: {"S": key}})["Item"] for key in keys]
    return [item["upload_order"]["S"] for item in items]
