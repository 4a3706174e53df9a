"""What a queue's attributes do not tell: how old its oldest message is, and how many messages are settled a minute.

One protocol, two sources: CloudWatch, and what a ministack offers instead, which keeps no metrics of its queues.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
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


class Metrics(Protocol):
    """Where that is known from."""

    def measure(self, actors: Sequence[Actor]) -> dict[str, ActorMetrics]:
        """Return what is known of the actors' queues now, by the actors' names."""


def of(pipeline: Pipeline) -> Metrics:
    """Return the source that the pipeline's cloud has."""
    return MinistackMetrics(pipeline) if pipeline.target.is_ministack else CloudWatchMetrics(pipeline)


class CloudWatchMetrics:
    """CloudWatch, asked once for all actors."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._cloudwatch = pipeline.target.client("cloudwatch")

    def measure(self, actors: Sequence[Actor]) -> dict[str, ActorMetrics]:
        until = datetime.now(UTC).replace(second=0, microsecond=0)  # the minute that runs is not counted to its end
        answer = self._cloudwatch.get_metric_data(
            MetricDataQueries=[self._query(actor, *metric) for actor in actors for metric in (_OLDEST, _SETTLED)],
            StartTime=until - _WINDOW,
            EndTime=until,
            ScanBy="TimestampDescending",
        )
        newest = {result["Id"]: result["Values"][0] for result in answer["MetricDataResults"] if result["Values"]}
        return {
            actor.name: ActorMetrics(
                newest.get(f"{_OLDEST[0]}_{actor.name}"), newest.get(f"{_SETTLED[0]}_{actor.name}")
            )
            for actor in actors
        }

    def _query(self, actor: Actor, label: str, metric: str, statistic: str) -> "MetricDataQueryTypeDef":
        queue = self._pipeline.output(names.queue(actor)).rpartition("/")[2]
        which: MetricTypeDef = {
            "Namespace": _NAMESPACE,
            "MetricName": metric,
            "Dimensions": [{"Name": "QueueName", "Value": queue}],
        }
        return {
            "Id": f"{label}_{actor.name}",
            "MetricStat": {"Metric": which, "Period": _PERIOD_S, "Stat": statistic},
        }


class MinistackMetrics:
    """A ministack's own look into its queues, which receives nothing, and its log, where this machine has it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def measure(self, actors: Sequence[Actor]) -> dict[str, ActorMetrics]:
        with ThreadPoolExecutor(len(actors)) as pool:
            ages = pool.map(self._oldest_s, actors)
            settled = self._settled()
            return {
                actor.name: ActorMetrics(age, self._rate(settled, actor))
                for actor, age in zip(actors, ages, strict=True)
            }

    def _oldest_s(self, actor: Actor) -> float | None:
        target = self._pipeline.target
        where = urlsplit(target.endpoint or "")
        messages = peek(
            where.hostname or "", where.port or 80, _ANSWER_S, target.region, self._pipeline.output(names.queue(actor))
        )
        return time.time() - min(message["SentTimestamp"] for message in messages) if messages else None

    def _settled(self) -> dict[str, int] | None:
        cloud = local_record.at(self._pipeline.target.endpoint)
        return ministack_log.settled(cloud.log, since=time.time() - _PERIOD_S) if cloud else None

    def _rate(self, settled: dict[str, int] | None, actor: Actor) -> float | None:
        return None if settled is None else settled.get(self._pipeline.output(names.function(actor)), 0)
