"""Today's code reads what release 0.1 has written, and does the right thing with it."""

import json
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest

from brigade.dead_letters import letters_file as archive
from brigade.dead_letters.letter import DeadLetter
from brigade.inline import TARGET, InMemoryChain
from brigade.operations.storage import FileHistory
from brigade.target import Target
from imaging.recipes import parse
from kit.envelope import decode
from kit.events import Event, Image
from kit.letter import read_letters
from kit.queue import Message
from records.attribute_values import read_item
from records.status import Status
from services.chain import CHAIN
from services.ingest import notification
from services.moderate.opinion import Opinion
from tests.golden import release_0_1 as golden
from tests.services.catalog.stored import status, view

RECIPES = parse(
    "".join(
        f'[[recipe]]\nname = "{name}"\nmoderation = "{mode}"\nrendition = [{{ name = "small", width = 9 }}]\n'
        for name, mode in (("default", "off"), ("gate", "gate"))
    )
)
KINDS = {event.kind: event for event in CHAIN.events}
# Nobody in that release's chain heard image-cataloged, whose place image-settled has taken.
EVENTS = [each for each in golden.rows("events.jsonl") if "brigade.image-cataloged" not in each["body"]]
NOTIFIED = {
    "ObjectCreated:Put": ["image-uploaded"],
    "ObjectRemoved:DeleteMarkerCreated": ["image-removed"],
    "ObjectRemoved:Delete": ["image-removed"],
    "s3:TestEvent": [],
}


def is_within(old: Any, new: Any) -> bool:
    """Whether all that was said is said still; new fields may have come."""
    if isinstance(old, dict):
        return all(name in new and is_within(value, new[name]) for name, value in old.items())
    if isinstance(old, list):
        return len(old) == len(new) and all(map(is_within, old, new))
    return bool(old == new)


def kind_of(message: dict[str, Any]) -> type[Event]:
    return KINDS[json.loads(message["body"])["type"].removeprefix("brigade.")]


@pytest.mark.parametrize("message", EVENTS, ids=lambda message: kind_of(message).kind)
def test_every_event_says_what_it_said(message: dict[str, Any]) -> None:
    envelope, event = decode(message["body"], [kind_of(message)])
    today = json.loads(msgspec.json.encode(envelope)) | {"data": msgspec.to_builtins(event)}
    assert is_within(json.loads(message["body"]), json.loads(msgspec.json.encode(today)))


@pytest.mark.parametrize("message", EVENTS, ids=lambda message: kind_of(message).kind)
def test_every_hearer_of_an_event_takes_it(message: dict[str, Any]) -> None:
    """Without the attributes that filters came to ask for, everybody is sent it."""
    kind = kind_of(message)
    hearers = [actor for actor in CHAIN.actors if kind in actor.hears]
    assert list(CHAIN.subscribers(kind, message["attributes"])) == hearers
    for actor in hearers:
        [letter] = read_letters(actor, message["body"])
        assert letter.event.image.id == json.loads(message["body"])["subject"]


def test_no_event_of_that_release_is_missing_here() -> None:
    assert {kind_of(message).kind for message in EVENTS} == {
        "dead-letter-handled",
        "image-described",
        "image-ingested",
        "image-judged",
        "image-moderated",
        "image-normalized",
        "image-outdated",
        "image-rejected",
        "image-removed",
        "image-resized",
        "image-retired",
    }


@pytest.mark.parametrize("line", golden.lines("notifications.jsonl"))
def test_notifications_tell_what_was_uploaded_and_removed(line: str) -> None:
    said = json.loads(line)
    name = said.get("Event") or said["Records"][0]["eventName"]
    changes = notification.read(line)
    assert [change.kind for change in changes] == NOTIFIED[name]
    for change in changes:
        assert change.image.source.key in {
            "in/waits for ingest.jpg",
            "in/waits for retire.jpg",
            "in/version removed.jpg",
        }


@pytest.mark.parametrize("name", ["export_ingest", "export_normalize", "discard_ingest"])
def test_archives_hold_letters_that_can_be_put_back(name: str) -> None:
    letters = archive.read(golden.FOLDER / f"{name}.jsonl")
    assert letters
    for letter in letters:
        told_of_its_picture(letter, letter.attributes["actor"])


def test_dead_letters_tell_reason_picture_and_lineage() -> None:
    for row in golden.rows("dead_letters.jsonl"):
        sent_at = archive.read(golden.FOLDER / "discard_ingest.jsonl")[0].sent_at
        letter = DeadLetter(message_id="m", body=row["body"], attributes=row["attributes"], sent_at=sent_at)
        told_of_its_picture(letter, row["actor"])
    assert [redrive.reason for redrive in letter.lineage] == ["not-an-image"]


def told_of_its_picture(letter: DeadLetter, actor: str) -> None:
    """Who gave it up, why, when, and whose picture it is; the actor finds the same picture in it."""
    assert (letter.actor, letter.reason) in {("ingest", "not-an-image"), ("normalize", "corrupt-image")}
    assert letter.actor == actor
    assert (letter.attempts, letter.failed_at[:10], letter.trace[:5]) == (1, "2026-11-28", "Root=")
    [heard] = read_letters(CHAIN.actor(actor), letter.body)
    assert heard.event.image.id == letter.image_id == Image.of(heard.event.image.source).id


def test_records_keep_their_status_and_can_be_shown() -> None:
    found = golden.records()
    assert {record["status"] for record in found} == {each.value for each in Status}
    for record in found:
        assert status(record) == record["status"]
        shown = view(record)
        assert shown["source"]["url"].startswith("s3://")
        assert bool(shown["failure"]) is (record["status"] == Status.FAILED)
        assert len(shown["renditions"] or ()) == len(record.get("renditions", ()))


def test_the_history_of_operations_is_read(tmp_path: Path) -> None:
    for row in golden.rows("operations.jsonl"):
        (tmp_path / f"{row['id']}.json").write_text(json.dumps(row), encoding="utf-8")
    done = [(each.command, *each.outcomes) for each in FileHistory(Target("eu-west-1"), tmp_path).newest()]
    assert done == [("discard", "discarded"), ("redrive", "redriven"), ("reject", "rejected"), ("approve", "approved")]


@pytest.mark.parametrize("actor", golden.WAITING_FOR)
def test_what_was_in_flight_settles(actor: str) -> None:
    found = golden.in_flight(actor, {golden.TARGET_BUCKET: TARGET})
    engine = Opinion(confidence=0, model="scripted", version="1")
    line = InMemoryChain(CHAIN, stand_ins={"engine": lambda _: engine, "recipes": RECIPES})
    if actor != "retire":
        line.storage.objects[found.image.source.bucket, found.image.source.key] = found.original
    line.storage.objects |= {(TARGET, key): content for key, (_, content) in found.outputs.items()}
    line.records.items |= {item["image_id"]: item for item in map(read_item, found.items) if "source" in item}
    for message in found.messages:
        line.queues[actor].messages.append(Message(id=str(uuid.uuid4()), body=message["body"]))
    line.run()
    assert not any(queue.dead_letters for queue in line.queues.values())
    record = line.records.items[found.image.id]
    if actor == "retire":
        assert record["status"] == "REMOVED"
        assert [key for key in line.storage.objects if found.image.id in key[1]] == []
    else:
        assert record["status"] == "READY"
        assert all((image["bucket"], image["key"]) in line.storage.objects for image in record["renditions"])
