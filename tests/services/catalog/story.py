"""What is said about a picture on its way, for the catalogue to write down."""

from kit.envelope import wrap
from kit.events import (
    Event,
    Image,
    ImageIngested,
    ImageNormalized,
    ImageRejected,
    ImageRemoved,
    ImageResized,
    Source,
    StoredImage,
    StoredRendition,
)
from kit.mailbox import Letter
from kit.tracing import Trace
from tests.services.site import UPLOADED_AT

TRACE = Trace.start()


def image(key: str = "dir/a b.jpg", version: str = "v1", sequencer: str = "01") -> Image:
    return Image.of(
        Source(bucket="source", key=key, version=version, etag="e", sequencer=sequencer, uploaded_at=UPLOADED_AT)
    )


def ingested(picture: Image) -> ImageIngested:
    return ImageIngested(image=picture, recipe="default", format="PNG", width=40, height=60, bytes=5_000)


def normalized(picture: Image) -> ImageNormalized:
    master = StoredImage(bucket="target", key="n.png", format="PNG", width=60, height=40, bytes=4_000, method="m")
    return ImageNormalized(image=picture, recipe="default", master=master)


def resized(picture: Image) -> ImageResized:
    small = StoredRendition(
        name="thumb", bucket="target", key="t.png", format="PNG", width=30, height=20, bytes=900, method="lanczos"
    )
    return ImageResized(image=picture, recipe="default", renditions=(small,))


def rejected(picture: Image, actor: str = "normalize") -> ImageRejected:
    return ImageRejected(image=picture, actor=actor, reason="corrupt-image", detail="two eyes missing", attempts=2)


def removed(picture: Image, *, whole_key: bool = True) -> ImageRemoved:
    return ImageRemoved(image=picture, whole_key=whole_key)


def said(event: Event, actor: str, attempts: int = 1) -> Letter[Event]:
    """Return the letter; its times and numbers are such that they can be told apart in the record."""
    envelope = wrap(event, actor, TRACE, version="7", attempts=2, queued_ms=30, worked_ms=40)
    return Letter(event, envelope, attempts)


def way(picture: Image) -> list[Letter[Event]]:
    """Return what is said of a picture with which all goes well."""
    return [
        said(ingested(picture), "ingest"),
        said(normalized(picture), "normalize"),
        said(resized(picture), "resize"),
    ]
