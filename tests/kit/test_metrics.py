"""Metrics in the log: what CloudWatch reads out of a line."""

from typing import Any

import pytest

from kit import metrics
from kit.events import Event
from tests.support.story import image, ingested, normalized, rejected, resized, said

PICTURE = image()


@pytest.fixture(autouse=True)
def on_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "brigade-resize")


def announced(event: Event) -> tuple[dict[str, str], dict[str, tuple[float, str]]]:
    return read(metrics.measured(event, said(event, "resize").envelope))


def read(line: dict[str, Any]) -> tuple[dict[str, str], dict[str, tuple[float, str]]]:
    """Read a line as CloudWatch does: the dimensions with their values, and every metric with its unit."""
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "BucketBrigade"
    (names,) = directive["Dimensions"]
    found = {metric["Name"]: (line[metric["Name"]], metric["Unit"]) for metric in directive["Metrics"]}
    return {name: line[name] for name in names}, found


def test_a_stages_latency_and_what_went_in_and_out() -> None:
    assert announced(resized(PICTURE)) == (
        {"FunctionName": "brigade-resize"},
        {
            "QueuedTime": (30, "Milliseconds"),
            "WorkedTime": (40, "Milliseconds"),
            "Pictures": (1, "Count"),
            "Renditions": (1, "Count"),
            "BytesOut": (900, "Bytes"),
        },
    )
    assert announced(ingested(PICTURE))[1]["BytesIn"] == (5_000, "Bytes")
    assert announced(normalized(PICTURE))[1]["BytesOut"] == (4_000, "Bytes")


def test_dead_letters_are_counted_by_reason() -> None:
    dimensions, found = read(metrics.given_up("corrupt-image"))
    assert dimensions == {"FunctionName": "brigade-resize", "Reason": "corrupt-image"}
    assert found == {"Rejected": (1, "Count")}


def test_a_rejection_that_is_announced_is_not_counted_again() -> None:
    assert metrics.measured(rejected(PICTURE), said(rejected(PICTURE), "resize").envelope) == {}


def test_a_line_is_dated_in_milliseconds() -> None:
    line = metrics.measured(resized(PICTURE), said(resized(PICTURE), "resize").envelope)
    assert line["_aws"]["Timestamp"] > 1_700_000_000_000


def test_where_nobody_reads_the_log_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME")
    assert metrics.measured(resized(PICTURE), said(resized(PICTURE), "resize").envelope) == {}
