"""Announcing: one envelope to the topic of its event."""

from collections.abc import Mapping
from typing import Any, Protocol

from kit import aws
from kit.envelope import Envelope, attributes, encode
from kit.errors import ConfigurationError
from kit.retry import call


class Publisher(Protocol):
    """Where announcements go. May raise Retryable."""

    def publish(self, envelope: Envelope) -> None:
        """Publish; when this returns, the topic has the message."""


class SnsPublisher:
    """SNS; ``topics`` maps an event's name to its topic's ARN."""

    def __init__(self, topics: Mapping[str, str]) -> None:
        self._topics = topics

    def publish(self, envelope: Envelope) -> None:
        topic = self._topics.get(envelope.kind)
        if topic is None:
            raise ConfigurationError(f"this function may not say {envelope.kind}: it has no topic for it")
        call(aws.client("sns").publish, TopicArn=topic, **message(envelope))


def message(envelope: Envelope) -> dict[str, Any]:
    """Return SNS's parameters for an announcement: the text, and the attributes that subscriptions filter by."""
    told = {name: {"DataType": "String", "StringValue": value} for name, value in attributes(envelope).items()}
    return {"Message": encode(envelope), "MessageAttributes": told}
