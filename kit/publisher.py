"""Announcing: envelopes to the topics of their events."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, Protocol

from kit import aws
from kit.batches import Refused, failed, in_full
from kit.envelope import Envelope, attributes, encode
from kit.errors import ConfigurationError
from kit.retry import call

# https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html: so many announcements, so many bytes in all.
MOST_TOGETHER, _MOST_BYTES = 10, 256 * 1024


class Publisher(Protocol):
    """Where announcements go. May raise Retryable."""

    def publish(self, envelope: Envelope) -> None:
        """Publish; when this returns, the topic has the message."""

    def publish_together(self, envelopes: Iterable[Envelope]) -> list[Refused[Envelope]]:
        """Publish in few requests; return those that their topics did not take."""


class SnsPublisher:
    """SNS; ``topics`` maps an event's name to its topic's ARN."""

    def __init__(self, topics: Mapping[str, str]) -> None:
        self._topics = topics

    def publish(self, envelope: Envelope) -> None:
        topic = self._topic(envelope.kind)
        call(aws.client("sns").publish, TopicArn=topic, **message(envelope))

    def publish_together(self, envelopes: Iterable[Envelope]) -> list[Refused[Envelope]]:
        by_kind = itertools.groupby(sorted(envelopes, key=attrgetter("kind")), attrgetter("kind"))
        sns = aws.client("sns")
        return [lost for kind, some in by_kind for lost in publish_batches(sns, self._topic(kind), some, ask=call)]

    def _topic(self, kind: str) -> str:
        if kind not in self._topics:
            raise ConfigurationError(f"this function may not say {kind}: it has no topic for it")
        return self._topics[kind]


def publish_batches(
    sns: Any, topic: str, envelopes: Iterable[Envelope], ask: Callable[..., Any] = lambda do, **words: do(**words)
) -> list[Refused[Envelope]]:
    """Publish on one topic; return what it did not take. ``ask`` does each request."""

    def publish(left: list[Envelope]) -> list[Refused[Envelope]]:
        entries = [{"Id": str(number), **message(envelope)} for number, envelope in enumerate(left)]
        return failed(left, ask(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries))

    batches: list[list[Envelope]] = [[]]
    for envelope in envelopes:
        batch = [*batches[-1], envelope]
        if len(batch) > MOST_TOGETHER or sum(map(_size, batch)) > _MOST_BYTES:
            batches.append([envelope])
        else:
            batches[-1] = batch
    return [lost for batch in batches for lost in in_full(publish, batch)]


def _size(envelope: Envelope) -> int:
    """Return what counts of an announcement, bytes: its text, and its attributes with their type."""
    told = attributes(envelope)
    return len(encode(envelope).encode()) + sum(len(f"{name}{value}String".encode()) for name, value in told.items())


def message(envelope: Envelope) -> dict[str, Any]:
    """Return SNS's parameters for an announcement: the text, and the attributes that subscriptions filter by."""
    told = {name: {"DataType": "String", "StringValue": value} for name, value in attributes(envelope).items()}
    return {"Message": encode(envelope), "MessageAttributes": told}
