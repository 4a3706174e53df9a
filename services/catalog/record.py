"""A picture's record: what each event adds to it, and what its status is then. Pure: knows no cloud.

Every event sets attributes of its own, so that events may come in any order and more than once; the status
follows from what is there. What an actor has said of a picture is never overwritten by what it said before: see
``clock``. The attributes:

    image_id, source{bucket,key,version,etag,sequencer}, source_key, upload_order,
    entered_at, region, environment                                from every event but image-retired
    recipe, trace_id                                               from every stage's event
    original{format,width,height,bytes}                            image-ingested
    master{bucket,key,format,width,height,bytes,method},
    frames, moderation_mode                                        image-normalized
    moderation{mode,verdict,contains_nudity,confidence,labels[{name,parent,confidence}],model,version,at}
                                                                   image-moderated
    judged_JUDGEMENT{by,operation,at}                              image-judged: approved and rejected apart
    renditions[{name,…as master…}]                                 image-resized
    camera{…as kit.events.Camera,extractor,version,tags,problem},
    serial, taken_on, taken_at                                     image-described; the last three for indexes
    stage_ACTOR{queued_ms,worked_ms,attempts,version,at}           the actor's own event
    failure_ACTOR{reason,detail,attempts,at}                       image-rejected by that actor
    handled_ACTOR{action,by,operation,failed_at,at}                dead-letter-handled: that actor's
    replaces                                                       the upload of the same key before it
    superseded_by                                                  a newer upload of the same key
    removed_by                                                     the removal of its key or version
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import singledispatch
from typing import Any
from urllib.parse import quote

import msgspec

from kit.envelope import Envelope
from kit.events import (
    DeadLetterHandled,
    Event,
    Image,
    ImageDescribed,
    ImageIngested,
    ImageJudged,
    ImageModerated,
    ImageNormalized,
    ImageRejected,
    ImageResized,
    ImageRetired,
    Source,
)
from kit.settings import Settings
from kit.tracing import Trace

Record = Mapping[str, Any]

STAGE = "stage_"
FAILURE = "failure_"
HANDLED = "handled_"
JUDGED = "judged_"
MODERATE, DESCRIBE = "moderate", "describe"
# Where the camera does not say when: after all dates, so that an index by date can hold the picture too.
UNDATED = "undated"
REDRIVEN, DISCARDED = "redriven", "discarded"
# A picture is ready when all of these are there.
PARTS = ("original", "master", "renditions")
# Which of its times tells that an attribute is newer than another of its name: all are the actor's own clock.
_CLOCKS = {STAGE: "at", FAILURE: "at", HANDLED: "failed_at"}


class Status(StrEnum):
    """Where a picture stands."""

    PROCESSING = "PROCESSING"
    READY = "READY"
    FAILED = "FAILED"
    QUARANTINED = "QUARANTINED"
    SUPERSEDED = "SUPERSEDED"
    REMOVED = "REMOVED"


def attributes(event: Event, envelope: Envelope, settings: Settings) -> dict[str, Any]:
    """Return what an event sets on its picture's record. Setting it twice changes nothing."""
    if isinstance(event, ImageRetired):  # it may name what removed the picture, which is not what was uploaded
        return _own(event, envelope)
    source = event.image.source
    return {
        "source": _source(source),
        "source_key": source_key(source),
        "upload_order": source.order,
        "entered_at": source.uploaded_at,
        "region": settings.region,
        "environment": settings.environment,
    } | _own(event, envelope)


def source_key(source: Source) -> str:
    """Return what the index by source is asked for."""
    return f"{source.bucket}/{source.key}"


def image(record: Record) -> Image:
    """Return a picture's identity, as events carry it; of a record or its view."""
    source = {name: value for name, value in record["source"].items() if name != "url"}
    return Image(id=record["image_id"], source=Source(**source, uploaded_at=record["entered_at"]))


def _source(source: Source) -> dict[str, Any]:
    return {
        "bucket": source.bucket,
        "key": source.key,
        "version": source.version,
        "etag": source.etag,
        "sequencer": source.sequencer,
    }


@singledispatch
def _own(event: Event, _: Envelope) -> dict[str, Any]:
    raise TypeError(f"the record keeps nothing of {type(event).__name__}")


@_own.register
def _(event: ImageIngested, envelope: Envelope) -> dict[str, Any]:
    original = {"format": event.format, "width": event.width, "height": event.height, "bytes": event.bytes}
    return {"original": original, "recipe": event.recipe} | _stage(envelope)


@_own.register
def _(event: ImageNormalized, envelope: Envelope) -> dict[str, Any]:
    master = msgspec.to_builtins(event.master)
    mode = {"moderation_mode": event.moderation}
    return {"master": master, "frames": event.frames, "recipe": event.recipe} | mode | _stage(envelope)


@_own.register
def _(event: ImageDescribed, envelope: Envelope) -> dict[str, Any]:
    facts = msgspec.to_builtins(event.camera)
    by = {name: getattr(event, name) for name in ("extractor", "version", "tags", "problem")}
    return {"camera": facts | {name: said for name, said in by.items() if said}} | _listed(facts) | _stage(envelope)


def _listed(facts: dict[str, Any]) -> dict[str, str]:
    """Return the attributes by which indexes list a picture; none is set where there is nothing to ask for."""
    serial, taken_at = facts.get("serial"), facts.get("taken_at")
    listed = {"serial": serial, "taken_on": taken_at and taken_at[:10], "taken_at": taken_at or (serial and UNDATED)}
    return {name: value for name, value in listed.items() if value}


@_own.register
def _(event: ImageModerated, envelope: Envelope) -> dict[str, Any]:
    moderation = {
        "mode": event.mode,
        "verdict": event.verdict,
        "contains_nudity": event.contains_nudity,
        "confidence": event.confidence,
        "labels": msgspec.to_builtins(event.labels),
        "model": event.model,
        "version": event.model_version,
        "at": envelope.time,
    }
    return {"moderation": moderation} | _stage(envelope)


@_own.register
def _(event: ImageJudged, envelope: Envelope) -> dict[str, Any]:
    return {JUDGED + event.judgement: {"by": event.by, "operation": event.operation, "at": envelope.time}}


@_own.register
def _(event: ImageResized, envelope: Envelope) -> dict[str, Any]:
    renditions = [msgspec.to_builtins(rendition) for rendition in event.renditions]
    return {"renditions": renditions, "recipe": event.recipe} | _stage(envelope)


@_own.register
def _(event: ImageRejected, envelope: Envelope) -> dict[str, Any]:
    failure = {
        "reason": event.reason,
        "detail": event.detail,
        "attempts": event.attempts,
        "at": envelope.time,
    }
    return {FAILURE + event.actor: failure} | _trace(envelope)


@_own.register
def _(_: ImageRetired, envelope: Envelope) -> dict[str, Any]:
    return _work(envelope)


@_own.register
def _(event: DeadLetterHandled, envelope: Envelope) -> dict[str, Any]:
    handled = {
        "action": event.action,
        "by": event.by,
        "operation": event.operation,
        "failed_at": event.failed_at,
        "at": envelope.time,
    }
    return {HANDLED + event.actor: handled}


def _stage(envelope: Envelope) -> dict[str, Any]:
    """Return what a stage on a picture's way sets, whatever it does."""
    return _work(envelope) | _trace(envelope)


def _trace(envelope: Envelope) -> dict[str, Any]:
    return {"trace_id": Trace.read(envelope.awstraceheader, envelope.traceparent).trace_id}


def _work(envelope: Envelope) -> dict[str, Any]:
    stage = {
        "queued_ms": envelope.queuedms,
        "worked_ms": envelope.workedms,
        "attempts": envelope.attempts,
        "version": envelope.actorversion,
        "at": envelope.time,
    }
    return {STAGE + envelope.actor: stage}


def clock(attributes: Record) -> tuple[str, str] | None:
    """Return the attribute by which an event is known to be newer than one that set it before, and its field of time.

    An older event, heard late or once more, must change nothing. Of an operator's judgement any may come last.
    """
    for name in attributes:
        for prefix, field in _CLOCKS.items():
            if name.startswith(prefix):
                return name, field
    return None


def status(record: Record) -> Status:
    """Return what a record's status is: it follows from what is there.

    An actor's failure counts until that actor's own event has come later. Until then a picture whose dead letter was
    redriven is in work.
    """
    first_that_holds = (
        (Status.REMOVED, record.get("removed_by")),
        (Status.SUPERSEDED, record.get("superseded_by")),
        (Status.REMOVED, record.get(JUDGED + "rejected")),
        (Status.FAILED, failure(record)),
        (Status.QUARANTINED, is_held_back(record)),
        (Status.PROCESSING, any(_failures(record))),
        (Status.READY, all(record.get(part) for part in PARTS)),
        (Status.PROCESSING, True),
    )
    return next(status for status, holds in first_that_holds if holds)


def is_held_back(record: Record) -> bool:
    """Whether moderation was to keep the gate, has not accepted the picture, and it is gated still."""
    moderation = record.get("moderation") or {"mode": "off"}
    return moderation["mode"] == "gate" and moderation["verdict"] != "accepted" and _is_gated(record)


def _is_gated(record: Record) -> bool:
    """Whether only a verdict lets the picture pass: so its recipe says (none is known yet: it may), and nobody else."""
    return record.get("moderation_mode", "gate") == "gate" and not record.get(JUDGED + "approved")


def failure(record: Record) -> dict[str, Any] | None:
    """Return the failure that holds the picture up, the newest, with its actor's name, or None."""
    left = [failure for failure in _failures(record) if _handled(failure, record) != REDRIVEN]
    return max(left, key=lambda failure: str(failure["at"]), default=None)


def _failures(record: Record) -> Iterator[dict[str, Any]]:
    """Yield the failures that nothing has made good yet, of actors for whose work the picture waits.

    What an actor did before stands: one that was to do it again and failed has nothing left to do once that dead
    letter is discarded.
    """
    for name, value in record.items():
        actor = name.removeprefix(FAILURE)
        if actor == name or _is_advice(actor, record):
            continue
        failure = {"actor": actor, **value}
        done = record.get(STAGE + actor)
        if not done or (done["at"] < failure["at"] and _handled(failure, record) != DISCARDED):
            yield failure


def _is_advice(actor: str, record: Record) -> bool:
    """Whether a picture may be ready without this actor: its metadata nobody waits for, nor for a mere flag."""
    return actor == DESCRIBE or (actor == MODERATE and not _is_gated(record))


def _handled(failure: Record, record: Record) -> str:
    return what_was_done(failure, record.get(HANDLED + failure["actor"]))


def what_was_done(failure: Record, handled: Record | None) -> str:
    """Return what was done about this very failure's dead letter, by what its actor's was last; empty: nothing."""
    return str(handled["action"]) if handled and handled["failed_at"] >= failure["at"] else ""


def is_outdated(record: Record) -> bool:
    """Whether nobody wants the picture's outputs any more."""
    return record["status"] in {Status.SUPERSEDED, Status.REMOVED}


def is_retired(record: Record) -> bool:
    """Whether its outputs were deleted."""
    return f"{STAGE}retire" in record


def view(record: Record) -> dict[str, Any]:
    """Return the record as people read it: stages and failures gathered, bookkeeping left out."""
    shown = (
        "recipe",
        "entered_at",
        "original",
        "master",
        "frames",
        "moderation_mode",
        "moderation",
        "renditions",
        "camera",
    )
    last = ("replaces", "superseded_by", "removed_by", "region", "environment", "trace_id")
    return {
        "image_id": record["image_id"],
        "status": record["status"],
        "source": _with_url(record["source"]) if "source" in record else None,
        **{name: record.get(name) for name in shown},
        "stages": _gathered(record, STAGE),
        "failure": failure(record),
        "failures": _gathered(record, FAILURE),
        "handled": _gathered(record, HANDLED),
        "judged": _gathered(record, JUDGED),
        **{name: record.get(name) for name in last},
    }


def _with_url(source: Record) -> dict[str, Any]:
    url = f"s3://{source['bucket']}/{quote(source['key'])}"
    return {**source, "url": f"{url}?versionId={source['version']}" if source["version"] else url}


def _gathered(record: Record, prefix: str) -> dict[str, Any]:
    """Return what the actors have under that prefix, by actor, in order of time."""
    found = {name.removeprefix(prefix): value for name, value in record.items() if name.startswith(prefix)}
    return dict(sorted(found.items(), key=lambda each: str(each[1]["at"])))
