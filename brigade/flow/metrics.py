"""What a queue's attributes do not tell: how old its oldest message is, and how many messages are settled a minute.

Two sources: CloudWatch, and what a ministack offers instead, which keeps no metrics of its queues.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from brigade.local import local_record, ministack_log
from brigade.local.ministack import peek
from brigade.pipeline import Pipeline
from infra import names
from kit.actor import Actor

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef, MetricTypeDef

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
_NAMESPACE, _PERIOD_S = "AWS/SQS", 60
_OLDEST = ("oldest", "ApproximateAgeOfOldestMessage", "Maximum")  # seconds
_SETTLED = ("settled", "NumberOfMessagesDeleted", "Sum")
# CloudWatch shows a minute some minutes later. What is older than this does not speak of now.
_WINDOW = timedelta(minutes=5)
_ANSWER_S = 5


@dataclass(frozen=True)
class ActorMetrics:
    """One queue: its oldest message's age in seconds, and messages settled a minute; None where not known."""

    oldest_s: float | None = None
    per_minute: float | None = None


def measure(pipeline: Pipeline, actors: Sequence[Actor]) -> dict[str, ActorMetrics]:
    """Return what is known of the actors' queues now, by the actors' names, from the source that their cloud has."""
    return (of_ministack if pipeline.target.is_ministack else of_cloudwatch)(pipeline, actors)


def of_cloudwatch(pipeline: Pipeline, actors: Sequence[Actor]) -> dict[str, ActorMetrics]:
    """Ask CloudWatch, once for all actors."""
    until = datetime.now(UTC).replace(second=0, microsecond=0)  # the minute that runs is not counted to its end
    answer = pipeline.target.client("cloudwatch").get_metric_data(
        MetricDataQueries=[_query(pipeline, actor, *metric) for actor in actors for metric in (_OLDEST, _SETTLED)],
        StartTime=until - _WINDOW,
        EndTime=until,
        ScanBy="TimestampDescending",
    )
    newest = {result["Id"]: result["Values"][0] for result in answer["MetricDataResults"] if result["Values"]}
    ids = {actor.name: (f"{_OLDEST[0]}_{actor.name}", f"{_SETTLED[0]}_{actor.name}") for actor in actors}
    return {name: ActorMetrics(newest.get(oldest), newest.get(settled)) for name, (oldest, settled) in ids.items()}


def _query(pipeline: Pipeline, actor: Actor, label: str, metric: str, statistic: str) -> "MetricDataQueryTypeDef":
    queue = pipeline.output(names.queue(actor)).rpartition("/")[2]
    which: MetricTypeDef = {
        "Namespace": _NAMESPACE,
        "MetricName": metric,
        "Dimensions": [{"Name": "QueueName", "Value": queue}],
    }
    return {
        "Id": f"{label}_{actor.name}",
        "MetricStat": {"Metric": which, "Period": _PERIOD_S, "Stat": statistic},
    }


def of_ministack(pipeline: Pipeline, actors: Sequence[Actor]) -> dict[str, ActorMetrics]:
    """Use a ministack's own look into its queues, which receives nothing, and its log, where this machine has it."""
    cloud = local_record.at(pipeline.target.endpoint)
    settled = ministack_log.settled(cloud.log, since=time.time() - _PERIOD_S) if cloud else None

    def of(actor: Actor) -> ActorMetrics:
        rate = None if settled is None else settled.get(pipeline.output(names.function(actor)), 0)
        return ActorMetrics(_oldest_s(pipeline, actor), rate)

    with ThreadPoolExecutor(len(actors)) as pool:
        return dict(zip((actor.name for actor in actors), pool.map(of, actors), strict=True))


def _oldest_s(pipeline: Pipeline, actor: Actor) -> float | None:
    where = urlsplit(pipeline.target.endpoint or "")
    queue = pipeline.output(names.queue(actor))
    messages = peek(where.hostname or "", where.port or 80, _ANSWER_S, pipeline.target.region, queue)
    return time.time() - min(message["SentTimestamp"] for message in messages) if messages else None
