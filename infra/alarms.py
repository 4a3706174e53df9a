"""Two alarms an actor: messages that were given up, and messages that wait too long."""

from troposphere import AWSObject, GetAtt, If, NoValue, Ref, cloudwatch

from infra import names, parameters
from kit.actor import Actor
from kit.chain import Chain

# A picture takes seconds; a message this old means that an actor is broken, throttled or too small.
OLDEST_MESSAGE_S = 15 * 60
# SQS reports once a minute:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
PERIOD_S = 60


def alarms(chain: Chain) -> list[AWSObject]:
    """Return every actor's alarms."""
    return [alarm for actor in chain.actors for alarm in (_dead_letters(actor), _backlog(actor))]


def _dead_letters(actor: Actor) -> cloudwatch.Alarm:
    return _alarm(
        names.dead_letters_alarm(actor),
        queue=names.dead_letter_queue(actor),
        metric="ApproximateNumberOfMessagesVisible",
        above=0,
        description=(
            f"{actor.name} gave messages up. Read the reasons with `brigade dlq ls`, mend the cause, then "
            "redrive the messages or discard them."
        ),
    )


def _backlog(actor: Actor) -> cloudwatch.Alarm:
    return _alarm(
        names.backlog_alarm(actor),
        queue=names.queue(actor),
        metric="ApproximateAgeOfOldestMessage",
        above=OLDEST_MESSAGE_S,
        description=(
            f"A message has waited for {actor.name} for more than {OLDEST_MESSAGE_S // 60} minutes. Look for "
            "errors in its log group and for throttles of its function; if there are none, raise its concurrency."
        ),
    )


def _alarm(name: str, *, queue: str, metric: str, above: int, description: str) -> cloudwatch.Alarm:
    return cloudwatch.Alarm(
        name,
        AlarmDescription=description,
        Namespace="AWS/SQS",
        MetricName=metric,
        Dimensions=[cloudwatch.MetricDimension(Name="QueueName", Value=GetAtt(queue, "QueueName"))],
        Statistic="Maximum",
        Period=PERIOD_S,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=above,
        TreatMissingData="notBreaching",  # an idle queue reports nothing
        AlarmActions=If(parameters.ALARMS_ARE_SENT, [Ref(parameters.ALARM_TOPIC_ARN)], NoValue),
    )
