"""What actors have logged, by CloudWatch Logs, which a ministack has too: one line for each thing that happened."""

import heapq
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from brigade.pipeline import Pipeline
from infra import names
from kit.actor import Actor
from kit.errors import aws_code

# What Lambda itself says of each invocation that went well.
_PLATFORM = ("START ", "END ", "REPORT ", "INIT_START ", "EXTENSION\t")
# Lines may arrive at CloudWatch some seconds late, and in another order.
_LATE_MS = 10_000


@dataclass(frozen=True, order=True)
class Line:
    """One line; ``at_ms`` since 1970, ``facts`` what it says besides, as JSON has it. What is no JSON is all text."""

    at_ms: int
    actor: str
    level: str
    text: str
    raw: str

    @property
    def facts(self) -> Mapping[str, Any]:
        return _parsed(self.raw)

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)


def find(pipeline: Pipeline, actors: Iterable[Actor], since_ms: int, word: str = "") -> Iterator[Line]:
    """Yield the lines since then, oldest first; with ``word``, those that hold it, as an image's or a trace's id."""
    logs = pipeline.target.client("logs")
    return heapq.merge(*(_of(logs, pipeline.output(names.function(actor)), actor, since_ms, word) for actor in actors))


def follow(search: Callable[[int], Iterable[Line]], since_ms: int, poll_s: float) -> Iterator[Line]:
    """Yield what ``search`` finds, and then what comes, until it is stopped; each line once."""
    known: set[Line] = set()
    while True:
        found = [line for line in search(since_ms) if line not in known]
        yield from found
        since_ms = max([since_ms, *(line.at_ms - _LATE_MS for line in found)])
        known = {line for line in (*known, *found) if line.at_ms >= since_ms}
        time.sleep(poll_s)


def _of(logs: Any, function: str, actor: Actor, since_ms: int, word: str) -> Iterator[Line]:
    asked: dict[str, Any] = {"logGroupName": f"/aws/lambda/{function}", "startTime": since_ms}
    asked |= {"filterPattern": f'"{word}"'} if word else {}
    pages = logs.get_paginator("filter_log_events").paginate(**asked)
    try:
        for page in pages:
            yield from filter(None, (_line(actor.name, event) for event in page["events"]))
    except logs.exceptions.ClientError as error:
        if aws_code(error) != "ResourceNotFoundException":  # a function that never ran has no log on a local cloud
            raise


def _line(actor: str, event: Mapping[str, Any]) -> Line | None:
    raw = event["message"].rstrip("\n")
    said = _parsed(raw)
    if raw.startswith(_PLATFORM) or (str(said.get("type", "")).startswith("platform.") and _went_well(said)):
        return None
    level = str(said.get("level") or ("INFO" if not raw.startswith(("Traceback", "[ERROR]")) else "ERROR"))
    return Line(event["timestamp"], actor, level, str(said.get("message") or raw), raw)


def _went_well(said: Mapping[str, Any]) -> bool:
    return bool(said.get("record", {}).get("status", "success") == "success")


def _parsed(raw: str) -> Mapping[str, Any]:
    with suppress(ValueError):
        found = json.loads(raw)
        if isinstance(found, dict):
            return found
    return {}
