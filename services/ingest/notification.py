"""S3 says in four shapes that an object was created, removed or expired; they become ImageUploaded and ImageRemoved.

    bare         {"Records": [{"eventSource": "aws:s3", …}]}          S3 → SQS
    raw          the same, over SNS with raw delivery                  S3 → SNS → SQS, as deployed here
    SNS envelope {"Type": "Notification", "Message": "{…bare…}"}       S3 → SNS → SQS without raw delivery
    EventBridge  {"detail-type": "Object Created", "detail": {…}}      S3 → EventBridge → SQS
                 ("Object Deleted" for removals)

ImageRecalled, an event of ours, is read as if the picture were uploaded now.

Formats: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from kit.envelope import PREFIX, decode
from kit.errors import UnreadableMessage
from kit.events import Image, ImageRecalled, ImageRemoved, ImageUploaded, Source

Change = ImageUploaded | ImageRemoved
# An expiration by a lifecycle rule is no ObjectRemoved:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configure-notification.html
_REMOVALS = ("ObjectRemoved", "LifecycleExpiration")


def read(body: str) -> list[Change]:
    """Return the changes in a notification: none for ``s3:TestEvent`` and other kinds of event.

    Raises UnreadableMessage when the body is none of the four shapes.
    """
    try:
        message = json.loads(body)
        if isinstance(message, dict) and message.get("Type") == "Notification":
            message = json.loads(message["Message"])
        if isinstance(message, dict) and message.get("type") == PREFIX + ImageRecalled.kind:
            return [ImageUploaded(image=decode(body, [ImageRecalled])[1].image)]
        return list(_changes(message))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableMessage(f"not a notification from S3: {type(error).__name__}: {error}") from error


def _changes(message: Mapping[str, Any]) -> Iterable[Change]:
    if message.get("Event") == "s3:TestEvent":  # S3 sends it when a notification is configured
        return
    if "detail-type" in message:
        yield from _change(*_EVENT_BRIDGE.get(_event_bridge_name(message), ("", "")), _from_event_bridge(message))
        return
    for record in message["Records"]:
        family, _, kind = record["eventName"].removeprefix("s3:").partition(":")
        yield from _change(family, kind, _from_record(record))


def _change(family: str, kind: str, source: Source) -> Iterable[Change]:
    if family == "ObjectCreated":
        yield ImageUploaded(image=Image.of(source))
    elif family in _REMOVALS:
        # Without versions, what is deleted is the key.
        whole_key = kind == "DeleteMarkerCreated" or source.version is None
        yield ImageRemoved(image=Image.of(source), whole_key=whole_key)


# What EventBridge says, in the words of S3's own notification.
_EVENT_BRIDGE = {
    ("Object Created", None): ("ObjectCreated", ""),
    ("Object Deleted", "Delete Marker Created"): ("ObjectRemoved", "DeleteMarkerCreated"),
    ("Object Deleted", "Permanently Deleted"): ("ObjectRemoved", "Delete"),
}


def _event_bridge_name(message: Mapping[str, Any]) -> tuple[str, str | None]:
    return message["detail-type"], message["detail"].get("deletion-type")


def _from_record(record: Mapping[str, Any]) -> Source:
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


def _from_event_bridge(message: Mapping[str, Any]) -> Source:
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
