"""Messages as Lambda hands them over, and what is done to them on SQS."""

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.queue import MOST_ATTRIBUTES, Message, SqsQueue, dead_letter_attributes
from kit.tracing import Trace
from tests.support.stand import record

TRACE = Trace.start().child()
names = st.text("abcdefghij_", min_size=1, max_size=6)


def test_a_message_is_read_from_lambdas_record() -> None:
    message = Message.from_record(record("body", number=3, attempts=2, colour="red"))
    assert (message.id, message.receipt, message.body, message.attempts) == ("m3", "r3", "body", 2)
    assert message.attributes == {"colour": "red"}
    assert message.queued_ms > 0


def test_a_record_with_nothing_but_a_body_is_a_message_too() -> None:
    message = Message.from_record({"messageId": "m", "body": "b"})
    assert (message.attempts, message.queued_ms, message.attributes) == (1, 0, {})


def test_a_message_goes_on_with_the_trace_that_came_with_it() -> None:
    arrived = record("body")
    arrived["attributes"]["AWSTraceHeader"] = TRACE.header
    assert Message.from_record(arrived).trace_header == TRACE.header


def test_with_a_message_that_came_without_a_trace_one_begins_the_same_at_every_receive() -> None:
    first, again, other = (
        Message.from_record(each) for each in (record("b"), record("b", attempts=2), record("b", number=1))
    )
    assert first.trace_header == again.trace_header
    assert Trace.read(first.trace_header).trace_id != Trace.read(other.trace_header).trace_id
    assert Trace.read(first.trace_header).span_id == ""


@given(why=st.dictionaries(names, st.text(), max_size=8), own=st.dictionaries(names, st.text("x"), max_size=12))
def test_no_more_attributes_are_sent_than_sqs_takes_and_ours_come_first(
    why: dict[str, str], own: dict[str, str]
) -> None:
    sent = dead_letter_attributes(Message(id="m", body="b", attributes=own), why)
    assert len(sent) <= MOST_ATTRIBUTES
    assert {name for name, value in why.items() if value} <= set(sent)


def test_a_redriven_message_that_fails_again_carries_the_newer_reason() -> None:
    message = Message(id="m", body="b", attributes={"reason": "old", "note": "kept"})
    assert dead_letter_attributes(message, {"reason": "new", "image_id": ""}) == {"reason": "new", "note": "kept"}


@pytest.fixture
def urls(cloud: None) -> tuple[str, str]:
    sqs = boto3.client("sqs")
    first, second = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("praise", "praise-dead"))
    return first, second


def test_a_dead_letter_on_sqs_keeps_body_and_reason(urls: tuple[str, str]) -> None:
    message = Message(id="m", body="body", attributes={f"own{n}": "x" for n in range(10)})
    SqsQueue(*urls).dead_letter(message, {"reason": "too-ugly", "detail": "drei Nasen, über alles", "image_id": ""})
    (letter,) = boto3.client("sqs").receive_message(QueueUrl=urls[1], MessageAttributeNames=["All"])["Messages"]
    assert letter["Body"] == "body"
    assert letter["MessageAttributes"]["detail"]["StringValue"] == "drei Nasen, über alles"
    assert len(letter["MessageAttributes"]) == MOST_ATTRIBUTES


def test_a_message_postponed_by_nothing_can_be_received_at_once(urls: tuple[str, str]) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=urls[0], MessageBody="body")
    (received,) = sqs.receive_message(QueueUrl=urls[0])["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=urls[0])
    message = Message(id=received["MessageId"], body="body", receipt=received["ReceiptHandle"])
    SqsQueue(*urls).postpone(message, 0)
    assert sqs.receive_message(QueueUrl=urls[0])["Messages"][0]["MessageId"] == message.id


def test_a_postponed_message_stays_hidden(urls: tuple[str, str]) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=urls[0], MessageBody="body")
    (received,) = sqs.receive_message(QueueUrl=urls[0])["Messages"]
    SqsQueue(*urls).postpone(Message(id="m", body="body", receipt=received["ReceiptHandle"]), 600)
    assert "Messages" not in sqs.receive_message(QueueUrl=urls[0])


def test_a_detail_with_characters_that_sqs_refuses_is_still_sent(urls: tuple[str, str]) -> None:
    SqsQueue(*urls).dead_letter(Message(id="m", body="body"), {"detail": "source/a\x01\udcffb.jpg is gone"})
    (letter,) = boto3.client("sqs").receive_message(QueueUrl=urls[1], MessageAttributeNames=["All"])["Messages"]
    assert letter["MessageAttributes"]["detail"]["StringValue"] == "source/a\ufffd\ufffdb.jpg is gone"


def test_a_deleted_message_is_gone(urls: tuple[str, str]) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=urls[0], MessageBody="body")
    (received,) = sqs.receive_message(QueueUrl=urls[0], VisibilityTimeout=0)["Messages"]
    SqsQueue(*urls).delete(Message(id="m", body="body", receipt=received["ReceiptHandle"]))
    assert "Messages" not in sqs.receive_message(QueueUrl=urls[0])
