"""Alarms, all sent to one topic, which an e-mail address may be subscribed to."""

from collections.abc import Iterator

from troposphere import AccountId, AWSObject, GetAtt, Ref, Sub, cloudwatch

from infra import names, parameters, policies, topics
from infra.messaging import hidden_s
from kit import metrics
from kit.actor import Actor, HttpApi
from kit.chain import Chain

# A picture takes seconds; a message that has waited this long means that an actor is broken, throttled or too small.
OLDEST_MESSAGE_S = 15 * 60
# The share of its timeout at which a function is close to being stopped.
NEAR_TIMEOUT = 0.95
# The share of mails that bounce at which SES looks at an account.
MOST_BOUNCES = 0.05
# Exists only where an e-mail address is given (infra/summary.py).
SUMMARY_FUNCTION = "SummaryFunction"
# SQS and Lambda report once a minute:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
PERIOD_S = 60
# What also happens on good days must last: three minutes out of five.
_LASTING = {"EvaluationPeriods": 5, "DatapointsToAlarm": 3}
# The longest that CloudWatch looks back, a week, by the hour:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_WEEK = {"Period": 60 * 60, "EvaluationPeriods": 7 * 24}


def alarms(chain: Chain) -> list[AWSObject]:
    """Return the topic with its subscription, and all alarms: every actor's, SNS's, the table's, the summary's."""
    of_table = [_throttled_table()] if any(actor.table for actor in chain.actors) else []
    of_actors = (alarm for actor in chain.actors for alarm in _of_actor(actor))
    of_apis = (alarm for api in chain.apis for alarm in _of_api(api))
    return [*_topic(), *of_actors, *_undelivered(), *of_table, _failed_summary(), *of_apis]


def _topic() -> list[AWSObject]:
    name = names.ALARM_TOPIC
    from_cloudwatch = policies.allow(
        ["sns:Publish"],
        Ref(name),
        Sid="LetAlarmsRing",
        Principal={"Service": "cloudwatch.amazonaws.com"},
        Condition={
            "StringEquals": {"aws:SourceAccount": AccountId},
            "ArnLike": {
                "aws:SourceArn": Sub("arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*")
            },
        },
    )
    return [*topics.topic(name, from_cloudwatch), topics.mailed("AlarmEmailSubscription", name)]


def _of_actor(actor: Actor) -> Iterator[cloudwatch.Alarm]:
    titles = names.dead_letters_alarm(actor), names.old_dead_letters_alarm(actor)
    yield from _waiting(titles, names.dead_letter_queue(actor), actor.name, f"{actor.name} gave messages up")
    yield _alarm(
        names.backlog_alarm(actor),
        **_queue(names.queue(actor), "ApproximateAgeOfOldestMessage"),
        Threshold=oldest_message_s(actor),
        AlarmDescription=f"A message has waited for {actor.name} for more than {oldest_message_s(actor) // 60} "
        "minutes. `brigade status` shows the queues; look for errors in its log group and for throttles of its "
        "function; if there are none, raise its concurrency.",
    )
    yield _alarm(
        names.errors_alarm(actor),
        **_function(names.function(actor), "Errors", "Sum"),
        Threshold=0,
        AlarmDescription=f"The function of {actor.name} crashed, or was stopped for time or memory, so whole batches "
        "are tried again. Its log group has the last line before that.",
    )
    yield _alarm(
        names.throttles_alarm(actor),
        **_function(names.function(actor), "Throttles", "Sum") | _LASTING,
        Threshold=0,
        AlarmDescription=f"Lambda throttles {actor.name}: the account's concurrency is used up. Messages wait; "
        f"one that is turned away {actor.attempts} times, for {hidden_s(actor) // 60} minutes each, becomes a dead "
        "letter without a reason. Raise the quota, or deploy with a lower MaximumConcurrency.",
    )
    yield _alarm(
        names.duration_alarm(actor),
        **_function(names.function(actor), "Duration", "Maximum") | _LASTING,
        Threshold=round(NEAR_TIMEOUT * actor.timeout * 1000),
        AlarmDescription=f"Invocations of {actor.name} take more than {NEAR_TIMEOUT:.0%} of its {actor.timeout} s. "
        "Look for slow answers of S3 or very large pictures; a smaller batch or more memory helps.",
    )
    if actor.stream:
        yield _alarm(
            names.stream_alarm(actor),
            **_function(names.function(actor), "IteratorAge", "Maximum"),
            Threshold=OLDEST_MESSAGE_S * 1000,
            AlarmDescription=f"A change of the table has waited for {actor.name} for more than "
            f"{OLDEST_MESSAGE_S // 60} minutes, and the stream keeps it for a day. Its function cannot run, or reaches "
            f"neither SNS nor SQS: its log group says which. `brigade rerun --from {actor.name}` says what is lost.",
        )
    if not actor.loops:
        yield _alarm(
            names.recursion_alarm(actor),
            **_function(names.function(actor), "RecursiveInvocationsDropped", "Sum"),
            Threshold=0,
            AlarmDescription=f"Lambda dropped a message for {actor.name}, to which one chain of messages had come 16 "
            "times. Only a dead letter that is redriven again and again should do that; find out what does.",
        )


def _of_api(api: HttpApi) -> Iterator[cloudwatch.Alarm]:
    def alarm(title: str, description: str, **metric: object) -> cloudwatch.Alarm:
        usual = {"Statistic": "Sum", "Threshold": 0}
        return _alarm(title, Condition=names.is_on(api), AlarmDescription=description, **usual | metric)

    yield alarm(
        names.part(api, "ServerErrorsAlarm"),
        f"Visitors of {api.name} were answered with a server error. Its log group has the reason.",
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
        Namespace="AWS/ApiGateway",
        MetricName="5xx",
        Dimensions=[cloudwatch.MetricDimension(Name="ApiId", Value=Ref(names.api(api)))],
    )
    yield alarm(
        names.throttles_alarm(api),
        f"More requests come to {api.name} than the {api.concurrency} at a time that are reserved for it. Its access "
        "log says from where; a flood costs no more than the template's throttling lets through.",
        **_function(names.function(api), "Throttles", "Sum") | _LASTING,
    )
    yield alarm(
        names.part(api, "MailsRefusedAlarm"),
        f"SES did not take a mail of {api.name}, so that visitors cannot sign in: its address is not verified, the "
        "account is in SES's sandbox, or a day's quota is used up. The log group has SES's words.",
        **_function(names.function(api), metrics.MAILS_REFUSED, "Sum") | {"Namespace": metrics.NAMESPACE},
    )
    yield alarm(
        names.part(api, "BouncesAlarm"),
        f"Of the account's mails {MOST_BOUNCES:.0%} bounce, and SES stops an account at a tenth. Somebody may ask "
        f"{api.name} for codes to addresses that there are not; PortalMailDomains bounds which.",
        # Of the whole account: https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-bounce-rate.html
        Namespace="AWS/SES",
        MetricName="Reputation.BounceRate",
        Dimensions=[],
        Statistic="Maximum",
        Threshold=MOST_BOUNCES,
        Period=60 * 60,
    )


def _undelivered() -> Iterator[cloudwatch.Alarm]:
    what = (
        "SNS could not deliver events to a queue of the stack, as a rule because that or its policy was changed by hand"
    )
    titles = "UndeliveredAlarm", "OldUndeliveredAlarm"
    yield from _waiting(titles, names.UNDELIVERED_QUEUE, names.UNDELIVERED, what)


def _waiting(titles: tuple[str, str], queue: str, name: str, what: str) -> Iterator[cloudwatch.Alarm]:
    """Yield two alarms on a dead-letter queue, ``name`` in commands: it is not empty; nor was it for a week."""
    first, old = titles
    waiting = _queue(queue, "ApproximateNumberOfMessagesVisible")
    yield _alarm(
        first,
        **waiting,
        Threshold=0,
        AlarmDescription=f"{what}. `brigade dlq ls` shows the reasons; fix the cause, then "
        f"`brigade dlq redrive {name}` or `brigade dlq discard {name}`.",
    )
    # Not by the age of the oldest: SQS leaves out messages received three times, and looking at them receives them.
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    yield _alarm(
        old,
        **waiting | _WEEK,
        Threshold=0,
        AlarmDescription=f"For a week now there have been dead letters of {name}, and SQS deletes each 14 days "
        f"after its message was first sent. `brigade dlq ls` shows them; `brigade dlq export {name}` keeps them.",
    )


def oldest_message_s(actor: Actor) -> int:
    """Return the age in seconds at which an actor's oldest message sets off the alarm.

    A message's age counts from when it was sent, so one that is held back for the grace time is old when it arrives.
    """
    return OLDEST_MESSAGE_S + (parameters.LONGEST_GRACE_S if actor.delayed else 0)


def _queue(queue: str, metric: str) -> dict[str, object]:
    dimension = cloudwatch.MetricDimension(Name="QueueName", Value=GetAtt(queue, "QueueName"))
    return {"Namespace": "AWS/SQS", "MetricName": metric, "Dimensions": [dimension], "Statistic": "Maximum"}


def _function(function: str, metric: str, statistic: str) -> dict[str, object]:
    dimension = cloudwatch.MetricDimension(Name="FunctionName", Value=Ref(function))
    return {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": [dimension], "Statistic": statistic}


def _throttled_table() -> cloudwatch.Alarm:
    # Every write of the catalog is an UpdateItem; this counts what the table or any of its indexes refused of it:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    dimensions = {"TableName": Ref(names.TABLE), "Operation": "UpdateItem"}
    return _alarm(
        "TableThrottlesAlarm",
        Namespace="AWS/DynamoDB",
        MetricName="ThrottledRequests",
        Dimensions=[cloudwatch.MetricDimension(Name=name, Value=value) for name, value in dimensions.items()],
        Statistic="Sum",
        **_LASTING,
        Threshold=0,
        AlarmDescription="DynamoDB throttles the catalog. Messages wait and are tried again, for twenty minutes or "
        "more; then they are dead letters, which `brigade dlq redrive catalog` sends back. docs/scaling.md says where "
        "the table's and its indexes' limits are.",
    )


def _failed_summary() -> cloudwatch.Alarm:
    return _alarm(
        "SummaryErrorsAlarm",
        Condition=parameters.EMAIL_IS_GIVEN,
        **_function(SUMMARY_FUNCTION, "Errors", "Sum"),
        Threshold=0,
        AlarmDescription="The daily summary failed, and Lambda tries it twice more; then that day has none. Its log "
        "group has the reason.",
    )


def _alarm(name: str, **more: object) -> cloudwatch.Alarm:
    return cloudwatch.Alarm(
        name,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",  # an idle queue reports nothing
        AlarmActions=[Ref(names.ALARM_TOPIC)],
        **{"Period": PERIOD_S, "EvaluationPeriods": 1} | more,
    )
