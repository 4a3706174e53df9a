"""A picture's status: it follows from what its record holds. Pure: knows no cloud."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from services.catalog.record import DESCRIBE, FAILURE, HANDLED, JUDGED, MARKS, MODERATE, STAGE, Record

REDRIVEN, DISCARDED = "redriven", "discarded"
# A picture is ready when all of these are there.
PARTS = ("original", "master", "renditions")


class Status(StrEnum):
    """Where a picture stands."""

    PROCESSING = "PROCESSING"
    READY = "READY"
    FAILED = "FAILED"
    QUARANTINED = "QUARANTINED"
    SUPERSEDED = "SUPERSEDED"
    REMOVED = "REMOVED"


# Where nothing more is under way.
SETTLED = frozenset(Status) - {Status.PROCESSING}
# Where nobody wants the picture's outputs any more.
OUTDATED = frozenset({Status.SUPERSEDED, Status.REMOVED})


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
    return record["status"] in OUTDATED


def is_unwanted(record: Record) -> bool:
    """Whether it is outdated by what its record holds: its status follows that, a moment later."""
    return any(mark in record for mark in MARKS)


def settlements(record: Record) -> int:
    """Return how often it settled; earlier releases did not count, but noted what had made a picture ready."""
    return int(record.get("settled", "ready_by" in record))


def is_retired(record: Record) -> bool:
    """Whether its outputs were deleted."""
    return f"{STAGE}retire" in record
