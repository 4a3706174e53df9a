"""An operator's judgement on pictures that moderation holds back."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from brigade.operations.operation import Entry, Recording
from brigade.operations.storage import History
from brigade.release import release
from kit.chain import OPERATOR
from kit.envelope import wrap
from kit.events import ImageJudged, Judgement
from kit.publisher import Publisher
from kit.tracing import Trace
from records.picture import REJECTED, PictureRecord
from records.rules import failure
from records.status import Status
from services.moderate.actor import MODERATE

# What each command makes of a picture.
JUDGEMENTS: dict[str, Judgement] = {"approve": "approved", "reject": "rejected"}


def why_held(record: PictureRecord) -> str:
    """Return why a picture is held back: ``refused, nudity 93 %``, or that nobody could say."""
    failed = failure(record)
    return str(record.moderation or (f"no verdict: {failed.reason}" if failed else "no verdict"))


def why_left(record: PictureRecord, *, delete_original: bool = False) -> str:
    """Say why a picture is not to be judged; empty: it is.

    With ``delete_original`` one that was rejected is, too, as long as its original is not known to be gone.
    """
    again = delete_original and REJECTED in record.judged and record.removed_by != record.image_id
    if not (is_held(record) or again):
        return f"it is {record.status}, not in quarantine"
    if not record.master:
        return "the catalog has not heard of its master yet: repeat this in a moment"
    return ""


def is_held(record: PictureRecord) -> bool:
    """Whether moderation holds a picture back."""
    return record.status is Status.QUARANTINED or waits_in_vain(record)


def waits_in_vain(record: PictureRecord) -> bool:
    """Whether the picture is gated, and nobody will say a verdict: its moderator gave it up, in a dead letter."""
    failed = failure(record)
    gave_up = failed is not None and failed.actor == MODERATE.name
    return gave_up and record.status is Status.FAILED and record.moderation_mode == "gate"


def recorded(history: History, command: str, held: Iterable[PictureRecord]) -> AbstractContextManager[Recording]:
    """Record the judgement on these pictures while the block runs; ``command`` is one of JUDGEMENTS."""
    messages = [Entry(message_id=r.image_id, image_id=r.image_id, key=r.key, reason=why_held(r)) for r in held]
    return history.begin(command, where=MODERATE.name, messages=messages)


def judge(
    where: Publisher, held: Iterable[PictureRecord], judgement: Judgement, operation: Recording
) -> Iterator[PictureRecord]:
    """Announce the judgement on each picture, and yield it as soon as that is done; raises Retryable.

    ``why_left`` has let them through, so each has its master.
    """
    for each in held:
        assert each.master  # noqa: S101 - see above
        event = ImageJudged(
            image=each.image,
            recipe=each.recipe,
            master=each.master,
            judgement=judgement,
            operation=operation.id,
            by=operation.by,
        )
        where.publish(wrap(event, OPERATOR, Trace.start(), version=release()))
        operation.note(each.image_id, judgement)
        yield each


def delete_original(s3: Any, record: PictureRecord) -> None:
    """Delete for ever the version that was uploaded; S3 tells the chain, which then knows it as removed."""
    source = record.source
    version = {"VersionId": source.version} if source.version else {}
    s3.delete_object(Bucket=source.bucket, Key=source.key, **version)
