"""What a load left behind: the records' stages, the functions' invocations, and what was watched meanwhile."""

import re
from dataclasses import dataclass
from datetime import datetime

from benchmarks.load_watch import Watch
from brigade.flow import mappings
from brigade.pictures import bucket_listing as shown
from brigade.pipeline import Pipeline
from infra import names
from kit.actor import Actor
from kit.events import Image
from records import picture
from services.chain import CHAIN

_REPORT = re.compile(r"REPORT RequestId: \S+\tDuration: ([\d.]+) ms")
_BATCH = re.compile(r"ESM: Lambda (\S+) processed (\d+) (?:SQS messages|DynamoDB stream records)")


@dataclass(frozen=True)
class Stage:
    """One actor's work on each picture, in the order of its ends: milliseconds, and seconds since the beginning."""

    queued_ms: list[int]
    worked_ms: list[int]
    ended_s: list[float]


@dataclass(frozen=True)
class Invocations:
    """An actor's invocations, in the order of their ends.

    ``at_once`` and ``batch`` are the mapping's limits; of an actor with a stream, the stream's. ``messages`` are of
    each batch, in the order in which the cloud noted that they were settled: two that ended at the same moment may
    stand the other way round.
    """

    at_once: int
    batch: int
    ended_s: list[float]
    took_ms: list[float]
    messages: list[int]


@dataclass(frozen=True)
class Load:
    """One load. Seconds count from its beginning; ``backlog`` is messages by actor at each of ``at_s``."""

    name: str
    arrived_s: list[float]
    stages: dict[str, Stage]
    invocations: dict[str, Invocations]
    at_s: list[float]
    backlog: dict[str, list[int]]
    memory_mb: list[tuple[float, float]]

    @property
    def pictures(self) -> int:
        return len(self.arrived_s)

    @property
    def drained_s(self) -> float:
        """When nothing was left in any queue."""
        busy = [at for at, *depths in zip(self.at_s, *self.backlog.values(), strict=True) if any(depths)]
        return max(busy, default=0)


def measure(pipeline: Pipeline, prefix: str, watch: Watch) -> Load:
    """Gather what is known of the pictures below a prefix."""
    sources = shown.below(pipeline.s3, pipeline.source_bucket, prefix)
    records = pipeline.catalog.get(Image.of(source).id for source in sources).values()
    arrived = sorted(since(watch, record.entered_at) for record in records)
    stages = dict.fromkeys(name for record in records for name in record.stages)
    return Load(
        name=prefix.rstrip("/"),
        arrived_s=arrived,
        stages={name: stage([record.stages[name] for record in records], watch) for name in stages},
        invocations={actor.name: invocations(pipeline, actor, watch) for actor in CHAIN.actors},
        at_s=[round(at, 2) for at in watch.at],
        backlog=watch.backlog,
        memory_mb=[(round(at, 2), round(size, 1)) for sizes in watch.memory.values() for at, size in sizes],
    )


def since(watch: Watch, at: str) -> float:
    return round(datetime.fromisoformat(at).timestamp() - watch.began, 3)


def stage(found: list[picture.Stage], watch: Watch) -> Stage:
    found.sort(key=lambda each: each.at)
    return Stage(
        [each.queued_ms for each in found],
        [each.worked_ms for each in found],
        [since(watch, each.at) for each in found],
    )


def invocations(pipeline: Pipeline, actor: Actor, watch: Watch) -> Invocations:
    """Read an actor's invocations from its log, which is written when one has ended, and from the cloud's."""
    logs = pipeline.target.client("logs").get_paginator("filter_log_events")
    function = pipeline.stack.outputs[names.function(actor)]
    pages = logs.paginate(logGroupName=f"/aws/lambda/{function}", startTime=int(watch.began * 1000))
    ended, took = [], []
    for page in pages:
        for event in page["events"]:
            if reported := _REPORT.match(event["message"]):
                ended.append(round(event["timestamp"] / 1000 - watch.began, 3))
                took.append(float(reported[1]))
    mapping = mappings.find(pipeline, actor)
    messages = [int(size) for name, size in _BATCH.findall(watch.logged()) if name == function]
    both = min(len(took), len(messages))  # one that is under way at the end may be in one log alone
    ended, took, messages = ended[:both], took[:both], messages[:both]
    if actor.stream:  # one after another, in its one shard
        return Invocations(1, actor.stream.batch, ended, took, messages)
    return Invocations(mapping.at_once or actor.concurrency, actor.batch, ended, took, messages)
