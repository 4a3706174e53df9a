"""Alarms: somebody hears of it when messages are given up, or wait."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from infra import names
from kit.actor import Actor
from tests.support.stack import WHOLE, Stack, ref

every_actor = pytest.mark.parametrize("actor", WHOLE.actors, ids=lambda actor: actor.name)
STACK = Stack()
KINDS = (
    names.dead_letters_alarm,
    names.old_dead_letters_alarm,
    names.backlog_alarm,
    names.errors_alarm,
    names.throttles_alarm,
    names.duration_alarm,
)


def test_each_kind_is_there_for_every_actor_and_one_for_the_table_and_one_for_the_summary() -> None:
    expected = {kind(actor) for kind in KINDS for actor in WHOLE.actors} | {"TableThrottlesAlarm", "SummaryErrorsAlarm"}
    expected |= {names.recursion_alarm(actor) for actor in WHOLE.actors if not actor.loops}
    expected |= {names.stream_alarm(actor) for actor in WHOLE.actors if actor.stream}
    expected |= {"UndeliveredAlarm", "OldUndeliveredAlarm"}
    expected |= {f"Portal{what}Alarm" for what in ("Bounces", "MailsRefused", "ServerErrors", "Throttles")}
    assert STACK.of("CloudWatch::Alarm").keys() == expected


@every_actor
def test_the_first_dead_letter_rings(actor: Actor) -> None:
    alarm = STACK.properties(names.dead_letters_alarm(actor))
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": [names.dead_letter_queue(actor), "QueueName"]}}
    ]


@every_actor
def test_dead_letters_that_nobody_has_cared_about_for_a_week_ring_a_second_time_before_they_expire(
    actor: Actor,
) -> None:
    alarm = STACK.properties(names.old_dead_letters_alarm(actor))
    # Not the age of the oldest: SQS leaves out of it what has been looked at three times.
    assert (alarm["MetricName"], alarm["Statistic"]) == ("ApproximateNumberOfMessagesVisible", "Maximum")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    week_s = alarm["Period"] * alarm["EvaluationPeriods"]
    assert "DatapointsToAlarm" not in alarm  # in every hour of it
    assert week_s == 7 * 24 * 60 * 60
    queue = names.dead_letter_queue(actor)
    # A message may be as old as its first queue lets it become when it gets here, and keeps that age.
    before = STACK.properties(names.queue(actor))["MessageRetentionPeriod"]
    assert before + week_s < STACK.properties(queue)["MessageRetentionPeriod"]
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}]


def test_the_first_event_that_sns_cannot_deliver_rings_and_says_what_to_do() -> None:
    alarm = STACK.properties("UndeliveredAlarm")
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert (alarm["ComparisonOperator"], alarm["Threshold"], alarm["Period"]) == ("GreaterThanThreshold", 0, 60)
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": [names.UNDELIVERED_QUEUE, "QueueName"]}}
    ]
    assert "`brigade dlq redrive undelivered`" in alarm["AlarmDescription"]


def test_a_change_of_the_table_that_waits_too_long_rings() -> None:
    alarm = STACK.properties("RelayStreamAlarm")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Lambda", "IteratorAge", "Maximum")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 15 * 60 * 1000)
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": ref("RelayFunction")}]


@every_actor
def test_a_message_that_waits_too_long_rings(actor: Actor) -> None:
    alarm = STACK.properties(names.backlog_alarm(actor))
    assert alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
    # The age counts from the upload's removal on, and with the longest grace a message has 15 minutes when it arrives.
    seconds = 30 * 60 if actor.delayed else 15 * 60
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", seconds)
    assert f"more than {seconds // 60} minutes" in alarm["AlarmDescription"]
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": [names.queue(actor), "QueueName"]}}]


@every_actor
def test_an_alarm_names_its_actor_says_what_to_do_and_is_silent_when_nothing_happens(actor: Actor) -> None:
    for kind in KINDS:
        alarm = STACK.properties(kind(actor))
        assert actor.name in alarm["AlarmDescription"]
        assert "." in alarm["AlarmDescription"]
        assert alarm["Period"] == (3600 if kind is names.old_dead_letters_alarm else 60)
        assert alarm["TreatMissingData"] == "notBreaching"
    assert "brigade dlq ls" in STACK.properties(names.dead_letters_alarm(actor))["AlarmDescription"]


@every_actor
@pytest.mark.parametrize(
    ("kind", "metric", "statistic"),
    [
        (names.errors_alarm, "Errors", "Sum"),
        (names.throttles_alarm, "Throttles", "Sum"),
        (names.duration_alarm, "Duration", "Maximum"),
    ],
)
def test_a_function_in_trouble_rings(actor: Actor, kind: Callable[[Actor], str], metric: str, statistic: str) -> None:
    alarm = STACK.properties(kind(actor))
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Lambda", metric, statistic)
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": ref(names.function(actor))}]
    assert alarm["Threshold"] == (950 * actor.timeout if metric == "Duration" else 0)
    # One datapoint of these is nothing; a crash always is something.
    assert lasts(alarm) is (metric != "Errors")


@pytest.mark.parametrize("actor", [each for each in WHOLE.actors if not each.loops], ids=lambda actor: actor.name)
def test_a_message_that_lambda_drops_as_part_of_a_loop_rings(actor: Actor) -> None:
    alarm = STACK.properties(names.recursion_alarm(actor))
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "RecursiveInvocationsDropped")
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 0)
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": ref(names.function(actor))}]
    assert actor.name in alarm["AlarmDescription"]


def lasts(alarm: dict[str, Any]) -> bool:
    """Whether it rings only when it was so in three of five minutes."""
    return (alarm["EvaluationPeriods"], alarm.get("DatapointsToAlarm")) == (5, 3)


def test_a_throttled_write_rings_whether_the_table_or_an_index_refused_it() -> None:
    alarm = STACK.properties("TableThrottlesAlarm")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("AWS/DynamoDB", "ThrottledRequests", 0)
    assert lasts(alarm)
    assert alarm["Dimensions"] == [
        {"Name": "TableName", "Value": ref(names.TABLE)},
        {"Name": "Operation", "Value": "UpdateItem"},
    ]


def test_a_summary_that_fails_rings_where_there_is_one() -> None:
    alarm = STACK.properties("SummaryErrorsAlarm")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("AWS/Lambda", "Errors", 0)
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": ref("SummaryFunction")}]
    conditions = {STACK.resources[name]["Condition"] for name in ("SummaryErrorsAlarm", "SummaryFunction")}
    assert conditions == {"EmailIsGiven"}


@pytest.mark.parametrize(
    ("address", "is_one"),
    [("", True), ("ann@example.org", True), ("ann", False), ("ann@", False), ("a b@example.org", False)],
)
def test_what_is_no_address_is_refused_before_anything_is_made(address: str, is_one: bool) -> None:
    pattern = STACK.body["Parameters"]["AlarmEmail"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, address)) is is_one


def test_every_alarm_is_sent_to_the_stacks_topic_and_by_mail_where_an_address_is_given() -> None:
    for alarm in STACK.of("CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [ref(names.ALARM_TOPIC)]
    assert STACK.body["Parameters"]["AlarmEmail"]["Default"] == ""
    subscription = STACK.resources["AlarmEmailSubscription"]
    assert subscription["Properties"] == {
        "TopicArn": ref(names.ALARM_TOPIC),
        "Protocol": "email",
        "Endpoint": ref("AlarmEmail"),
    }
    condition = STACK.body["Conditions"][subscription["Condition"]]
    assert condition == {"Fn::Not": [{"Fn::Equals": [ref("AlarmEmail"), ""]}]}


def test_only_this_accounts_alarms_may_use_the_topic() -> None:
    allowed = [each for each in STACK.statements(names.policy(names.ALARM_TOPIC)) if each["Effect"] == "Allow"]
    (statement,) = allowed
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ref("AWS::AccountId")}
    assert "alarm:*" in statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"]
