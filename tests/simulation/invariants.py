"""What holds after every run, whatever happened in it. Each raises Broken and says what is not as it should be."""

import json
from typing import Any

import msgspec

from kit import outputs
from kit.envelope import Envelope
from kit.events import Event, Image, ImageRetired, ImageSettled, Source
from records.status import OUTDATED, SETTLED, Status
from records.stored import FAILURE, HANDLED, STAGE
from services.chain import CHAIN
from tests.services.catalog.stored import keys, status
from tests.simulation.run import Run

Record = dict[str, Any]

# Where an actor keeps outputs of which records do not know.
UNNAMED = tuple(
    place.prefix
    for actor in CHAIN.actors
    for place in actor.writes
    if place.prefix not in (outputs.MASTERS, outputs.RENDITIONS, outputs.METADATA)
)


class Broken(AssertionError):
    """An invariant does not hold."""


def pictures(run: Run) -> dict[str, Record]:
    """Return the records of what was uploaded, by the picture's name in the story."""
    records, names = run.world.catalog.items, run.names()
    return {name: records[image_id] for image_id, name in names.items() if image_id in records}


def check(holds: object, run: Run, name: str, words: str) -> None:
    """Raise Broken, unless it holds."""
    if not holds:
        raise Broken(f"{name}: {words}")


def nothing_fails_unexpectedly(run: Run) -> None:
    """No dead letter is a bug of ours, and none could not be read."""
    for actor, letters in run.world.dead.items():
        for letter in map(run.operator.letter, letters):
            is_known = letter.reason not in ("unexpected-error", "unreadable-message")
            check(is_known, run, letter.key, f"{actor}: {letter.reason}: {letter.detail}")


def a_status_follows_from_its_record(run: Run) -> None:
    """What a record says of its status is what its other attributes make of it."""
    for name, record in pictures(run).items():
        check(record["status"] == status(record), run, name, f"{record['status']}, but should be {status(record)}")


def ready_has_its_outputs(run: Run) -> None:
    """Whatever a READY picture's record names is in the target bucket."""
    for name, record in _with_status(run, Status.READY):
        lost = keys(record) - run.world.stored_of(record["image_id"])
        check(not lost, run, name, f"READY, but {sorted(lost)} are not stored")


def ready_has_no_other_outputs(run: Run) -> None:
    """Whatever lies in the target bucket of a READY picture is named in its record."""
    for name, record in _with_status(run, Status.READY):
        tags = record.get("camera", {}).get("tags")
        others = run.world.stored_of(record["image_id"]) - keys(record) - {tags}
        others = {key for key in others if not key.startswith(UNNAMED)}
        check(not others, run, name, f"READY, but {sorted(others)} are left of another run")


def nothing_survives_removed(run: Run) -> None:
    """Of a REMOVED picture no output is left, and no word of what it showed."""
    for name, record in _with_status(run, Status.REMOVED):
        if _has_letter(run, name):
            continue
        left = run.world.stored_of(record["image_id"])
        check(not left, run, name, f"REMOVED, but {sorted(left)} are left")
        told = {"original", "master", "renditions", "camera", "moderation"} & record.keys()
        check(not told, run, name, f"REMOVED, but its record still tells {sorted(told)}")


def no_copy_survives_removed(run: Run) -> None:
    """Of a REMOVED picture the archive has no copy, or a dead letter tells of it."""
    for name, record in _with_status(run, Status.REMOVED):
        is_kept = "source" in record and run.world.copy(_source(record)) is not None
        check(not is_kept or _has_letter(run, name, "relay", "archive"), run, name, "REMOVED, but its copy is left")


def no_original_goes_before_its_copy(run: Run) -> None:
    """The archive deleted no original, unless the record named a copy of the same bytes; and that is still there."""
    for source in run.world.early:
        check(False, run, source.key, f"{source.version} was deleted, and its record named no copy of it")
    for name, record in _with_status(run, Status.READY):
        source = _source(record)
        if all(each.source.version != source.version for each in run.world.bucket.versions[source.key]):
            is_same = run.world.copy(source) == run.world.bucket.uploads[source.version or ""]
            check(is_same, run, name, "READY without its original, and without a copy of the same bytes")


def nothing_survives_superseded(run: Run) -> None:
    """Of a SUPERSEDED picture no output is left, once its key has a newer upload that is READY, or none."""
    for name, record in _with_status(run, Status.SUPERSEDED):
        if _has_letter(run, name):
            continue
        shown = run.world.bucket.newest("source", record["source"]["key"])
        newest = run.world.catalog.items.get(Image.of(shown).id, {}) if shown else {}
        if not shown or newest.get("status") == Status.READY:
            left = run.world.stored_of(record["image_id"])
            check(not left, run, name, f"SUPERSEDED, but {sorted(left)} are left")


def what_settles_is_said(run: Run) -> None:
    """Each settlement was announced, the last as the record is, or a dead letter of relay's tells of it."""
    unsaid = {image.id for each in run.world.dead["relay"] for image in run.operator.letter(each).images()}
    for name, record in pictures(run).items():
        said = [each for each in run.world.announced if each.subject == record["image_id"]]
        events = [_event(each, ImageSettled) for each in said if each.kind == ImageSettled.kind]
        found = {event.settled: event for event in events}
        settled = record.get("settled", 0)
        if record["image_id"] in unsaid:
            continue
        to_say = {n for n in range(1, settled + 1) if (record["image_id"], n) not in run.world.unknown}
        check(found.keys() == to_say, run, name, f"to be said: {sorted(to_say)}, was said: {sorted(found)}")
        if settled in to_say and record["status"] in SETTLED:
            last = found[settled]
            check(last.status == record["status"], run, name, f"{record['status']}, but was said to be {last.status}")
        if record["status"] == Status.READY:
            named = {each.key for each in found[settled].renditions}
            check(named == {each["key"] for each in record["renditions"]}, run, name, "READY with other renditions")


def nothing_is_settled_and_undone(run: Run) -> None:
    """What an actor has announced is in the record, unless that was forgotten with the picture's outputs."""
    lost = {json.loads(letter.body)["id"] for letter in map(run.operator.letter, run.world.dead["catalog"])}
    retired = {each.subject for each in run.world.announced if each.kind == ImageRetired.kind}
    records, names = run.world.catalog.items, run.names()
    for envelope in run.world.announced:
        attribute, field = _where_noted(envelope)
        if envelope.subject in retired and not attribute.startswith(STAGE):
            continue
        record = records.get(envelope.subject)
        if not attribute or envelope.id in lost or (record and record["status"] in (Status.REMOVED, Status.SUPERSEDED)):
            continue
        name = names.get(envelope.subject, envelope.subject)
        check(record, run, name, f"{envelope.kind} was said, and there is no record")
        noted = record.get(attribute, {}).get(field, "") if record else ""
        told = envelope.time if field == "at" else msgspec.json.decode(envelope.data)[field]
        check(noted >= told, run, name, f"{envelope.kind} was said, and its record has no such {attribute}")


def _where_noted(envelope: Envelope) -> tuple[str, str]:
    data = msgspec.json.decode(envelope.data)
    if envelope.kind in (
        "image-ingested",
        "image-normalized",
        "image-described",
        "image-moderated",
        "image-resized",
        "image-archived",
    ):
        return STAGE + envelope.actor, "at"
    if envelope.kind == "image-rejected":
        return FAILURE + data["actor"], "at"
    if envelope.kind == "dead-letter-handled":
        return HANDLED + data["actor"], "failed_at"
    return "", ""


def every_picture_is_settled_or_dead(run: Run) -> None:
    """No picture is on its way for ever: it is settled, or a dead letter says who could not work on it."""
    dead = {
        image.id
        for letters in run.world.dead.values()
        for letter in map(run.operator.letter, letters)
        for image in letter.images()
    }
    for image_id, name in run.names().items():
        record = run.world.catalog.items.get(image_id)
        is_upload = run.world.uploaded(image_id)
        if is_upload and image_id not in dead:
            where = record["status"] if record else "unknown to the catalog"
            check(record and Status(record["status"]) in SETTLED, run, name, f"{where}, and no dead letter")


def _source(record: Record) -> Source:
    return msgspec.convert({name: value for name, value in record["source"].items() if value is not None}, Source)


def _has_letter(run: Run, name: str, *more: str) -> bool:
    """Whether a dead letter about that key tells what the catalog or retire could not do: a redrive does it."""
    dead = (letter for actor in ("ingest", "catalog", "retire", *more) for letter in run.world.dead.get(actor, []))
    return any(name.partition(" ")[2] in run.operator.letter(letter).key for letter in dead)


def _with_status(run: Run, wanted: Status) -> list[tuple[str, Record]]:
    return [(name, record) for name, record in pictures(run).items() if record["status"] == wanted]


def _event(envelope: Envelope, kind: type[Event]) -> Any:
    return msgspec.json.decode(envelope.data, type=kind)


AT_REST = (
    nothing_fails_unexpectedly,
    a_status_follows_from_its_record,
    ready_has_its_outputs,
    nothing_survives_removed,
    no_copy_survives_removed,
    no_original_goes_before_its_copy,
    nothing_survives_superseded,
    what_settles_is_said,
    nothing_is_settled_and_undone,
    every_picture_is_settled_or_dead,
)


# A run of a picture that was never READY may leave a file until the next run, or its removal: decision 24.
MENDED = (*AT_REST, ready_has_no_other_outputs)


def every_order_ends_the_same(run: Run, calm: Run) -> None:
    """When all is mended, the records say what those of a run without faults say; times and attempts apart."""
    found, expected = pictures(run), pictures(calm)
    for name in expected | found:
        mine, theirs = essence(found.get(name)), essence(expected.get(name))
        differs = {key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)}
        words = ", ".join(f"{key} is {mine.get(key)} and not {theirs.get(key)}" for key in sorted(differs))
        check(not differs, run, name, f"ends otherwise than without faults: {words}")


def essence(record: Record | None) -> Record:
    """Return what is the same in every order of the same events.

    An older upload of a key that is removed is REMOVED, unless it was SUPERSEDED and retired before: that is all one.
    """
    if record is None:
        return {"status": None}
    if record["status"] in OUTDATED:
        return {"status": "outdated"}
    kept = {"status"}
    if record["status"] in (Status.READY, Status.QUARANTINED):
        kept |= {"original", "master", "frames", "camera", "moderation_mode", "recipe", "source"}
    if record["status"] == Status.READY:
        kept |= {"renditions"}
    told = {name: value for name, value in record.items() if name in kept}
    if source := told.get("source"):  # of one that S3 shows again, it may name the place of the removal
        told["source"] = {name: value for name, value in source.items() if name != "sequencer"}
    if record["status"] == Status.FAILED:
        told["failures"] = {name: value["reason"] for name, value in record.items() if name.startswith(FAILURE)}
    return told
