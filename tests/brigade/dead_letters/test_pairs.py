"""Queues that are none of ours: one URL is enough, and their own words group their dead letters."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.pairs import check, grouping, pair, region_of
from brigade.terminal import OperatorError
from tests.support.desk import Desk

Brigade = Callable[..., tuple[int, str]]
YES = ("--yes", "--watch", "0")


@pytest.fixture
def theirs(desk: Desk) -> tuple[str, str]:
    """A queue and its dead-letter queue, as SQS knows them."""
    dead = desk.sqs.create_queue(QueueName="orders-dead")["QueueUrl"]
    arn = desk.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    return str(desk.sqs.create_queue(QueueName="orders", Attributes={"RedrivePolicy": policy})["QueueUrl"]), str(dead)


def bury(desk: Desk, dead: str, body: Any, **attributes: str) -> None:
    named = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    desk.sqs.send_message(QueueUrl=dead, MessageBody=json.dumps(body), MessageAttributes=named)


def bodies(desk: Desk, url: str) -> list[Any]:
    found = desk.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
    return sorted((json.loads(each["Body"]) for each in found), key=str)


def test_either_queue_names_the_pair(desk: Desk, theirs: tuple[str, str]) -> None:
    queue, dead = theirs
    assert pair(desk.sqs, queue, None) == pair(desk.sqs, dead, None) == pair(desk.sqs, None, dead) == theirs
    assert pair(desk.sqs, queue, dead) == theirs


def test_where_one_url_is_not_enough_the_others_are_named(desk: Desk, theirs: tuple[str, str]) -> None:
    _, dead = theirs
    alone = desk.sqs.create_queue(QueueName="alone")["QueueUrl"]
    with pytest.raises(OperatorError, match="alone has no dead-letter queue, and is none — name both by --queue"):
        pair(desk.sqs, alone, None)
    arn = desk.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    desk.sqs.create_queue(QueueName="returns", Attributes={"RedrivePolicy": policy})
    with pytest.raises(OperatorError, match="orders-dead has the dead letters of 2 queues — name one of them: --queue"):
        pair(desk.sqs, dead, None)


AWS = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
LOCAL = "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    ("url", "endpoint", "line"),
    [
        (AWS, LOCAL, f"{AWS} is on AWS, and commands act on {LOCAL} here — give the command where no local cloud is"),
        ("http://127.0.0.1:1/0/q", LOCAL, f"is not on {LOCAL}, where commands act — set AWS_ENDPOINT_URL=http://127.0"),
        ("http://127.0.0.1:1/0/q", None, "is not on AWS, where commands act — set AWS_ENDPOINT_URL=http://127.0.0.1:1"),
    ],
)
def test_a_queue_of_another_place_is_not_looked_for_here(url: str, endpoint: str | None, line: str) -> None:
    """A local cloud knows a queue by the last words of any URL: it would show its own, of the same name."""
    with pytest.raises(OperatorError, match=re.escape(line)):
        check(url, endpoint)


@pytest.mark.parametrize(
    "url", [AWS, f"{LOCAL}/000000000000/q", "http://sqs.us-east-1.localhost.localstack.cloud:4566/0/q"]
)
def test_a_queue_of_this_place_is(url: str) -> None:
    check(url, None if url == AWS else LOCAL)


@pytest.mark.parametrize(("code", "raised"), [("InvalidAction", OperatorError), ("AccessDenied", ClientError)])
def test_an_engine_that_does_not_know_the_sources_asks_for_both(
    desk: Desk, theirs: tuple[str, str], monkeypatch: pytest.MonkeyPatch, code: str, raised: type[Exception]
) -> None:
    def refused(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "No."}}, "ListDeadLetterSourceQueues")

    monkeypatch.setattr(desk.sqs, "list_dead_letter_source_queues", refused)
    with pytest.raises(raised):
        pair(desk.sqs, theirs[1], None)


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "eu-west-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/orders", "cn-north-1"),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/orders", "eu-west-1"),
        ("http://127.0.0.1:4566/000000000000/orders", ""),
        ("orders", ""),
    ],
)
def test_a_queues_address_names_its_region(url: str, region: str) -> None:
    assert region_of(url) == region


def letter(body: str, **attributes: str) -> DeadLetter:
    return DeadLetter(message_id="m", body=body, attributes=attributes, sent_at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("by", "body", "group"),
    [
        ("kind", "{}", "late"),
        ("unheard-of", "{}", "unknown"),
        ("$.error.code", '{"error": {"code": "E42"}}', "E42"),
        ("$.error", '{"error": {"code": "E42"}}', '{"code": "E42"}'),
        ("$.codes[1]", '{"codes": [1, 2]}', "2"),
        ("$.detail.code", '{"detail": "{\\"code\\": \\"E7\\"}"}', "E7"),
        ("$.Message.detail.code", json.dumps({"Message": json.dumps({"detail": {"code": "E8"}})}), "E8"),
        ("$.error.code", '{"error": null}', "unknown"),
        ("$.error.code", "no JSON at all", "unknown"),
        ("$.error.code", '{"error": "{broken"}', "unknown"),
        ("$", "plain words", "plain words"),
        ("$.a", "[" * 100_000, "unknown"),
        ("$.abs(error)", '{"error": "text"}', "unknown"),
    ],
)
def test_an_attribute_or_a_path_in_the_body_groups_letters(by: str, body: str, group: str) -> None:
    assert grouping(by)(letter(body, kind="late")) == group


def test_a_path_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(OperatorError, match=r"--by \$\.error\[ is no path: .* — write it as in '\$\.error\.code'"):
        grouping("$.error[")


def test_what_is_filtered_is_redriven_and_nothing_else(desk: Desk, brigade: Brigade, theirs: tuple[str, str]) -> None:
    queue, dead = theirs
    for number in range(3):
        bury(desk, dead, {"order": number, "error": {"code": "timeout"}}, team="shop")
    bury(desk, dead, {"order": 3, "error": {"code": "no-such-customer"}}, team="shop")
    by = ("--queue", queue, "--by", "$.error.code")
    groups = json.loads(brigade("ls", *by, "--json")[1])
    assert [(each["reason"], each["count"]) for each in groups] == [("timeout", 3), ("no-such-customer", 1)]
    [shop] = json.loads(brigade("ls", "--queue", dead, "--by", "team", "--json")[1])
    assert (shop["reason"], shop["count"]) == ("shop", 4)
    code, said = brigade("redrive", *by, "--reason", "timeout", *YES)
    assert code == 0, said
    assert [each["order"] for each in bodies(desk, queue)] == [0, 1, 2]
    assert [each["order"] for each in bodies(desk, dead)] == [3]
    assert "redrive" in brigade("history", "--queue", queue)[1]


def test_a_stacks_letters_have_reasons_of_their_own(brigade: Brigade) -> None:
    code, said = brigade("ls", "normalize", "--by", "kind")
    assert (code, said) == (1, "error: a stack's dead letters are grouped by their reason — --by goes with --queue\n")
