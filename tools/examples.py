"""What the event reference shows as examples: one picture's way, with values that never change."""

import typing
from types import UnionType
from typing import Any, TypeVar

import msgspec
from msgspec.structs import fields

from kit.envelope import Envelope, wrap
from kit.events import Camera, Event, Image, ModerationLabel, Source, StoredMaster, StoredRendition
from kit.outputs import master, rendition, tags
from kit.tracing import Trace

Struct = TypeVar("Struct", bound=msgspec.Struct)

SOURCE = Source(
    bucket="brigade-source",
    key="summer/beach 1.jpg",
    version="3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH",
    etag="9b2cf535f27731c974343645a3985328",
    size=2_481_937,
    sequencer="0055AED6DCD90281E5",
    uploaded_at="2026-05-04T12:00:00.000Z",
)
IMAGE = Image.of(SOURCE)
NOTIFICATION = {
    "Records": [
        {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "eventTime": SOURCE.uploaded_at,
            "s3": {
                "bucket": {"name": SOURCE.bucket},
                "object": {
                    "key": "summer/beach+1.jpg",  # form encoding, as S3 sends it
                    "size": SOURCE.size,
                    "eTag": SOURCE.etag,
                    "versionId": SOURCE.version,
                    "sequencer": SOURCE.sequencer,
                },
            },
        }
    ]
}
_PARTS: dict[type, object] = {
    Source: SOURCE,
    Image: IMAGE,
    StoredMaster: StoredMaster(
        bucket="brigade-target",
        key=master(IMAGE.id, "5d1f0c3a", "jpg"),
        format="JPEG",
        width=3000,
        height=2000,
        bytes=2_902_114,
        method="re-encoded",
        focus=(0.32, 0.45),
    ),
    StoredRendition: StoredRendition(
        name="thumbnail",
        bucket="brigade-target",
        key=rendition(IMAGE.id, "thumbnail", "e07b91c4", "jpg"),
        format="JPEG",
        width=1080,
        height=720,
        bytes=74_602,
        method="lanczos",
    ),
    Camera: Camera(
        make="RECONYX",
        model="HC550 HYPERFIRE",
        serial="H550HH12223408",
        taken_at="2026-05-04T05:41:12",
        exposure_s=0.016666667,
        iso=400,
        temperature_c=21,
        moon_phase="Last Quarter",
        trigger="Motion Detection",
        sequence="5 of 5",
        battery="8.15 V",
    ),
    ModerationLabel: ModerationLabel(name="Implied Nudity", parent="Non-Explicit Nudity", confidence=64),
}
_VALUES = {
    "recipe": "default",
    "format": "JPEG",
    "width": 2000,
    "height": 3000,
    "bytes": SOURCE.size,
    "actor": "ingest",
    "reason": "not-an-image",
    "detail": "begins with the bytes 31 32 20 62 75 63 6b 65, as no picture does",
    "why": "superseded",
    "deleted": 11,
    "action": "redriven",
    "failed_at": "2026-05-04T12:00:02.345Z",
    "operation": "20260504T130000Z-5f31c2",
    "by": "arn:aws:iam::123456789012:user/ann",
    "whole_key": True,
    "moderation": "gate",
    "mode": "gate",
    "verdict": "uncertain",
    "confidence": 64,
    "model": "rekognition",
    "model_version": "7.0",
    "judgement": "approved",
    "extractor": "exiftool",
    "version": "13.59",
    "tags": tags(IMAGE.id),
    "packed": b"",
    "problem": "",
    "focus": (0.32, 0.45),
}
_ANY: dict[type, object] = {str: "text", int: 1, float: 0.5, bool: True}


def envelope(event: type[Event], actor: str) -> Envelope:
    """Return an example of an event, in the envelope in which that actor announces it."""
    found = wrap(
        _struct(event),
        actor,
        Trace("69f8b0c05759e988bd862e3fe1be46a9", "53995c3f42cd8ad8"),
        version="0.1.0",
        queued_ms=41,
        worked_ms=268,
    )
    return msgspec.structs.replace(found, id="5b7f4f6e-2f0c-4a53-9d6a-6f1f0c1f7a10", time="2026-05-04T12:00:02.345Z")


def parts(structs: tuple[type[msgspec.Struct], ...]) -> tuple[type[msgspec.Struct], ...]:
    """Return the structs that are fields of these structs, and fields of those, each once."""
    direct = [inner for struct in structs for field in fields(struct) for inner in _within(field.type)]
    found = tuple(dict.fromkeys(inner for inner in direct if issubclass(inner, msgspec.Struct)))
    return tuple(dict.fromkeys((*found, *parts(found)))) if found else ()


def _within(kind: Any) -> list[type]:
    if arguments := typing.get_args(kind):
        return [inner for argument in arguments for inner in _within(argument)]
    return [kind] if isinstance(kind, type) else []


def _struct(struct: type[Struct]) -> Struct:
    return struct(**{field.name: _value(field.name, field.type) for field in fields(struct)})


def _value(name: str, kind: Any) -> object:
    """Return an example for a field: by its type if that is a part, by its name, else anything of its type."""
    if kind in _PARTS:
        return _PARTS[kind]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(kind)
    if name in _VALUES:
        return _VALUES[name]
    if typing.get_origin(kind) is tuple:
        return (_value(name, typing.get_args(kind)[0]),)
    if isinstance(kind, UnionType):
        return _value(name, typing.get_args(kind)[0])
    return _ANY.get(kind)
