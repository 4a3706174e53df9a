"""Announcing: one envelope to the topic of its event."""

from collections.abc import Mapping
from typing import Protocol

from kit import aws
from kit.envelope import Envelope, encode
from kit.errors import ConfigurationError
from kit.retry import call


class Publisher(Protocol):
    """Where announcements go. May raise Retryable."""

    def publish(self, envelope: Envelope) -> None:
        """Announce once; when it returns, the topic has it."""


class SnsPublisher:
    """SNS; ``topics`` maps an event's name to its topic's ARN."""

    def __init__(self, topics: Mapping[str, str]) -> None:
        self._topics = topics

    def publish(self, envelope: Envelope) -> None:
        topic = self._topics.get(envelope.kind)
        if topic is None:
            raise ConfigurationError(f"this function may not say {envelope.kind}: it has no topic for it")
        call(
            aws.client("sns").publish,
            TopicArn=topic,
            Message=encode(envelope),
            # For subscribers outside the chain that filter by policy; ours have one topic per event.
            MessageAttributes={"type": {"DataType": "String", "StringValue": envelope.type}},
        )
