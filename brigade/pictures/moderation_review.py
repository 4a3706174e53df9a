"""An operator's judgement on pictures that moderation holds back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from brigade.operations.operation import Recording
from brigade.release import release
from kit.chain import OPERATOR
from kit.envelope import wrap
from kit.events import ImageJudged, Judgement
from kit.publisher import Publisher, SnsPublisher
from kit.tracing import Trace
from records.picture import MODERATE, REJECTED, PictureRecord
from records.rules import failure
from records.status import Status

# What each command makes of a picture.
JUDGEMENTS: dict[str, Judgement] = {"approve": "approved", "reject": "rejected"}


@dataclass(frozen=True)
class Review:
    """A picture that waits at the gate for an operator's judgement, as the history notes it."""

    record: PictureRecord

    @property
    def message_id(self) -> str:
        """What it is called in the history: there is one announcement a picture."""
        return self.image_id

    @property
    def image_id(self) -> str:
        """The picture's id."""
        return self.record.image_id

    @property
    def key(self) -> str:
        """Under which it was uploaded."""
        return self.record.key

    @property
    def reason(self) -> str:
        """Why it is held back: ``refused, nudity 93 %``, or that nobody could say."""
        failed = failure(self.record)
        return str(self.record.moderation or (f"no verdict: {failed.reason}" if failed else "no verdict"))

    @property
    def has_dead_letter(self) -> bool:
        """Whether it waits because the moderator gave it up."""
        return _waits_in_vain(self.record)


def why_left(record: PictureRecord, *, delete_original: bool = False) -> str:
    """Say why a picture is not to be judged; empty: it is.

    With ``delete_original`` one that was rejected is, too, as long as its original is not known to be gone.
    """
    again = delete_original and REJECTED in record.judged and record.removed_by != record.image_id
    if not (record.status is Status.QUARANTINED or _waits_in_vain(record) or again):
        return f"it is {record.status}, not in quarantine"
    if not record.master:
        return "the catalog has not heard of its master yet: repeat this in a moment"
    return ""


def _waits_in_vain(record: PictureRecord) -> bool:
    """Whether the picture is gated, and nobody will say a verdict: its moderator gave it up."""
    failed = failure(record)
    gave_up = failed is not None and failed.actor == MODERATE
    return gave_up and record.status is Status.FAILED and record.moderation_mode == "gate"


def publisher(topic: str) -> Publisher:
    """Return what announces judgements on the topic, its ARN. kit.aws must lead there (Target.export does that)."""
    return SnsPublisher({ImageJudged.kind: topic})


def judge(where: Publisher, reviews: Iterable[Review], judgement: Judgement, operation: Recording) -> Iterator[Review]:
    """Announce the judgement on each picture, and yield it as soon as that is done; raises Retryable.

    ``why_left`` has let them through, so each has its master.
    """
    for each in reviews:
        assert each.record.master  # noqa: S101 - see above
        event = ImageJudged(
            image=each.record.image,
            recipe=each.record.recipe,
            master=each.record.master,
            judgement=judgement,
            operation=operation.id,
            by=operation.by,
        )
        where.publish(wrap(event, OPERATOR, Trace.start(), version=release()))
        operation.note(each.message_id, judgement)
        yield each


def delete_original(s3: Any, review: Review) -> None:
    """Delete for ever the version that was uploaded; S3 tells the chain, which then knows it as removed."""
    source = review.record.source
    version = {"VersionId": source.version} if source.version else {}
    s3.delete_object(Bucket=source.bucket, Key=source.key, **version)
