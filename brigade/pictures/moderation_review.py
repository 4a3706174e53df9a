"""An operator's judgement on pictures that moderation holds back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from brigade.operations.operation import Recording
from brigade.pictures.verdicts import told
from brigade.release import release
from kit.chain import OPERATOR
from kit.envelope import wrap
from kit.events import ImageJudged, Judgement, StoredImage
from kit.publisher import Publisher, SnsPublisher
from kit.tracing import Trace
from services.catalog.record import MODERATE, image
from services.catalog.status import Status

Record = Mapping[str, Any]

# What each command makes of a picture.
JUDGEMENTS: dict[str, Judgement] = {"approve": "approved", "reject": "rejected"}


@dataclass(frozen=True)
class Held:
    """A picture that waits at the gate, by its record as ``services.catalog.view.view`` gives it."""

    record: Record

    @property
    def message_id(self) -> str:
        """What it is called in the history: there is one announcement a picture."""
        return self.image_id

    @property
    def image_id(self) -> str:
        """The picture's id."""
        return str(self.record["image_id"])

    @property
    def key(self) -> str:
        """Under which it was uploaded."""
        return str(self.record["source"]["key"])

    @property
    def reason(self) -> str:
        """Why it is held back: ``refused, nudity 93 %``, or that nobody could say."""
        moderation, failure = self.record["moderation"], self.record["failure"]
        return told(moderation) if moderation else f"no verdict: {failure['reason']}" if failure else "no verdict"

    @property
    def has_dead_letter(self) -> bool:
        """Whether it waits because the moderator gave it up."""
        return _waits_in_vain(self.record)


def why_left(record: Record, *, delete_original: bool = False) -> str:
    """Say why a picture is not to be judged; empty: it is.

    With ``delete_original`` one that was rejected is, too, as long as its original is not known to be gone.
    """
    again = delete_original and "rejected" in record["judged"] and record["removed_by"] != record["image_id"]
    if not (record["status"] == Status.QUARANTINED or _waits_in_vain(record) or again):
        return f"it is {record['status']}, not in quarantine"
    if not record["master"]:
        return "the catalogue has not heard of its master yet: repeat this in a moment"
    return ""


def _waits_in_vain(record: Record) -> bool:
    """Whether the picture is gated, and nobody will say a verdict: its moderator gave it up."""
    gave_up = (record["failure"] or {}).get("actor") == MODERATE
    return gave_up and record["status"] == Status.FAILED and record["moderation_mode"] == "gate"


def publisher(topic: str) -> Publisher:
    """Return what announces judgements on the topic, its ARN. kit.aws must lead there (Target.export does that)."""
    return SnsPublisher({ImageJudged.kind: topic})


def judge(where: Publisher, held: Iterable[Held], judgement: Judgement, operation: Recording) -> Iterator[Held]:
    """Announce the judgement on each picture, and yield it as soon as that is done; raises Retryable."""
    for each in held:
        event = ImageJudged(
            image=image(each.record),
            recipe=each.record["recipe"],
            master=msgspec.convert(each.record["master"], StoredImage),
            judgement=judgement,
            operation=operation.id,
            by=operation.by,
        )
        where.publish(wrap(event, OPERATOR, Trace.start(), version=release()))
        operation.note(each.message_id, judgement)
        yield each


def delete_original(s3: Any, held: Held) -> None:
    """Delete for ever the version that was uploaded; S3 tells the chain, which then knows it as removed."""
    source = held.record["source"]
    version = {"VersionId": source["version"]} if source["version"] else {}
    s3.delete_object(Bucket=source["bucket"], Key=source["key"], **version)
