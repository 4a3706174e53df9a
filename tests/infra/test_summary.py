"""The daily summary: what it says, what it asks, and that it exists only where somebody wants it."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from infra import daily_summary, names
from infra.summary import CODE
from tests.support.moto import REGION
from tests.support.stack import WHOLE, Stack, arn, ref

STACK = Stack()
RESOURCES = {name: found for name, found in STACK.resources.items() if name.startswith("Summary")}
SUMS = {
    ("ingest", "Pictures"): 12_400.0,
    ("ingest", "BytesIn"): 37.2e9,
    ("ingest", "Rejected:not-an-image"): 3.0,
    ("normalize", "Rejected:corrupt-image"): 1.0,
    ("resize", "BytesOut"): 5.5e9,
    ("resize", "Renditions"): 123_960.0,
    ("catalog", "Ready"): 12_396.0,
}


def test_a_good_day_reads_well() -> None:
    assert daily_summary.letter({("catalog", "Ready"): 7.0}, {"ingest": 0}).splitlines() == [
        "7 pictures became ready, with 0 renditions.",
        "0.00 GB came in, 0.00 GB went out.",
        "Nothing was refused.",
        "No dead letters wait.",
    ]


def test_a_bad_day_says_what_was_refused_and_what_waits() -> None:
    assert daily_summary.letter(SUMS, {"ingest": 3, "normalize": 1_001, "resize": 0}).splitlines() == [
        "12,396 pictures became ready, with 123,960 renditions.",
        "37.20 GB came in, 5.50 GB went out.",
        "Refused:",
        "  ingest: 3 not-an-image",
        "  normalize: 1 corrupt-image",
        "Dead letters that wait now (brigade dlq ls):",
        "  ingest: 3",
        "  normalize: 1,001",
    ]


class CloudWatch:
    """Answers as GetMetricData does: a result for each metric that a search finds, on two pages."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def get_paginator(self, _: str) -> "CloudWatch":
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self.asked = asked
        first = {"Id": "plain_0", "Label": "Pictures", "Values": [5.0, 1.0]}
        second = {"Id": "reason_1", "Label": "Rejected:corrupt-image", "Values": [2.0]}
        return [{"MetricDataResults": [first]}, {"MetricDataResults": [second, first]}]


def test_yesterday_is_asked_for_and_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    cloudwatch = CloudWatch()
    monkeypatch.setattr(boto3, "client", lambda _: cloudwatch)
    actors = {name: {"function": f"brigade-{name}", "queue": "url"} for name in ("ingest", "normalize")}
    today = datetime(2026, 11, 21, tzinfo=UTC)
    assert daily_summary.daily_sums(actors, today) == {
        ("ingest", "Pictures"): 12.0,
        ("normalize", "Rejected:corrupt-image"): 2.0,
    }
    assert (cloudwatch.asked["StartTime"].day, cloudwatch.asked["EndTime"]) == (20, today)
    expressions = [query["Expression"] for query in cloudwatch.asked["MetricDataQueries"]]
    assert expressions[0] == """SEARCH('{BucketBrigade,FunctionName} FunctionName="brigade-ingest"', 'Sum', 86400)"""
    assert len(expressions) == 4


def test_it_is_sent_to_its_topic(cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    dead, ear = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "ear"))
    sqs.send_message(QueueUrl=dead, MessageBody="x")
    topic = sns.create_topic(Name="summary")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:123456789012:ear")
    monkeypatch.setenv("ACTORS", json.dumps({"ingest": {"function": "brigade-ingest", "queue": dead}}))
    monkeypatch.setenv("STACK", "brigade")
    monkeypatch.setenv("TOPIC", topic)
    monkeypatch.setattr(daily_summary, "daily_sums", lambda *_: SUMS)
    daily_summary.handle({}, None)
    (message,) = sqs.receive_message(QueueUrl=ear)["Messages"]
    mail = json.loads(message["Body"])
    assert mail["Subject"].startswith("brigade, 20")
    assert "  ingest: 1" in mail["Message"]


def test_its_code_travels_in_the_template() -> None:
    assert RESOURCES["SummaryFunction"]["Properties"]["Code"] == {"ZipFile": CODE.read_text(encoding="utf-8")}


def test_all_of_it_is_there_only_where_an_address_is_given() -> None:
    assert len(RESOURCES) == 9
    assert {found["Condition"] for found in RESOURCES.values()} == {"EmailIsGiven"}


def test_it_is_mailed_to_the_address_of_the_alarms_by_a_topic_of_its_own() -> None:
    assert RESOURCES["SummaryEmailSubscription"]["Properties"] == {
        "TopicArn": ref(names.SUMMARY_TOPIC),
        "Protocol": "email",
        "Endpoint": ref("AlarmEmail"),
    }
    variables = RESOURCES["SummaryFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["TOPIC"] == ref(names.SUMMARY_TOPIC)


def test_its_role_may_look_and_send_and_no_more() -> None:
    granted = STACK.may("SummaryRole")
    assert granted["sqs:GetQueueAttributes"] == [arn(names.dead_letter_queue(actor)) for actor in WHOLE.actors]
    # Not the alarms': whoever listens there may have a pager.
    assert granted["sns:Publish"] == [ref(names.SUMMARY_TOPIC)]
    assert set(granted) == {
        "cloudwatch:GetMetricData",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sns:Publish",
        "sqs:GetQueueAttributes",
    }
    assert STACK.may("SummaryScheduleRole") == {"lambda:InvokeFunction": [arn("SummaryFunction")]}
