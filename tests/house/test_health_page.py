"""docs/health.md names what there is: alarms, metrics, and fields that are in the logs."""

import io
import json
import logging
import re
from pathlib import Path

import pytest

from kit import logs, metrics
from services.chain import CHAIN
from tests.support.stack import Stack
from tests.support.story import image, resized, said

PAGE = (Path(__file__).parents[2] / "docs" / "health.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
WORDS = {"fields", "filter", "stats", "sort", "by", "as", "desc", "count", "pct", "max", "ispresent"}


def test_every_kind_of_alarm_is_named() -> None:
    first, *_ = CHAIN.whole.actors
    named = set(re.findall(r"`…?(\w+Alarm)`", PAGE))
    there = {name.removeprefix(first.name.capitalize()) for name in Stack().of("CloudWatch::Alarm")}
    others = tuple(actor.name.capitalize() for actor in CHAIN.whole.actors if actor is not first)
    assert named == {name for name in there if not name.startswith(others)}


def test_every_metric_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    section = PAGE.split("## Metrics")[1].split("\n## ")[0]
    known = {value for name, value in vars(metrics).items() if name.isupper() and isinstance(value, str)}
    assert set(re.findall(r"`(\w+)`", section)) == known


@pytest.fixture
def fields(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> set[str]:
    """What is in the lines of an actor's log."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "brigade-resize")
    log, stream = logging.getLogger("brigade"), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    monkeypatch.setattr(log, "handlers", [handler])
    caplog.set_level(logging.INFO, log.name)
    names = ("actor", "image_id", "key", "trace", "attempt", "message_id", "queued_ms")
    with logs.facts(**dict.fromkeys(names, "x")):
        event = resized(image())
        log.info("said", extra={"worked_ms": 1} | metrics.measured(event, said(event, "resize").envelope))
        log.info("dead-letter", extra=metrics.given_up("corrupt-image"))
    return {name for line in stream.getvalue().splitlines() for name in json.loads(line)}


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_asks_for_fields_that_are_there(query: str, fields: set[str]) -> None:
    plain = re.sub(r'"[^"]*"|@timestamp', "", query)
    made = set(re.findall(r"\bas (\w+)", plain))
    asked = set(re.findall(r"[A-Za-z_]\w*", plain)) - WORDS - made
    assert asked <= fields
