"""Alarms: somebody hears of it when messages are given up, or wait."""

import pytest

from infra import names
from infra.alarms import OLDEST_MESSAGE_S
from kit.actor import Actor
from services.chain import CHAIN
from tests.infra.stack import Stack, ref

every_actor = pytest.mark.parametrize("actor", CHAIN.actors, ids=lambda actor: actor.name)
STACK = Stack()


def test_there_are_two_alarms_an_actor() -> None:
    assert len(STACK.of("CloudWatch::Alarm")) == 2 * len(CHAIN.actors)


@every_actor
def test_the_first_dead_letter_rings(actor: Actor) -> None:
    alarm = STACK.properties(names.dead_letters_alarm(actor))
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": [names.dead_letter_queue(actor), "QueueName"]}}
    ]


@every_actor
def test_a_message_that_waits_too_long_rings(actor: Actor) -> None:
    alarm = STACK.properties(names.backlog_alarm(actor))
    assert alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", OLDEST_MESSAGE_S)
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": [names.queue(actor), "QueueName"]}}]


@every_actor
def test_an_alarm_names_its_actor_says_what_to_do_and_is_silent_when_nothing_happens(actor: Actor) -> None:
    for name in (names.dead_letters_alarm(actor), names.backlog_alarm(actor)):
        alarm = STACK.properties(name)
        assert actor.name in alarm["AlarmDescription"]
        assert "." in alarm["AlarmDescription"]
        assert (alarm["Namespace"], alarm["Statistic"]) == ("AWS/SQS", "Maximum")
        assert alarm["TreatMissingData"] == "notBreaching"
    assert "brigade dlq ls" in STACK.properties(names.dead_letters_alarm(actor))["AlarmDescription"]


@every_actor
def test_an_alarm_is_sent_to_the_topic_that_was_given_and_to_nobody_without_one(actor: Actor) -> None:
    assert STACK.body["Parameters"]["AlarmTopicArn"]["Default"] == ""
    for name in (names.dead_letters_alarm(actor), names.backlog_alarm(actor)):
        condition, given, otherwise = STACK.properties(name)["AlarmActions"]["Fn::If"]
        assert STACK.body["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [ref("AlarmTopicArn"), ""]}]}
        assert (given, otherwise) == ([ref("AlarmTopicArn")], ref("AWS::NoValue"))
