"""S3 says that an object was created in four shapes; all become ImageUploaded.

    bare         {"Records": [{"eventSource": "aws:s3", …}]}          S3 → SQS
    raw          the same, over SNS with raw delivery                  S3 → SNS → SQS, as deployed here
    SNS envelope {"Type": "Notification", "Message": "{…bare…}"}       S3 → SNS → SQS without raw delivery
    EventBridge  {"detail-type": "Object Created", "detail": {…}}      S3 → EventBridge → SQS

Formats: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_plus

from kit.errors import UnreadableMessage
from kit.events import Image, ImageUploaded, Source


def read(body: str) -> list[ImageUploaded]:
    """Return the uploads that a notification tells of: none for ``s3:TestEvent`` and for other kinds of event.

    Raises UnreadableMessage when the body is none of the four shapes.
    """
    try:
        message = json.loads(body)
        if isinstance(message, dict) and message.get("Type") == "Notification":
            message = json.loads(message["Message"])
        return [ImageUploaded(image=Image.of(source)) for source in _sources(message)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableMessage(f"not a notification from S3: {type(error).__name__}: {error}") from error


def _sources(message: dict[str, Any]) -> Iterable[Source]:
    if message.get("Event") == "s3:TestEvent":  # S3 sends it when a notification is configured
        return []
    if message.get("detail-type") == "Object Created":
        return [_from_event_bridge(message)]
    return [_from_record(record) for record in message["Records"] if _is_creation(record)]


def _is_creation(record: dict[str, Any]) -> bool:
    return bool(record["eventName"].removeprefix("s3:").startswith("ObjectCreated:"))


def _from_record(record: dict[str, Any]) -> Source:
    s3, thing = record["s3"], record["s3"]["object"]
    return Source(
        bucket=s3["bucket"]["name"],
        key=unquote_plus(thing["key"]),  # form encoding: a space arrives as "+"
        version=thing.get("versionId"),
        etag=thing.get("eTag"),
        size=thing.get("size"),
        sequencer=thing.get("sequencer"),
        uploaded_at=record["eventTime"],
    )


def _from_event_bridge(message: dict[str, Any]) -> Source:
    detail, thing = message["detail"], message["detail"]["object"]
    return Source(
        bucket=detail["bucket"]["name"],
        key=thing["key"],  # EventBridge alone does not encode it
        version=thing.get("version-id"),
        etag=thing.get("etag"),
        size=thing.get("size"),
        sequencer=thing.get("sequencer"),
        uploaded_at=message["time"],
    )
