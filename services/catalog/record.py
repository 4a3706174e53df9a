"""A picture's record: what each event adds to it, and what its status is then. Pure: knows no cloud.

Every event sets attributes of its own, so that events may come in any order and more than once; the status
follows from what is there. The attributes:

    image_id, source{bucket,key,version,etag,sequencer,url}, source_key, upload_order,
    entered_at, entered_on, region, environment, trace_id          from every event
    recipe                                                         from every stage's event
    original{format,width,height,bytes}                            image-ingested
    master{bucket,key,format,width,height,bytes,method}, frames    image-normalized
    renditions[{name,…as master…}]                                 image-resized
    stage_ACTOR{queued_ms,worked_ms,attempts,version,at}           the actor's own event
    failure_ACTOR{reason,detail,attempts,at}                       image-rejected by that actor
    handled_ACTOR{action,by,operation,failed_at,at}                dead-letter-handled: that actor's
    replaces                                                       the upload of the same key before it
    superseded_by                                                  a newer upload of the same key
    removed_by                                                     the removal of its key or version
"""

from collections.abc import Mapping
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
    ImageIngested,
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
REDRIVEN = "redriven"
# A picture is ready when all of these are there.
PARTS = ("original", "master", "renditions")


class Status(StrEnum):
    """Where a picture stands."""

    PROCESSING = "PROCESSING"
    READY = "READY"
    FAILED = "FAILED"
    SUPERSEDED = "SUPERSEDED"
    REMOVED = "REMOVED"


def attributes(event: Event, envelope: Envelope, settings: Settings) -> dict[str, Any]:
    """Return what an event sets on its picture's record. Setting it twice changes nothing."""
    source = event.image.source
    return {
        "source": _source(source),
        "source_key": source_key(source),
        "upload_order": source.order,
        "entered_at": source.uploaded_at,
        "entered_on": source.uploaded_at[:10],
        "region": settings.region,
        "environment": settings.environment,
        "trace_id": Trace.read(envelope.awstraceheader, envelope.traceparent).trace_id,
    } | _own(event, envelope)


def source_key(source: Source) -> str:
    """Return what the index by source is asked for."""
    return f"{source.bucket}/{source.key}"


def image(record: Record) -> Image:
    """Return a picture's identity, as events carry it."""
    source = {name: value for name, value in record["source"].items() if name != "url"}
    return Image(id=record["image_id"], source=Source(**source, uploaded_at=record["entered_at"]))


def _source(source: Source) -> dict[str, Any]:
    url = f"s3://{source.bucket}/{quote(source.key)}"
    return {
        "bucket": source.bucket,
        "key": source.key,
        "version": source.version,
        "etag": source.etag,
        "sequencer": source.sequencer,
        "url": f"{url}?versionId={source.version}" if source.version else url,
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
    return {"master": master, "frames": event.frames, "recipe": event.recipe} | _stage(envelope)


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
    return {FAILURE + event.actor: failure}


@_own.register
def _(_: ImageRetired, envelope: Envelope) -> dict[str, Any]:
    return _stage(envelope)


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
    stage = {
        "queued_ms": envelope.queuedms,
        "worked_ms": envelope.workedms,
        "attempts": envelope.attempts,
        "version": envelope.actorversion,
        "at": envelope.time,
    }
    return {STAGE + envelope.actor: stage}


def status(record: Record) -> Status:
    """Return what a record's status is: it follows from what is there.

    An actor's failure counts until its dead letter is redriven, or that actor's own event has come.
    """
    if record.get("removed_by"):
        return Status.REMOVED
    if record.get("superseded_by"):
        return Status.SUPERSEDED
    if failure(record):
        return Status.FAILED
    if all(record.get(part) for part in PARTS):
        return Status.READY
    return Status.PROCESSING


def failure(record: Record) -> dict[str, Any] | None:
    """Return the failure that holds the picture up, with its actor's name, or None."""
    for name, value in record.items():
        actor = name.removeprefix(FAILURE)
        if actor != name and STAGE + actor not in record and not _is_redriven(value, record.get(HANDLED + actor)):
            return {"actor": actor, **value}
    return None


def _is_redriven(failure: Record, handled: Record | None) -> bool:
    """Whether it is this very failure that was redriven: both times are the actor's own, no two clocks compare."""
    return bool(handled and handled["action"] == REDRIVEN and handled["failed_at"] >= failure["at"])


def is_outdated(record: Record) -> bool:
    """Whether nobody wants the picture's outputs any more."""
    return record["status"] in {Status.SUPERSEDED, Status.REMOVED}


def is_retired(record: Record) -> bool:
    """Whether its outputs were deleted."""
    return f"{STAGE}retire" in record


def view(record: Record) -> dict[str, Any]:
    """Return the record as people read it: stages and failures gathered, bookkeeping left out."""
    shown = (
        "image_id",
        "status",
        "source",
        "recipe",
        "entered_at",
        "original",
        "master",
        "frames",
        "renditions",
    )
    last = ("replaces", "superseded_by", "removed_by", "region", "environment", "trace_id")
    return {
        **{name: record.get(name) for name in shown},
        "stages": _gathered(record, STAGE),
        "failure": failure(record),
        "failures": _gathered(record, FAILURE),
        "handled": _gathered(record, HANDLED),
        **{name: record.get(name) for name in last},
    }


def _gathered(record: Record, prefix: str) -> dict[str, Any]:
    """Return what the actors have under that prefix, by actor, in order of time."""
    found = {name.removeprefix(prefix): value for name, value in record.items() if name.startswith(prefix)}
    return dict(sorted(found.items(), key=lambda each: str(each[1]["at"])))
