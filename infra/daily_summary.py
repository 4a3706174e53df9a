"""The daily summary's function. Its code stands in the template, so it uses nothing but Lambda's own runtime."""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

DAY_S = 86_400

Actors = dict[str, dict[str, str]]
Sums = dict[tuple[str, str], float]


def handle(_: object, __: object) -> None:
    """Mail what yesterday brought and what waits now. ACTORS maps actors to their function and dead-letter queue."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    actors = json.loads(os.environ["ACTORS"])
    text = letter(daily_sums(actors, today), {name: depth(actor["queue"]) for name, actor in actors.items()})
    subject = f"{os.environ['STACK']}, {(today - timedelta(days=1)).date()}"
    boto3.client("sns").publish(TopicArn=os.environ["TOPIC"], Subject=subject, Message=text)


def letter(sums: Sums, waiting: dict[str, int]) -> str:
    """Return the mail's text."""

    def total(metric: str) -> float:
        return sum(count for (_, name), count in sums.items() if name == metric)

    refused = [
        f"  {actor}: {count:,.0f} {name.removeprefix('Rejected:')}"
        for (actor, name), count in sorted(sums.items())
        if name.startswith("Rejected:")
    ]
    dead = [f"  {actor}: {count:,}" for actor, count in waiting.items() if count]
    return "\n".join(
        [
            f"{total('Ready'):,.0f} pictures became ready, with {total('Renditions'):,.0f} renditions.",
            f"{total('BytesIn') / 1e9:.2f} GB came in, {total('BytesOut') / 1e9:.2f} GB went out.",
            "Refused:" if refused else "Nothing was refused.",
            *refused,
            "Dead letters that wait now (brigade dlq ls):" if dead else "No dead letters wait.",
            *dead,
        ]
    )


def daily_sums(actors: Actors, today: datetime) -> Sums:
    """Return yesterday's sums by actor and metric; rejections as "Rejected:reason"."""
    queries: list[Any] = []
    for number, actor in enumerate(actors.values()):
        for kind, schema, label in (
            ("plain", "FunctionName", "${PROP('MetricName')}"),
            ("reason", "FunctionName,Reason", "${PROP('MetricName')}:${PROP('Dim.Reason')}"),
        ):
            asked = f'{{BucketBrigade,{schema}}} FunctionName="{actor["function"]}"'
            found = f"SEARCH('{asked}', 'Sum', {DAY_S})"
            queries.append({"Id": f"{kind}_{number}", "Expression": found, "Label": label})
    pages = (
        boto3.client("cloudwatch")
        .get_paginator("get_metric_data")
        .paginate(MetricDataQueries=queries, StartTime=today - timedelta(days=1), EndTime=today)
    )
    sums: Sums = {}
    for page in pages:
        for result in page["MetricDataResults"]:
            key = list(actors)[int(result["Id"].rpartition("_")[2])], result["Label"]
            sums[key] = sums.get(key, 0) + sum(result["Values"])
    return sums


def depth(queue: str) -> int:
    """Return how many messages wait in a queue."""
    counted: Any = boto3.client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(counted["Attributes"]["ApproximateNumberOfMessages"])
