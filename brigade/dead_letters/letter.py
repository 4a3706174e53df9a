"""A dead letter: a message as it was, and what is known of why nobody could work on it. Pure: knows no cloud."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from kit.envelope import PREFIX, Envelope
from kit.errors import UnreadableMessage
from kit.events import Image, ImageUploaded
from kit.queue import MOST_ATTRIBUTES
from services.ingest import notification

LINEAGE = "lineage"
TRACE = "trace"
# What a failure wrote beside the message; it goes into the lineage when the letter is sent back. Only a letter that
# says when it failed has them from us: another sender may use the same words for something else.
_FAILED_AT = "failed_at"
_FACTS = {"reason", "detail", "attempts", _FAILED_AT}
UNKNOWN = "unknown"
_BEGINNING = 200  # characters of another's message that are shown
# What reading JSON may raise; the last for brackets within brackets within brackets.
_NO_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)


class Redrive(msgspec.Struct, frozen=True, kw_only=True):
    """One time that a letter was sent back. Encoded, it is an entry of the message's lineage."""

    at: str  # ISO 8601, UTC
    by: str  # who gave the command
    operation: str  # the command, as `brigade history` lists it
    reason: str  # why it had been a dead letter


class _About(msgspec.Struct):
    """What an event's ``data`` says of every event: whom it is about."""

    image: Image


class DeadLetter(msgspec.Struct, frozen=True, omit_defaults=True):
    """One dead letter. ``reason`` is ``unknown`` where nobody said it: SQS itself moved it, or it is none of ours.

    ``attributes`` are the message's, binary ones in Base64; ``types`` names their data types where that is not
    String. ``trace_header`` is the message's own, which SQS keeps apart from the attributes. Encoded, it is a line of
    a file of letters.
    """

    message_id: str
    body: str
    attributes: Mapping[str, str]
    sent_at: Annotated[datetime, Meta(tz=True)]
    types: Mapping[str, str] = {}
    trace_header: str = ""
    group: str = ""  # what stands for its reason, where an operator has said what groups the letters of others

    @property
    def reason(self) -> str:
        return self.group or self.attributes.get("reason", UNKNOWN)

    @property
    def detail(self) -> str:
        if self.group:  # another's: there may be anything in it
            return " ".join(self.body.split())[:_BEGINNING]
        unsaid = "the function was stopped before it could say why" if self.images() else "the message does not say why"
        return self.attributes.get("detail", unsaid)

    @property
    def actor(self) -> str:
        """Who gave it up, where that was said."""
        return self.attributes.get("actor", "")

    @property
    def attempts(self) -> int | None:
        """How often it had been received, where that was said."""
        text = self.attributes.get("attempts", "")
        return int(text) if text.isdecimal() else None

    @property
    def failed_at(self) -> str:
        """When it was given up, ISO 8601 in UTC, where that was said."""
        return self.attributes.get(_FAILED_AT, "")

    @property
    def since(self) -> datetime:
        """When it became a dead letter, as far as is known: one that SQS itself moved keeps the time of its sending."""
        try:
            said = datetime.fromisoformat(self.failed_at)
        except ValueError:
            return self.sent_at
        return said if said.tzinfo else said.replace(tzinfo=UTC)

    @property
    def trace(self) -> str:
        """The trace it belongs to, in X-Ray's notation; empty where there is none."""
        envelope = self._envelope
        return self.attributes.get(TRACE) or self.trace_header or (envelope.awstraceheader if envelope else "")

    @property
    def lineage(self) -> tuple[Redrive, ...]:
        """How often it was sent back already, oldest first."""
        try:
            return msgspec.json.decode(self.attributes.get(LINEAGE, "[]"), type=tuple[Redrive, ...])
        except _NO_JSON:
            return ()

    @property
    def kind(self) -> str:
        """The event's name, that of uploads where S3 itself speaks; empty where the body cannot be read."""
        if envelope := self._envelope:
            return envelope.kind
        return ImageUploaded.kind if self.images() else ""

    @property
    def image_id(self) -> str:
        """The picture, where it is known."""
        return self.attributes.get("image_id") or next((image.id for image in self.images()), "")

    @property
    def key(self) -> str:
        """The picture's source key, where the body can be read; several with commas between."""
        return ", ".join(image.source.key for image in self.images())

    def images(self) -> list[Image]:
        """Return the pictures that the body is about: none where it cannot be read."""
        try:
            if envelope := self._envelope:
                return [msgspec.json.decode(envelope.data, type=_About).image]
            return [change.image for change in notification.read(self.body)]
        except (*_NO_JSON, UnreadableMessage):
            return []

    @property
    def _envelope(self) -> Envelope | None:
        try:
            envelope = msgspec.json.decode(self.body, type=Envelope)
        except _NO_JSON:
            return None
        return envelope if envelope.type.startswith(PREFIX) else None

    def redriven(self, redrive: Redrive) -> dict[str, str]:
        """Return the attributes with which it is sent back: its own, its trace and its lineage with this redrive.

        A message that has as many attributes as SQS takes keeps them; there is no room for a lineage then.
        """
        facts = _FACTS if self.failed_at else set()
        own = {name: value for name, value in self.attributes.items() if name not in {*facts, LINEAGE}}
        if len(own) >= MOST_ATTRIBUTES:
            return own
        return {LINEAGE: msgspec.json.encode((*self.lineage, redrive)).decode()} | own
