"""S3's notification, in every shape and from every engine."""

import json
from typing import Any

import pytest
from msgspec import structs

from kit.errors import UnreadableMessage
from kit.events import Image, ImageRecalled, ImageRemoved, ImageRetired, ImageUploaded, Source
from services.ingest.notification import read
from tests.support.site import UPLOADED_AT, body, notification, s3_event

KEY = "in/a b+ü.jpg"
ON_AWS = "in/a+b%2B%C3%BC.jpg"
UPLOAD = Source(
    bucket="source", key=KEY, version="v1", etag="e1", size=7, sequencer="0055AED6DCD90281E5", uploaded_at=UPLOADED_AT
)
BARE = s3_event(UPLOAD, ON_AWS)
TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "source", "RequestId": "r", "HostId": "h"}


def in_sns_envelope(message: Any) -> dict[str, str]:
    return {"Type": "Notification", "TopicArn": "arn:t", "Message": json.dumps(message), "Signature": "s"}


EVENT_BRIDGE = {
    "version": "0",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "time": UPLOADED_AT,
    "detail": {
        "bucket": {"name": "source"},
        "object": {"key": KEY, "size": 7, "etag": "e1", "version-id": "v1", "sequencer": "0055AED6DCD90281E5"},
        "reason": "PutObject",
    },
}


def sources(message: Any) -> list[Source]:
    return [event.image.source for event in read(json.dumps(message))]


@pytest.mark.parametrize(
    "message", [BARE, in_sns_envelope(BARE), EVENT_BRIDGE], ids=["bare or raw", "SNS envelope", "EventBridge"]
)
def test_an_upload_reads_the_same_in_every_shape(message: Any) -> None:
    assert sources(message) == [UPLOAD]


@pytest.mark.parametrize(
    "wire",
    [ON_AWS, "in%2Fa+b%2B%C3%BC.jpg", "in/a%20b%2B%C3%BC.jpg"],
    ids=["AWS and ministack", "moto", "LocalStack"],
)
def test_the_key_reads_the_same_from_every_engine(wire: str) -> None:
    assert sources(s3_event(UPLOAD, wire))[0].key == KEY


@pytest.mark.parametrize(
    ("wire", "key"),
    [
        ("photo+%281%29.jpg", "photo (1).jpg"),
        ("100%25.jpg", "100%.jpg"),
        ("100%2525.jpg", "100%25.jpg"),
        ("a%2Bb.jpg", "a+b.jpg"),
        ("%E6%97%A5%E6%9C%AC.jpg", "日本.jpg"),
        ("%F0%9F%A6%8A.jpg", "🦊.jpg"),
        ("..%2Fup.jpg", "../up.jpg"),
    ],
)
def test_awkward_keys_are_decoded_once(wire: str, key: str) -> None:
    assert sources(s3_event(UPLOAD, wire))[0].key == key


def test_eventbridge_alone_does_not_encode_keys() -> None:
    message = json.loads(json.dumps(EVENT_BRIDGE))
    message["detail"]["object"]["key"] = "100%25+1.jpg"
    assert sources(message)[0].key == "100%25+1.jpg"


def test_an_engine_without_versions_and_sequencers_is_understood() -> None:
    plain = Source(bucket="source", key="a.jpg", etag="e1", size=7, uploaded_at=UPLOADED_AT)
    assert sources(s3_event(plain)) == [plain]


def test_a_notification_may_tell_of_several_uploads() -> None:
    two = {"Records": BARE["Records"] + s3_event(UPLOAD, "b.jpg")["Records"]}
    assert [source.key for source in sources(two)] == [KEY, "b.jpg"]


def test_the_same_upload_told_twice_is_one_picture() -> None:
    assert read(json.dumps(BARE))[0].image.id == read(json.dumps(EVENT_BRIDGE))[0].image.id


@pytest.mark.parametrize("message", [TEST_EVENT, in_sns_envelope(TEST_EVENT)], ids=["bare", "SNS envelope"])
def test_s3s_test_event_is_dropped_quietly(message: Any) -> None:
    assert sources(message) == []


def test_other_events_say_nothing() -> None:
    assert read(json.dumps(s3_event(UPLOAD, name="ObjectTagging:Put"))) == []
    tagged = EVENT_BRIDGE | {"detail-type": "Object Tags Added"}
    assert read(json.dumps(tagged)) == []


def deleted(kind: str) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(json.dumps(EVENT_BRIDGE)) | {"detail-type": "Object Deleted"}
    message["detail"]["deletion-type"] = kind
    return message


@pytest.mark.parametrize(
    ("message", "whole_key"),
    [
        (s3_event(UPLOAD, ON_AWS, name="ObjectRemoved:Delete"), False),
        (s3_event(UPLOAD, ON_AWS, name="s3:ObjectRemoved:DeleteMarkerCreated"), True),
        (s3_event(UPLOAD, ON_AWS, name="LifecycleExpiration:Delete"), False),
        (s3_event(UPLOAD, ON_AWS, name="s3:LifecycleExpiration:DeleteMarkerCreated"), True),
        (deleted("Permanently Deleted"), False),
        (deleted("Delete Marker Created"), True),
    ],
    ids=["version", "key", "expired version", "expired key", "version over EventBridge", "key over EventBridge"],
)
def test_a_removal_says_whether_the_key_is_gone_or_one_version_of_it(message: Any, whole_key: bool) -> None:
    assert read(json.dumps(message)) == [ImageRemoved(image=Image.of(UPLOAD), whole_key=whole_key)]


def test_without_versions_a_removal_is_the_keys() -> None:
    message = s3_event(structs.replace(UPLOAD, version=None), name="ObjectRemoved:Delete")
    (removal,) = read(json.dumps(message))
    assert isinstance(removal, ImageRemoved)
    assert removal.whole_key


@pytest.mark.parametrize(
    "name", ["ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload", "s3:ObjectCreated:Post"]
)
def test_every_way_to_create_an_object_is_an_upload(name: str) -> None:
    assert sources(s3_event(UPLOAD, name=name))[0].version == "v1"


def test_what_the_catalog_recalls_is_read_as_an_upload() -> None:
    assert read(body(ImageRecalled(image=Image.of(UPLOAD)), "catalog")) == [ImageUploaded(image=Image.of(UPLOAD))]
    with pytest.raises(UnreadableMessage):
        read(body(ImageRetired(image=Image.of(UPLOAD), deleted=1), "retire"))


def without(field: str) -> str:
    event = json.loads(notification(UPLOAD))
    del event["Records"][0]["s3"]["object"][field]
    return json.dumps(event)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hello",
        "null",
        "7",
        "[]",
        '"Records"',
        "{}",
        '{"Records": null}',
        '{"Records": [7]}',
        '{"Records": [{}]}',
        '{"Records": [{"eventName": 7}]}',
        '{"Records": [{"eventName": "ObjectCreated:Put"}]}',
        '{"Type": "Notification"}',
        '{"Type": "Notification", "Message": "hello"}',
        '{"Type": "Notification", "Message": null}',
        '{"detail-type": "Object Created", "detail": {}}',
        '{"detail-type": "Object Deleted"}',
        without("key"),
    ],
)
def test_what_s3_never_says_is_unreadable(body: str) -> None:
    with pytest.raises(UnreadableMessage, match="not a notification from S3"):
        read(body)
