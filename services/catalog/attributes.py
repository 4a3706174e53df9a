"""A picture's record: what each event adds to it. Pure: knows no cloud.

Every event sets attributes of its own, so that events may come in any order and more than once; the status
follows from what is there. What an actor has said of a picture is never overwritten by what it said before: see
``clock``. The attributes:

    image_id, source{bucket,key,version,etag,sequencer}, source_key, upload_order,
    entered_at, region, environment                                from every event but image-retired
    recipe, trace_id                                               from every stage's event
    original{format,width,height,bytes}, origin                    image-ingested; the origin where there is one
    master{bucket,key,format,width,height,bytes,method,focus},
    frames, moderation_mode                                        image-normalized, or image-resized passes it on
    moderation{mode,verdict,contains_nudity,confidence,labels[{name,parent,confidence}],model,version,at}
                                                                   image-moderated
    judged_JUDGEMENT{by,operation,at}                              image-judged: approved and rejected apart
    renditions[{name,…as master…}], colour, lqip, focus            image-resized
    camera{…as kit.events.Camera,extractor,version,tags,packed,problem},
    serial, taken_on, taken_at                                     image-described; the last three for indexes
    archived{bucket,key,storage_class,bytes,sha256,original,at}    image-archived
    original_gone                                                  image-removed, where the copy takes its place
    tags_stored                                                    image-described: once they were too many to be packed
    stage_ACTOR{queued_ms,worked_ms,attempts,version,at}           the actor's own event; normalize's as its master
    failure_ACTOR{reason,detail,attempts,at}                       image-rejected by that actor
    handled_ACTOR{action,by,operation,failed_at,at}                dead-letter-handled: that actor's
    replaces                                                       the upload of the same key before it
    superseded_by                                                  a newer upload of the same key
    removed_by                                                     the removal of its key or version
    settled                                                        how often it settled: see services.catalog.records
    standing                                                       S3's order of what has last outdated it, or shown
                                                                   it again

Of a picture whose outputs were deleted, because it was removed or replaced, the record keeps ``KEPT`` and its stages;
of one that was replaced, ``COPY`` too.
"""

from functools import singledispatch
from typing import Any

import msgspec

from kit.envelope import Envelope
from kit.events import (
    DeadLetterHandled,
    Event,
    ImageArchived,
    ImageDescribed,
    ImageIngested,
    ImageJudged,
    ImageModerated,
    ImageNormalized,
    ImageRejected,
    ImageResized,
    ImageRetired,
    Normalized,
    Source,
)
from kit.settings import Settings
from kit.tracing import Trace
from records.status import Status
from records.stored import FAILURE, HANDLED, JUDGED, STAGE, Item
from records.table import UNDATED, source_key

Attributes = dict[str, Any]

APPROVAL = JUDGED + "approved"
NORMALIZE = "normalize"
# A picture is ready when all of these are there.
PARTS = ("original", "master", "renditions")
# What makes a picture one that nobody wants.
MARKS = ("superseded_by", "removed_by", JUDGED + "rejected")
# What stays of a picture that is gone: which it was, when, and why it is gone; no word about what it showed.
KEPT = {
    "image_id",
    "status",
    "source",
    "source_key",
    "upload_order",
    "entered_at",
    "region",
    "environment",
    "replaces",
    "standing",
    "settled",
    *MARKS,
}
# Of one that was replaced, the copy of its original stays in the archive.
COPY = {"archived", "original_gone"}
# Which of its times tells that an attribute is newer than another of its name: all are the actor's own clock.
_CLOCKS = {STAGE: "at", FAILURE: "at", HANDLED: "failed_at"}


def attributes(event: Event, envelope: Envelope, settings: Settings) -> Attributes:
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


def forgotten(record: Item) -> list[str]:
    """Return the attributes that a record loses when its picture's outputs are deleted."""
    kept = KEPT | COPY if record["status"] == Status.SUPERSEDED else KEPT
    return [name for name in record if name not in kept and not name.startswith(STAGE)]


def _source(source: Source) -> Attributes:
    return {
        "bucket": source.bucket,
        "key": source.key,
        "version": source.version,
        "etag": source.etag,
        "sequencer": source.sequencer,
    }


@singledispatch
def _own(event: Event, _: Envelope) -> Attributes:
    raise TypeError(f"the record keeps nothing of {type(event).__name__}")


@_own.register
def _(event: ImageIngested, envelope: Envelope) -> Attributes:
    original = {"format": event.format, "width": event.width, "height": event.height, "bytes": event.bytes}
    origin = {"origin": event.origin} if event.origin else {}
    return {"original": original, "recipe": event.recipe} | origin | _stage(envelope)


@_own.register
def _(event: ImageNormalized, envelope: Envelope) -> Attributes:
    return _normalized(event) | {"recipe": event.recipe} | _stage(envelope)


def passed_on(event: Event) -> tuple[Attributes, ...]:
    """Return what an event tells apart from its own work, since one may be older than what is there.

    Of resize, that is what normalize has said; of describe, that a file was stored, which stays until it is deleted.
    """
    if isinstance(event, ImageDescribed) and event.tags:
        return ({"tags_stored": True},)
    made = event.normalized if isinstance(event, ImageResized) else None
    if not made:
        return ()
    stage = {name: getattr(made, name) for name in ("queued_ms", "worked_ms", "attempts", "version", "at")}
    return (_normalized(made) | {STAGE + NORMALIZE: stage},)


def _normalized(said: ImageNormalized | Normalized) -> Attributes:
    return {
        "master": msgspec.to_builtins(said.master),
        "frames": said.frames,
        "moderation_mode": said.moderation,
    }


@_own.register
def _(event: ImageDescribed, envelope: Envelope) -> Attributes:
    facts = msgspec.to_builtins(event.camera)
    by = {name: getattr(event, name) for name in ("extractor", "version", "tags", "packed", "problem")}
    camera = {"camera": facts | {name: said for name, said in by.items() if said}}
    return camera | _listed(facts) | _stage(envelope)


def _listed(facts: Attributes) -> dict[str, str]:
    """Return the attributes by which indexes list a picture; none is set where there is nothing to ask for."""
    serial, taken_at = facts.get("serial"), facts.get("taken_at")
    listed = {"serial": serial, "taken_on": taken_at and taken_at[:10], "taken_at": taken_at or (serial and UNDATED)}
    return {name: value for name, value in listed.items() if value}


@_own.register
def _(event: ImageModerated, envelope: Envelope) -> Attributes:
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
def _(event: ImageJudged, envelope: Envelope) -> Attributes:
    return {JUDGED + event.judgement: {"by": event.by, "operation": event.operation, "at": envelope.time}}


@_own.register
def _(event: ImageResized, envelope: Envelope) -> Attributes:
    renditions = [msgspec.to_builtins(rendition) for rendition in event.renditions]
    made = {name: getattr(event, name) for name in ("colour", "lqip", "focus", "recipe")} | {"renditions": renditions}
    return made | _stage(envelope)


@_own.register
def _(event: ImageArchived, envelope: Envelope) -> Attributes:
    names = ("bucket", "key", "storage_class", "bytes", "sha256", "original")
    return {"archived": {name: getattr(event, name) for name in names} | {"at": envelope.time}} | _stage(envelope)


@_own.register
def _(event: ImageRejected, envelope: Envelope) -> Attributes:
    failure = {
        "reason": event.reason,
        "detail": event.detail,
        "attempts": event.attempts,
        "at": envelope.time,
    }
    return {FAILURE + event.actor: failure} | _trace(envelope)


@_own.register
def _(_: ImageRetired, envelope: Envelope) -> Attributes:
    return _work(envelope)


@_own.register
def _(event: DeadLetterHandled, envelope: Envelope) -> Attributes:
    handled = {
        "action": event.action,
        "by": event.by,
        "operation": event.operation,
        "failed_at": event.failed_at,
        "at": envelope.time,
    }
    return {HANDLED + event.actor: handled}


def _stage(envelope: Envelope) -> Attributes:
    """Return what a stage on a picture's way sets, whatever it does."""
    return _work(envelope) | _trace(envelope)


def _trace(envelope: Envelope) -> Attributes:
    return {"trace_id": Trace.read(envelope.awstraceheader, envelope.traceparent).trace_id}


def _work(envelope: Envelope) -> Attributes:
    stage = {
        "queued_ms": envelope.queuedms,
        "worked_ms": envelope.workedms,
        "attempts": envelope.attempts,
        "version": envelope.actorversion,
        "at": envelope.time,
    }
    return {STAGE + envelope.actor: stage}


def clocks(attributes: Item) -> dict[str, str]:
    """Return the attributes by which what sets these is known to be newer than what set them before: fields of time.

    An older event, heard late or once more, must change nothing. Of an operator's judgement any may come last.
    """
    return {name: field for name in attributes for prefix, field in _CLOCKS.items() if name.startswith(prefix)}
