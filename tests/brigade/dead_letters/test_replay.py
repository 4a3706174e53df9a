"""`brigade dlq replay`: the actor's own function on the very input, and not one write anywhere."""

import json
import pdb
from collections.abc import Iterator
from typing import Any

import pytest

from imaging.recipes import load
from kit.events import (
    Event,
    Image,
    ImageIngested,
    ImageNormalized,
    ImageOutdated,
    ImageResized,
    Source,
    StoredMaster,
    StoredRendition,
)
from services.catalog.handler import act
from services.catalog.records import DynamoRecords
from services.chain import CHAIN
from services.moderate.actor import MODERATOR
from services.normalize import handler as normalize
from tests.brigade.dead_letters.conftest import Brigade
from tests.support import pictures
from tests.support.desk import Desk, ingested, uploaded
from tests.support.site import TABLE, body, letter, site

World = dict[str, Any]


@pytest.fixture(autouse=True)
def recipes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brigade.deploy.deployed_recipes.of", lambda _: load())


def world(desk: Desk) -> World:
    """Return everything that a careless replay could have changed."""
    s3, dynamodb = desk.pipeline.s3, desk.pipeline.target.client("dynamodb")
    found: World = {bucket: s3.list_object_versions(Bucket=bucket).get("Versions") for bucket in ("source", "target")}
    found["table"] = sorted(dynamodb.scan(TableName=TABLE)["Items"], key=str)
    for actor in CHAIN.actors:
        found[actor.name] = desk.sent_back(actor.name), desk.letters(actor.name)
    return found


@pytest.fixture
def unchanged(desk: Desk) -> Iterator[World]:
    """Begin with what the test has arranged in this dictionary; at its end all must be so still."""
    before: World = {}
    yield before
    assert before
    assert world(desk) == before
    assert desk.told() == []


def replayed(brigade: Brigade, actor: str, message: str) -> tuple[int, dict[str, Any]]:
    code, said = brigade("replay", actor, message, "--json")
    [facts] = json.loads(said)
    return code, facts


def test_what_it_would_have_stored_and_announced_is_shown(desk: Desk, brigade: Brigade, unchanged: World) -> None:
    source = desk.upload("in/a.jpg", pictures.jpeg())
    dead = desk.bury("normalize", ingested(source=source))
    unchanged |= world(desk)
    code, facts = replayed(brigade, "normalize", dead.message_id[:8])
    assert (code, facts["succeeded"], facts["reason"]) == (0, True, None)
    [stored] = facts["stored"]
    assert (stored["bucket"], stored["key"].startswith(f"normalized/{Image.of(source).id}.")) == ("target", True)
    [said] = facts["announced"]
    assert said["event"] == "image-normalized"
    assert said["data"]["master"]["bytes"] == stored["bytes"] > 0
    code, text = brigade("replay", "normalize", dead.message_id[:8])
    assert code == 0
    assert stored["key"] in text
    assert "image-normalized" in text
    assert "it succeeds here; nothing was written" in text


def test_a_picture_at_fault_fails_here_too(desk: Desk, brigade: Brigade, unchanged: World) -> None:
    source = desk.upload("in/a.jpg", pictures.jpeg()[:300])
    dead = desk.bury("normalize", ingested(source=source))
    unchanged |= world(desk)
    code, facts = replayed(brigade, "normalize", dead.message_id)
    assert (code, facts["succeeded"], facts["reason"]) == (1, False, "corrupt-image")
    code, text = brigade("replay", "normalize", dead.message_id)
    assert code == 1
    assert f"corrupt-image: {facts['detail']}" in text
    assert "Traceback" not in text
    assert "it fails here too; nothing was written" in text


def test_it_reads_the_version_that_the_message_names(desk: Desk, brigade: Brigade) -> None:
    broken = desk.upload("in/a.jpg", b"no picture")
    desk.upload("in/a.jpg", pictures.jpeg())
    dead = desk.bury("ingest", uploaded(broken), reason="not-an-image")
    assert replayed(brigade, "ingest", dead.message_id)[1]["reason"] == "not-an-image"


def test_what_the_deployment_has_chosen_for_the_actor_is_chosen_here_too(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODERATOR.variable, "rekognition")
    monkeypatch.setitem(desk.pipeline.stack.parameters, MODERATOR.name, "none")
    master = StoredMaster(bucket="target", key="m.jpg", format="JPEG", width=1, height=1, bytes=1, method="m")
    image = Image.of(Source(bucket="source", key="in/a.jpg", version="v1"))
    gated = ImageNormalized(image=image, recipe="default", master=master, moderation="gate")
    dead = desk.bury("moderate", body(gated), reason="no-moderator")
    assert replayed(brigade, "moderate", dead.message_id)[1]["reason"] == "no-moderator"


def test_every_upload_of_a_notification_is_worked_on(desk: Desk, brigade: Brigade, unchanged: World) -> None:
    good = [desk.upload(key, pictures.jpeg()) for key in ("in/a.jpg", "in/b.jpg")]
    dead = desk.bury("ingest", uploaded(*good))
    unchanged |= world(desk)
    code, facts = replayed(brigade, "ingest", dead.message_id)
    assert code == 0
    assert [each["data"]["image"]["source"]["key"] for each in facts["announced"]] == ["in/a.jpg", "in/b.jpg"]


def test_a_message_that_cannot_be_read_fails_for_that_reason(desk: Desk, brigade: Brigade) -> None:
    dead = desk.bury("normalize", "no json", reason="unreadable-message")
    assert replayed(brigade, "normalize", dead.message_id)[1]["reason"] == "unreadable-message"


def broken(*_: Any, **__: Any) -> Iterator[Event]:
    yield from ()
    raise ZeroDivisionError("by no means")


def test_a_bug_comes_with_its_traceback_and_the_debugger_opens_where_it_is(
    desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(normalize.handle, "act", broken)
    opened: list[Any] = []
    monkeypatch.setattr(pdb, "post_mortem", opened.append)
    dead = desk.bury("normalize", ingested())
    code, text = brigade("replay", "normalize", dead.message_id)
    assert code == 1
    assert "unexpected-error: ZeroDivisionError: by no means" in text
    assert "Traceback" in text
    assert 'raise ZeroDivisionError("by no means")' in text
    assert not opened
    assert brigade("replay", "normalize", dead.message_id, "--pdb")[0] == 1
    [traceback] = opened
    while traceback.tb_next:
        traceback = traceback.tb_next
    assert traceback.tb_frame.f_code.co_name == "broken"


def whole(source: Source) -> list[Event]:
    """Return what is said of a picture with which all goes well."""
    image = Image.of(source)
    size: dict[str, Any] = {"format": "JPEG", "width": 4, "height": 3, "bytes": 9, "method": "m"}
    small = StoredRendition(bucket="target", key="r.jpg", name="small", **size)
    master = StoredMaster(bucket="target", key="n.jpg", **size)
    return [
        ImageIngested(image=image, recipe="default", format="JPEG", width=4, height=3, bytes=9),
        ImageNormalized(image=image, recipe="default", master=master),
        ImageResized(image=image, recipe="default", renditions=(small,)),
    ]


def catalog(*events: Event) -> None:
    for event in events:
        list(act(letter(event, event.kind), site=site(), records=DynamoRecords(TABLE)))


def source(version: str, sequencer: str) -> Source:
    return Source(bucket="source", key="in/a.jpg", version=version, sequencer=sequencer, uploaded_at="2026-11-21")


def test_the_catalog_goes_on_from_the_real_record(desk: Desk, brigade: Brigade, unchanged: World) -> None:
    *before, last = whole(source("v1", "01"))
    catalog(*before)
    dead = desk.bury("catalog", body(last, "resize"))
    unchanged |= world(desk)
    code, facts = replayed(brigade, "catalog", dead.message_id)
    assert code == 0
    assert facts["announced"] == []
    changed = facts["recorded"][last.image.id]
    assert changed["status"] == "READY"
    assert "renditions" in changed
    assert "original" not in changed
    text = brigade("replay", "catalog", dead.message_id)[1]
    assert "status=READY" in text


@pytest.mark.parametrize("late", [False, True])
def test_the_catalog_knows_the_other_uploads_of_the_key(
    desk: Desk, brigade: Brigade, unchanged: World, late: bool
) -> None:
    first, second = whole(source("v1", "01")), whole(source("v2", "02"))
    catalog(*(second if late else first))
    dead = desk.bury("catalog", body((first if late else second)[0], "ingest"))
    unchanged |= world(desk)
    _, facts = replayed(brigade, "catalog", dead.message_id)
    assert facts["recorded"][first[0].image.id]["superseded_by"] == second[0].image.id
    assert facts["recorded"].get(second[0].image.id, {}).get("status", "PROCESSING") == "PROCESSING"


def test_what_it_would_delete_is_listed_and_stays(desk: Desk, brigade: Brigade, unchanged: World) -> None:
    image = Image.of(source("v1", "01"))
    outputs = [f"normalized/{image.id}.jpg", f"renditions/{image.id}/small.jpg"]
    for key in (*outputs, "renditions/other/small.jpg"):
        desk.pipeline.s3.put_object(Bucket="target", Key=key, Body=b"x")
    dead = desk.bury("retire", body(ImageOutdated(image=image, why="removed"), "catalog"))
    unchanged |= world(desk)
    code, facts = replayed(brigade, "retire", dead.message_id)
    assert code == 0
    assert [each["key"] for each in facts["deleted"]] == outputs
    [said] = facts["announced"]
    assert said["data"]["deleted"] == 2
    assert outputs[0] in brigade("replay", "retire", dead.message_id)[1]


def test_what_may_be_called_wrongly(desk: Desk, brigade: Brigade) -> None:
    dead = desk.bury("normalize", ingested())
    assert brigade("replay", "normalize", dead.message_id, "--local") == brigade("replay", "normalize", dead.message_id)
    code, said = brigade("replay", "paint", "x")
    assert code == 1
    assert "no actor is named paint" in said
    assert "no dead letter begins with 'zzz'" in brigade("replay", "normalize", "zzz")[1]


def test_one_of_an_ignored_key_does_nothing(desk: Desk, brigade: Brigade, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = desk.bury("ingest", uploaded(desk.upload("folder/", b"")))
    code, said = brigade("replay", "ingest", dead.message_id)
    assert code == 0
    assert "it succeeds here, and does nothing" in said
