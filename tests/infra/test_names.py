"""Names: no two alike, and a stack's name that its buckets can bear."""

import pytest

from infra import names
from kit.actor import Bucket
from tests.infra.resolved import LONGEST_STACK_NAME
from tests.support.stack import WHOLE, Stack


def test_every_resource_is_called_as_names_says() -> None:
    parts = ("EmailSubscription", "ErrorsAlarm", "Function", "LogGroup", "Role", "Schedule", "ScheduleRole")
    summary = {f"Summary{part}" for part in parts}
    expected = {
        names.TABLE,
        "AlarmEmailSubscription",
        "Dashboard",
        "SettledEndpointSubscription",
        "TableThrottlesAlarm",
    }
    expected |= summary
    topics = [names.ALARM_TOPIC, names.SUMMARY_TOPIC, *(names.topic(event) for event in WHOLE.events)]
    for owner in [names.bucket(bucket) for bucket in Bucket] + topics:
        expected |= {owner, names.policy(owner)}
    expected |= {names.UNDELIVERED_QUEUE, names.policy(names.UNDELIVERED_QUEUE)}
    expected |= {"UndeliveredAlarm", "OldUndeliveredAlarm"}
    for actor in WHOLE.actors:
        for queue in (names.queue(actor), names.dead_letter_queue(actor)):
            expected |= {queue, names.policy(queue)}
        expected |= {names.function(actor), names.log_group(actor), names.role(actor), names.mapping(actor)}
        expected |= {names.dead_letters_alarm(actor), names.old_dead_letters_alarm(actor), names.backlog_alarm(actor)}
        expected |= {names.errors_alarm(actor), names.throttles_alarm(actor), names.duration_alarm(actor)}
        expected |= set() if actor.loops else {names.recursion_alarm(actor)}
        expected |= {names.stream_mapping(actor), names.stream_alarm(actor)} if actor.stream else set()
        expected |= {names.subscription(event, actor) for event in actor.hears}
    portal = ("Function", "LogGroup", "Role", "Table", "AccessLogGroup")
    expected |= {f"Portal{part}" for part in (*portal, "Api", "Integration", "Route", "Stage", "Permission")}
    alarms = ("Bounces", "MailsRefused", "ServerErrors", "Throttles")
    expected |= {f"Portal{part}Alarm" for part in alarms} | {"Distribution", "DistributionAccess"}
    assert Stack().resources.keys() == expected


@pytest.mark.parametrize("name", ["brigade", "brigade-2", LONGEST_STACK_NAME])
def test_a_short_lower_case_name_is_a_stacks(name: str) -> None:
    assert names.STACK_NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "Brigade", "2nd", "a_b", "-a", LONGEST_STACK_NAME + "s"])
def test_a_name_that_a_bucket_could_not_begin_with_is_not(name: str) -> None:
    assert not names.STACK_NAME.fullmatch(name)
