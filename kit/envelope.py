"""CloudEvents 1.0, structured JSON: what an event travels in.

``actorversion``, ``attempts``, ``queuedms`` and ``workedms`` are extension attributes about the work of the actor that
speaks. ``traceparent`` and ``awstraceheader`` carry the trace over hops that drop headers.
"""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from kit.errors import AnnouncementTooLarge, UnreadableMessage
from kit.events import Event
from kit.tracing import Trace

PREFIX = "brigade."
# SNS takes 256 KiB, with the message attributes: https://docs.aws.amazon.com/general/latest/gr/sns.html
MAX_BYTES = 255 * 1024

_decoders: dict[type[Event], "msgspec.json.Decoder[Event]"] = {}


def now() -> str:
    """Return the time in ISO 8601, UTC, to the millisecond."""
    return timestamp(datetime.now(UTC))


def timestamp(at: datetime) -> str:
    """Return a time of UTC in ISO 8601, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One event with its context attributes; times in milliseconds, ``time`` in ISO 8601 UTC."""

    type: str  # "brigade." and the event's name
    source: str  # "brigade/" and the actor that speaks
    subject: str  # the picture's id
    data: msgspec.Raw  # the event itself
    id: str = msgspec.field(default_factory=lambda: str(uuid.uuid4()))  # of this announcement
    time: str = msgspec.field(default_factory=now)  # ISO 8601, UTC
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
    actorversion: str = ""  # of the actor that speaks
    attempts: int = 1  # how often its message had been received
    queuedms: int = 0  # how long that message waited, milliseconds
    workedms: int = 0  # how long the work took, milliseconds
    traceparent: str = ""  # W3C's notation
    awstraceheader: str = ""  # X-Ray's notation

    @property
    def actor(self) -> str:
        """The name of the actor that speaks."""
        return self.source.rpartition("/")[2]

    @property
    def kind(self) -> str:
        """The event's name, which is its topic's too."""
        return self.type.removeprefix(PREFIX)


def wrap(
    event: Event,
    actor: str,
    trace: Trace,
    *,
    version: str = "",
    attempts: int = 1,
    queued_ms: int = 0,
    worked_ms: int = 0,
) -> Envelope:
    """Wrap an event of ``actor`` in an envelope, with its trace and the figures of the work."""
    return Envelope(
        id=event.said_as,
        type=PREFIX + event.kind,
        source=f"brigade/{actor}",
        subject=event.image.id,
        data=msgspec.Raw(msgspec.json.encode(event)),
        actorversion=version,
        attempts=attempts,
        queuedms=queued_ms,
        workedms=worked_ms,
        traceparent=trace.traceparent,
        awstraceheader=trace.header,
    )


def encode(envelope: Envelope) -> str:
    """Return the envelope as JSON text; raises AnnouncementTooLarge where it has more than MAX_BYTES."""
    text = msgspec.json.encode(envelope)
    if len(text) > MAX_BYTES:
        raise AnnouncementTooLarge(f"{envelope.kind} has {len(text):,} bytes; the limit is {MAX_BYTES:,}")
    return text.decode()


def attributes(envelope: Envelope) -> dict[str, str]:
    """Return an announcement's message attributes: its type, and the event's ``filtered`` fields that are not empty."""
    declared = {name for kind in Event.__subclasses__() if kind.kind == envelope.kind for name in kind.filtered}
    data = msgspec.json.decode(envelope.data) if declared else {}
    return {"type": envelope.type} | {name: data[name] for name in sorted(declared) if data[name]}


def decode(body: str, hears: Iterable[type[Event]]) -> tuple[Envelope, Event]:
    """Read an envelope and the typed event in it.

    Raises UnreadableMessage, saying where, when the body is no CloudEvent, is of a type that the actor does not
    hear, or lacks a field.
    """
    try:
        envelope = msgspec.json.decode(body, type=Envelope)
        for kind in hears:
            if envelope.type == PREFIX + kind.kind:
                decoder = _decoders.setdefault(kind, msgspec.json.Decoder(kind))
                return envelope, decoder.decode(envelope.data)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UnreadableMessage(str(error)) from error
    raise UnreadableMessage(f"nobody here hears events of type {envelope.type!r}")
