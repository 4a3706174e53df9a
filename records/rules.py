"""What follows from what a record holds: its status, and the failure that holds it up. Pure: knows no cloud."""

from collections.abc import Iterator

from records.picture import APPROVED, REJECTED, Failure, Handled, PictureRecord
from records.status import OUTDATED, Status

REDRIVEN, DISCARDED = "redriven", "discarded"


def status(record: PictureRecord) -> Status:
    """Return what a record's status is: it follows from what is there.

    An actor's failure counts until that actor's own event has come later. Until then a picture whose dead letter was
    redriven is in work.
    """
    first_that_holds = (
        (Status.REMOVED, record.removed_by),
        (Status.SUPERSEDED, record.superseded_by),
        (Status.REMOVED, REJECTED in record.judged),
        (Status.FAILED, failure(record)),
        (Status.QUARANTINED, is_held_back(record)),
        (Status.PROCESSING, any(_failures(record))),
        (Status.READY, record.original and record.master and record.renditions),
        (Status.PROCESSING, True),
    )
    return next(status for status, holds in first_that_holds if holds)


def is_held_back(record: PictureRecord) -> bool:
    """Whether moderation was to keep the gate, has not accepted the picture, and it is gated still."""
    moderation = record.moderation
    return bool(moderation and moderation.mode == "gate" and moderation.verdict != "accepted" and _is_gated(record))


def _is_gated(record: PictureRecord) -> bool:
    """Whether only a verdict lets the picture pass: so its recipe says (none is known yet: it may), and nobody else."""
    return record.moderation_mode in (None, "gate") and APPROVED not in record.judged


def failure(record: PictureRecord) -> Failure | None:
    """Return the failure that holds the picture up, the newest, or None."""
    left = [each for each in _failures(record) if what_was_done(each, record.handled.get(each.actor)) != REDRIVEN]
    return max(left, key=lambda each: each.at, default=None)


def _failures(record: PictureRecord) -> Iterator[Failure]:
    """Yield the failures that nothing has made good yet, of actors for whose work the picture waits.

    What an actor did before stands: one that was to do it again and failed has nothing left to do once that dead
    letter is discarded.
    """
    for actor, failed in record.failures.items():
        done = record.stages.get(actor)
        is_left = not done or (done.at < failed.at and what_was_done(failed, record.handled.get(actor)) != DISCARDED)
        if is_left and not _is_advice(actor, record):
            yield failed


def _is_advice(actor: str, record: PictureRecord) -> bool:
    """Whether a picture may be ready without this actor: its metadata and copy nobody waits for, nor for a flag.

    Nor, once S3 shows it again, for what was to delete its outputs.
    """
    if actor == "retire":
        return not is_unwanted(record)
    return actor in ("describe", "archive") or (actor == "moderate" and not _is_gated(record))


def what_was_done(failed: Failure, handled: Handled | None) -> str:
    """Return what was done about this very failure's dead letter, by what its actor's was last; empty: nothing."""
    return handled.action if handled and handled.failed_at >= failed.at else ""


def is_outdated(record: PictureRecord) -> bool:
    """Whether nobody wants the picture's outputs any more."""
    return record.status in OUTDATED


def is_unwanted(record: PictureRecord) -> bool:
    """Whether it is outdated by what its record holds: its status follows that, a moment later."""
    return bool(record.superseded_by or record.removed_by or REJECTED in record.judged)
