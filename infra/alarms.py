"""Alarms, all sent to one topic, which an e-mail address may be subscribed to."""

from collections.abc import Iterator

from troposphere import AccountId, AWSObject, GetAtt, Ref, Sub, cloudwatch, sns

from infra import names, parameters, policies
from kit.actor import Actor
from kit.chain import Chain

# A picture takes seconds; a message that has waited this long means that an actor is broken, throttled or too small.
OLDEST_MESSAGE_S = 15 * 60
# So much of its timeout, and a function is about to lose work.
NEAR_TIMEOUT = 0.8
# The function is there where the address is given (infra/summary.py).
SUMMARY_FUNCTION = "SummaryFunction"
# SQS and Lambda report once a minute:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
PERIOD_S = 60


def alarms(chain: Chain) -> list[AWSObject]:
    """Return the topic with its subscription, every actor's alarms, the table's, and that of the daily summary."""
    of_table = [_throttled_table()] if any(actor.table for actor in chain.actors) else []
    return [*_topic(), *(alarm for actor in chain.actors for alarm in _of_actor(actor)), *of_table, _failed_summary()]


def _topic() -> list[AWSObject]:
    name = names.ALARM_TOPIC
    from_cloudwatch = policies.allow(
        ["sns:Publish"],
        Ref(name),
        Principal={"Service": "cloudwatch.amazonaws.com"},
        Condition={
            "StringEquals": {"aws:SourceAccount": AccountId},
            "ArnLike": {
                "aws:SourceArn": Sub("arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*")
            },
        },
    )
    document = policies.document(policies.tls_only("sns:Publish", Ref(name)), from_cloudwatch)
    return [
        sns.Topic(name),
        sns.TopicPolicy(names.policy(name), Topics=[Ref(name)], PolicyDocument=document),
        sns.SubscriptionResource(
            "AlarmEmailSubscription",
            Condition=parameters.EMAIL_IS_GIVEN,
            TopicArn=Ref(name),
            Protocol="email",
            Endpoint=Ref(parameters.ALARM_EMAIL),
        ),
    ]


def _of_actor(actor: Actor) -> Iterator[cloudwatch.Alarm]:
    yield _alarm(
        names.dead_letters_alarm(actor),
        **_queue(names.dead_letter_queue(actor), "ApproximateNumberOfMessagesVisible"),
        Threshold=0,
        AlarmDescription=f"{actor.name} gave messages up. `brigade dlq ls` shows the reasons; mend the cause, then "
        f"`brigade dlq redrive {actor.name}` or `brigade dlq discard {actor.name}`.",
    )
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
        **_function(names.function(actor), "Throttles", "Sum"),
        Threshold=0,
        AlarmDescription=f"Lambda throttles {actor.name}: the account's concurrency is used up. Messages wait; "
        f"one that is turned away {actor.attempts} times becomes a dead letter without a reason. Raise the quota, or "
        "deploy with a lower MaximumConcurrency.",
    )
    yield _alarm(
        names.duration_alarm(actor),
        **_function(names.function(actor), "Duration", "Maximum"),
        Threshold=round(NEAR_TIMEOUT * actor.timeout * 1000),
        AlarmDescription=f"An invocation of {actor.name} took more than {NEAR_TIMEOUT:.0%} of its {actor.timeout} s. "
        "Look for slow answers of S3 or very large pictures; a smaller batch or more memory helps.",
    )


def oldest_message_s(actor: Actor) -> int:
    """Return the age in seconds at which an actor's oldest message rings.

    A message is as old as it was sent long ago, so one that is held back for a grace time is old when it arrives.
    """
    return OLDEST_MESSAGE_S + (parameters.LONGEST_GRACE_S if actor.graced else 0)


def _queue(queue: str, metric: str) -> dict[str, object]:
    dimension = cloudwatch.MetricDimension(Name="QueueName", Value=GetAtt(queue, "QueueName"))
    return {"Namespace": "AWS/SQS", "MetricName": metric, "Dimensions": [dimension], "Statistic": "Maximum"}


def _function(function: str, metric: str, statistic: str) -> dict[str, object]:
    dimension = cloudwatch.MetricDimension(Name="FunctionName", Value=Ref(function))
    return {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": [dimension], "Statistic": statistic}


def _throttled_table() -> cloudwatch.Alarm:
    # Every write of the catalogue is an UpdateItem; this counts what the table or any of its indexes refused of it:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    dimensions = {"TableName": Ref(names.TABLE), "Operation": "UpdateItem"}
    return _alarm(
        "TableThrottlesAlarm",
        Namespace="AWS/DynamoDB",
        MetricName="ThrottledRequests",
        Dimensions=[cloudwatch.MetricDimension(Name=name, Value=value) for name, value in dimensions.items()],
        Statistic="Sum",
        Threshold=0,
        AlarmDescription="DynamoDB throttles the catalogue. Messages wait and are not lost; docs/scaling.md says "
        "where the table's and its indexes' limits are.",
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
        Period=PERIOD_S,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",  # an idle queue reports nothing
        AlarmActions=[Ref(names.ALARM_TOPIC)],
        **more,
    )
