"""What is said about a picture on its way, for the catalog to write down."""

from typing import Any

from msgspec.structs import replace

from kit.envelope import wrap
from kit.events import (
    Camera,
    Event,
    Image,
    ImageDescribed,
    ImageIngested,
    ImageJudged,
    ImageModerated,
    ImageNormalized,
    ImageRejected,
    ImageRemoved,
    ImageResized,
    Judgement,
    Moderation,
    ModerationLabel,
    Source,
    StoredMaster,
    StoredRendition,
    Verdict,
)
from kit.letter import Letter
from kit.tracing import Trace
from tests.support.site import UPLOADED_AT

TRACE = Trace.start()


def image(key: str = "dir/a b.jpg", version: str = "v1", sequencer: str = "01") -> Image:
    return Image.of(
        Source(bucket="source", key=key, version=version, etag="e", sequencer=sequencer, uploaded_at=UPLOADED_AT)
    )


def ingested(picture: Image) -> ImageIngested:
    return ImageIngested(image=picture, recipe="default", format="PNG", width=40, height=60, bytes=5_000)


MASTER = StoredMaster(bucket="target", key="n.png", format="PNG", width=60, height=40, bytes=4_000, method="m")


def normalized(picture: Image, moderation: Moderation = "off") -> ImageNormalized:
    return ImageNormalized(image=picture, recipe="default", master=MASTER, moderation=moderation)


def described(picture: Image, **facts: Any) -> ImageDescribed:
    key = f"metadata/{picture.id}.json.gz"
    return ImageDescribed(image=picture, camera=Camera(**facts), extractor="exiftool", version="13.59", tags=key)


def moderated(picture: Image, mode: Moderation, verdict: Verdict) -> ImageModerated:
    confidence = {"accepted": 3, "uncertain": 50, "refused": 97}[verdict]
    return ImageModerated(
        image=picture,
        recipe="default",
        master=MASTER,
        mode=mode,
        verdict=verdict,
        contains_nudity=confidence >= 50,
        confidence=confidence,
        labels=(ModerationLabel(name="Implied Nudity", parent="Non-Explicit Nudity", confidence=confidence),),
        model="rekognition",
        model_version="7.0",
    )


def judged(picture: Image, judgement: Judgement) -> ImageJudged:
    return ImageJudged(
        image=picture, recipe="default", master=MASTER, judgement=judgement, operation="20261121T080000Z-abc", by="ann"
    )


def resized(picture: Image, method: str = "lanczos") -> ImageResized:
    small = StoredRendition(
        name="thumb", bucket="target", key="t.png", format="PNG", width=30, height=20, bytes=900, method=method
    )
    return ImageResized(image=picture, recipe="default", renditions=(small,))


def rejected(picture: Image, actor: str = "normalize") -> ImageRejected:
    return ImageRejected(image=picture, actor=actor, reason="corrupt-image", detail="two eyes missing", attempts=2)


def removed(picture: Image, *, whole_key: bool = True, **more: Any) -> ImageRemoved:
    return ImageRemoved(image=picture, whole_key=whole_key, **more)


def uncovered(gone: Image, shown: Image | None, sequencer: str = "05") -> ImageRemoved:
    """Return the removal of one version for ever, after which S3 shows another, or has nothing more of the key."""
    at = replace(gone, source=replace(gone.source, etag=None, sequencer=sequencer))
    below = replace(shown.source, sequencer=None) if shown else None
    return removed(at, whole_key=False, shown=below, emptied=not shown)


def said(event: Event, actor: str, attempts: int = 1, at: str = "") -> Letter[Event]:
    """Return the letter, said now or then; its times and numbers are such that they can be told apart in the record."""
    envelope = wrap(event, actor, TRACE, version="7", attempts=2, queued_ms=30, worked_ms=40)
    return Letter(event, replace(envelope, time=at or envelope.time), attempts)


def way(picture: Image) -> list[Letter[Event]]:
    """Return what is said of a picture with which all goes well."""
    return [
        said(ingested(picture), "ingest"),
        said(normalized(picture), "normalize"),
        said(resized(picture), "resize"),
    ]
