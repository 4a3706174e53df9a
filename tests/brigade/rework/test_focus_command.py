"""`brigade focus`: an operator says where a picture's subject is, whatever happens to the picture then."""

from collections.abc import Iterator
from typing import Any

import pytest

from brigade.__main__ import main
from brigade.deploy import deployed_recipes
from brigade.inline import SOURCE, TARGET, InMemoryChain, notification
from brigade.rework.orders import plan
from imaging.recipes import Recipes, parse
from kit.envelope import decode
from kit.events import Focus, ImageNormalized
from records.stored import read
from services.chain import CHAIN
from services.resize.actor import RESIZE
from tests.support import pictures
from tests.support.deployed import Deployed, operations, way
from tests.support.regions import region, xmp

Said = pytest.CaptureFixture[str]
CROPS = """[[recipe]]
name = "default"
[[recipe.rendition]]
name = "crop"
fit = "cover"
gravity = "focus"
width = 20
height = 20
"""


@pytest.fixture
def crops(monkeypatch: pytest.MonkeyPatch) -> Recipes:
    recipes = parse(CROPS)
    monkeypatch.setattr(deployed_recipes, "of", lambda _: recipes)
    return recipes


def documents(deployed: Deployed) -> dict[str, str]:
    s3, bucket = deployed.pipeline.s3, deployed.pipeline.target_bucket
    found = s3.list_objects_v2(Bucket=bucket, Prefix="focus/").get("Contents", [])
    return {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode() for each in found}


@pytest.mark.usefixtures("crops")
def test_it_is_kept_and_the_picture_goes_back_to_resize(deployed: Deployed) -> None:
    picture = deployed.ready("in/a.jpg")
    assert main(["focus", "in/a.jpg", "0.333333", "1"]) == 0
    assert documents(deployed) == {f"focus/{picture.id}.json": "[0.3333, 1.0]"}
    [message] = deployed.received(RESIZE)
    assert decode(message["Body"], [ImageNormalized])[1].image.id == picture.id
    assert operations(deployed) == [("focus", "resize", {"sent": 1})]
    assert main(["focus", picture.id[:8], "--forget"]) == 0
    assert documents(deployed) == {}
    assert len(deployed.received(RESIZE)) == 1


@pytest.mark.usefixtures("crops")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["1.2", "0"], 2, "'1.2' is no number from 0 to 1"),
        (["left", "top"], 2, "'left' is no number from 0 to 1"),
        (["0.5"], 2, "give X and Y, or else --forget"),
        (["0.5", "0.5", "--forget"], 2, "give X and Y, or else --forget"),
        ([], 2, "give X and Y, or else --forget"),
    ],
)
def test_anything_but_two_shares_is_refused(words: list[str], code: int, said: str, capsys: Said) -> None:
    assert main(["focus", "in/a.jpg", *words]) == code
    assert said in capsys.readouterr().err


def test_where_no_crop_would_change_nothing_is_done(deployed: Deployed, capsys: Said) -> None:
    deployed.ready("in/a.jpg")
    assert main(["focus", "in/a.jpg", "0.25", "1"]) == 1
    assert 'no rendition of its recipe default has gravity "focus"' in capsys.readouterr().err
    assert (documents(deployed), deployed.received(RESIZE)) == ({}, [])


@pytest.mark.usefixtures("crops")
def test_of_a_picture_that_was_replaced_nothing_is_kept(deployed: Deployed, capsys: Said) -> None:
    old = deployed.ready("in/a.jpg")
    deployed.catalog(*way(deployed.upload("in/a.jpg", sequencer="02")))
    assert main(["focus", old.id, "0.25", "1"]) == 1
    assert "in/a.jpg: superseded: a newer upload has taken its place" in capsys.readouterr().err
    assert documents(deployed) == {}


@pytest.fixture
def line(crops: Recipes) -> Iterator[InMemoryChain]:
    line = InMemoryChain(CHAIN, {"recipes": crops})
    line.upload("a.jpg", pictures.encoded(pictures.scene(), "JPEG", xmp=xmp(region(0.25, 0.5))), sequencer="01")
    line.run()
    yield line
    assert not any(queue.dead_letters for queue in line.queues.values())


def only(line: InMemoryChain) -> tuple[str, Focus | None, str]:
    [item] = line.records.items.values()
    record = read(item)
    [crop] = record.renditions or [None]
    return record.status, record.focus, crop.key if crop else ""


def rerun(line: InMemoryChain, actor: str, crops: Recipes) -> None:
    [item] = line.records.items.values()
    made = plan([read(item)], CHAIN.actor(actor), CHAIN, crops)
    assert not made.left
    line.put(actor, made.orders[0].body)
    line.run()


@pytest.mark.parametrize("actor", ["ingest", "normalize", "resize"])
def test_a_focus_holds_for_every_rerun(actor: str, line: InMemoryChain, crops: Recipes) -> None:
    status, focus, before = only(line)
    assert (status, focus) == ("READY", (0.25, 0.5))
    rerun(line, actor, crops)
    assert only(line) == (status, focus, before)
    [image_id] = line.records.items
    line.storage.objects[TARGET, f"focus/{image_id}.json"] = b"[0.75,0.5]"
    rerun(line, actor, crops)
    status, focus, after = only(line)
    assert (status, focus, after != before) == ("READY", (0.75, 0.5), True)
    rerun(line, actor, crops)
    assert only(line) == (status, focus, after)


def test_a_removed_picture_leaves_no_focus(line: InMemoryChain) -> None:
    [image_id] = line.records.items
    line.storage.objects[TARGET, f"focus/{image_id}.json"] = b"[0.75,0.5]"
    content: Any = line.storage.objects.pop((SOURCE, "a.jpg"))
    line.send(
        CHAIN.origin,
        notification("a.jpg", content, sequencer="02").replace(
            "ObjectCreated:Put", "ObjectRemoved:DeleteMarkerCreated"
        ),
    )
    line.run()
    assert only(line) == ("REMOVED", None, "")
    assert [key for bucket, key in line.storage.objects if bucket == TARGET] == []
