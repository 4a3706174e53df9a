"""A batch whose announcements go out in one request."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest

from kit.backoff import Policy
from kit.envelope import wrap
from kit.errors import ConfigurationError, Throttled
from kit.publisher import SnsPublisher, publish_batches
from kit.tracing import Trace
from tests.support.stand import PRAISE, Desk, ImageSeen, NotedPublisher, TooUgly, image, raising, record, seen

TOGETHER = replace(PRAISE, together=True)
KEYS = ("a.jpg", "b.jpg", "c.jpg")


def batch(attempts: int = 1) -> list[dict[str, Any]]:
    return [record(seen(key), number=number, attempts=attempts) for number, key in enumerate(KEYS)]


def envelope(key: str) -> Any:
    return wrap(ImageSeen(image=image(key)), "look", Trace.start())


def test_all_that_its_messages_have_to_say_is_said_at_once() -> None:
    desk = Desk(actor=TOGETHER)
    assert desk.handle(*batch()) == []
    assert desk.publisher.batches == [3]
    assert [each.subject for each in desk.publisher.announced] == [image(key).id for key in KEYS]


def test_what_the_topic_does_not_take_keeps_its_message_alone() -> None:
    desk = Desk(actor=TOGETHER, publisher=NotedPublisher(refuses=image("b.jpg").id))
    assert desk.handle(*batch()) == ["m1"]
    assert list(desk.queue.postponed) == ["m1"]
    assert len(desk.publisher.announced) == 2


def test_a_topic_that_cannot_be_reached_keeps_them_all() -> None:
    desk = Desk(actor=TOGETHER, publisher=NotedPublisher(broken=True))
    assert sorted(desk.handle(*batch())) == ["m0", "m1", "m2"]
    assert len(desk.queue.postponed) == 3


def test_a_message_that_fails_beside_others_fails_alone_and_is_rejected_at_once() -> None:
    desk = Desk(act=raising(TooUgly("ugh"), only="b.jpg"), actor=TOGETHER)
    assert desk.handle(*batch()) == []
    assert [message.id for message, _ in desk.queue.dead_letters] == ["m1"]
    assert desk.publisher.kinds == ["image-rejected", "image-praised", "image-praised"]
    retried = Desk(act=raising(Throttled("busy"), only="b.jpg"), actor=TOGETHER)
    assert retried.handle(*batch()) == ["m1"]


def test_where_a_message_may_have_killed_the_process_each_is_said_and_deleted_by_itself() -> None:
    desk = Desk(actor=TOGETHER)
    assert desk.handle(*batch(attempts=2)) == []
    assert (desk.publisher.batches, len(desk.publisher.announced), len(desk.queue.deleted)) == ([], 3, 3)


def test_sns_gets_them_in_one_request_and_every_subscriber_each_of_them(cloud: None) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="image-seen")["TopicArn"]
    url = sqs.create_queue(QueueName="ear")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
    said = [envelope(key) for key in KEYS]
    assert SnsPublisher({"image-seen": topic}).publish_together(said) == []
    heard = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert {json.loads(each["Body"])["id"] for each in heard} == {each.id for each in said}
    with pytest.raises(ConfigurationError, match="it has no topic for it"):
        SnsPublisher({}).publish_together(said)


class Sns:
    """Takes batches as SNS does; ``fails`` so often with the first entry."""

    def __init__(self, fails: int = 0, *, sender: bool = False) -> None:
        self.sizes: list[tuple[int, int]] = []
        self.fails, self._sender = fails, sender

    def publish_batch(self, TopicArn: str, PublishBatchRequestEntries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        entries = PublishBatchRequestEntries
        assert len({each["Id"] for each in entries}) == len(entries)
        self.sizes.append((len(entries), sum(len(each["Message"].encode()) for each in entries)))
        self.fails -= 1
        failed = [{"Id": "0", "Code": "InternalError", "SenderFault": self._sender}] if self.fails >= 0 else []
        return {"Failed": failed}


def test_more_than_a_request_takes_goes_out_in_several() -> None:
    sns = Sns()
    assert publish_batches(sns, "topic", [envelope(f"{number}.jpg") for number in range(25)]) == []
    assert [count for count, _ in sns.sizes] == [10, 10, 5]
    large = Sns()
    assert publish_batches(large, "topic", [envelope(f"{number}" + "k" * 90_000) for number in range(5)]) == []
    assert sum(count for count, _ in large.sizes) == 5
    assert all(size <= 256 * 1024 for _, size in large.sizes), "bytes of all entries, as SNS limits them"
    assert len(large.sizes) < 5


def test_what_fails_is_sent_again_and_what_never_passes_is_not(no_waiting: None) -> None:
    assert publish_batches(again := Sns(fails=2), "topic", [envelope(key) for key in KEYS]) == []
    assert [count for count, _ in again.sizes] == [3, 1, 1]
    [lost] = publish_batches(never := Sns(fails=9, sender=True), "topic", [envelope(key) for key in KEYS])
    assert (lost.code, len(never.sizes)) == ("InternalError", 1)
    lost_all = publish_batches(down := Sns(fails=99), "topic", [envelope("a.jpg")])
    assert (len(lost_all), len(down.sizes)) == (1, Policy().attempts)
