"""What CloudWatch takes and never fills, or refuses, and no emulator minds: alarms and graphs on what there is not.

A metric that nobody sends is no error to CloudWatch: its alarm just never rings.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kit import metrics
from tests.infra.resolved import EVERYTHING, NOTHING, Resolved

deployments = pytest.mark.parametrize("given", [EVERYTHING, NOTHING], ids=["everything", "nothing"])

# What AWS sends, each with its dimensions; only those that are looked at.
SENT: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    "AWS/SQS": dict.fromkeys(
        (
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible",
            "NumberOfEmptyReceives",
            "NumberOfMessagesDeleted",
            "NumberOfMessagesReceived",
            "NumberOfMessagesSent",
            "SentMessageSize",
        ),
        (("QueueName",),),
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    "AWS/Lambda": dict.fromkeys(
        (
            "AsyncEventsDropped",
            "ConcurrentExecutions",
            "Duration",
            "Errors",
            "Invocations",
            "IteratorAge",
            "RecursiveInvocationsDropped",
            "Throttles",
        ),
        (("FunctionName",), ("FunctionName", "Resource")),
    ),
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    "AWS/DynamoDB": {
        "ThrottledRequests": (("Operation", "TableName"),),
        "SystemErrors": (("Operation", "TableName"),),
        "SuccessfulRequestLatency": (("Operation", "TableName"),),
        "WriteThrottleEvents": (("TableName",), ("GlobalSecondaryIndexName", "TableName")),
        "ReadThrottleEvents": (("TableName",), ("GlobalSecondaryIndexName", "TableName")),
    },
    # https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    "AWS/SNS": dict.fromkeys(
        (
            "NumberOfMessagesPublished",
            "NumberOfNotificationsDelivered",
            "NumberOfNotificationsFailed",
            "NumberOfNotificationsFailedToRedriveToDlq",
            "NumberOfNotificationsRedrivenToDlq",
        ),
        (("TopicName",),),
    ),
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    "AWS/ApiGateway": dict.fromkeys(
        ("4xx", "5xx", "Count", "DataProcessed", "IntegrationLatency", "Latency"), (("ApiId",), ("ApiId", "Stage"))
    ),
    # https://docs.aws.amazon.com/ses/latest/dg/reputation-dashboard-cloudwatch-bounce-complaint-rates.html
    "AWS/SES": dict.fromkeys(("Reputation.BounceRate", "Reputation.ComplaintRate", "Send", "Reject"), ((),)),
    # The functions' own, in their log lines.
    metrics.NAMESPACE: {
        **dict.fromkeys(
            (metrics.MAILS_REFUSED, metrics.READY, metrics.QUEUED, metrics.WORKED),
            ((metrics.FUNCTION,),),
        ),
        metrics.REJECTED: ((metrics.FUNCTION, metrics.REASON),),
    },
}
# A dimension's value is a resource of this type.
MEANT = {
    "QueueName": "SQS::Queue",
    "FunctionName": "Lambda::Function",
    "TableName": "DynamoDB::GlobalTable",
    "TopicName": "SNS::Topic",
}
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
DAY_S, WEEK_S, HOUR_S = 86_400, 604_800, 3_600
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
WIDGETS, METRICS_A_WIDGET, METRICS_A_DASHBOARD = 500, 500, 2_500
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
ALARMS_A_WIDGET = 100

Seen = tuple[str, str, dict[str, str]]


def watched(deployed: Resolved) -> Iterator[Seen]:
    """Yield the namespace, name and dimensions of every metric that an alarm or a graph looks at."""
    for alarm in deployed.of("CloudWatch::Alarm").values():
        dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
        yield alarm["Namespace"], alarm["MetricName"], dimensions
    for widget in widgets(deployed):
        for namespace, name, *rest in (line for line in widget["properties"].get("metrics", []) if len(line) > 1):
            path = [each for each in rest if isinstance(each, str)]
            yield namespace, name, dict(zip(path[::2], path[1::2], strict=True))


def widgets(deployed: Resolved) -> list[dict[str, Any]]:
    (dashboard,) = deployed.of("CloudWatch::Dashboard").values()
    found: list[dict[str, Any]] = json.loads(dashboard["DashboardBody"])["widgets"]
    return found


@deployments
def test_cloudwatch_refuses_to_ring_on_a_metric_that_nobody_sends(given: dict[str, Any]) -> None:
    deployed = Resolved(given)
    there = {kind: set(map(deployed.name, deployed.of(kind))) for kind in MEANT.values()}
    seen = list(watched(deployed))
    assert {namespace for namespace, _, _ in seen} >= {"AWS/SQS", "AWS/Lambda", "AWS/DynamoDB", metrics.NAMESPACE}
    for namespace, name, dimensions in seen:
        assert tuple(sorted(dimensions)) in SENT[namespace][name], (namespace, name)
        for dimension, value in dimensions.items():
            if dimension in MEANT:
                assert value in there[MEANT[dimension]], (name, value)


@deployments
def test_cloudwatch_refuses_an_alarm_that_looks_back_too_far(given: dict[str, Any]) -> None:
    for name, alarm in Resolved(given).of("CloudWatch::Alarm").items():
        back_s = alarm["Period"] * alarm["EvaluationPeriods"]
        assert back_s <= (DAY_S if alarm["Period"] < HOUR_S else WEEK_S), name
        assert alarm.get("DatapointsToAlarm", 1) <= alarm["EvaluationPeriods"], name


@deployments
def test_cloudwatch_refuses_a_dashboard_with_too_much_on_it(given: dict[str, Any]) -> None:
    shown = widgets(Resolved(given))
    counts = [len(widget["properties"].get("metrics", [])) for widget in shown]
    assert len(shown) <= WIDGETS
    assert max(counts) <= METRICS_A_WIDGET
    assert sum(counts) <= METRICS_A_DASHBOARD
    assert max(len(widget["properties"].get("alarms", [])) for widget in shown) <= ALARMS_A_WIDGET
