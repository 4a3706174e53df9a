"""Metrics without a request: a line of the log from which CloudWatch reads numbers (the embedded metric format).

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
They stand on the lines about announcements and dead letters, so they cost no line of their own.
"""

import os
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from kit.envelope import Envelope
from kit.events import Event, ImageIngested, ImageNormalized, ImageRejected, ImageResized, ImageSettled

NAMESPACE = "BucketBrigade"
# The function's name tells stack and actor apart, as it does in Lambda's own metrics.
FUNCTION, REASON = "FunctionName", "Reason"
PICTURES, READY, REJECTED, RENDITIONS = "Pictures", "Ready", "Rejected", "Renditions"
MAILS_REFUSED = "MailsRefused"
BYTES_IN, BYTES_OUT, QUEUED, WORKED = "BytesIn", "BytesOut", "QueuedTime", "WorkedTime"
_UNITS = {BYTES_IN: "Bytes", BYTES_OUT: "Bytes", QUEUED: "Milliseconds", WORKED: "Milliseconds"}

# What an announcement's line counts beside its times, and how.
_COUNTED: Mapping[type[Event], Mapping[str, Callable[[Any], int]]] = {
    ImageIngested: {PICTURES: lambda _: 1, BYTES_IN: lambda event: event.bytes},
    ImageNormalized: {PICTURES: lambda _: 1, BYTES_OUT: lambda event: event.master.bytes},
    ImageResized: {
        PICTURES: lambda _: 1,
        RENDITIONS: lambda event: len(event.renditions),
        BYTES_OUT: lambda event: sum(rendition.bytes for rendition in event.renditions),
    },
    ImageSettled: {READY: lambda event: event.status == "READY"},
}


def counted(kind: type[Event]) -> Mapping[str, Callable[[Any], int]]:
    """Return the metrics of an event's announcement besides its times: how to compute each, by name."""
    return _COUNTED.get(kind, {PICTURES: lambda _: 1})


def measured(event: Event, envelope: Envelope) -> dict[str, Any]:
    """Return the metrics for an announcement's log line; empty outside Lambda.

    A rejection has none: its dead letter is counted instead, which exists even if the picture is unknown.
    """
    if isinstance(event, ImageRejected):
        return {}
    times = {QUEUED: envelope.queuedms, WORKED: envelope.workedms}
    return _line(times | {name: count(event) for name, count in counted(type(event)).items()})


def given_up(reason: str) -> dict[str, Any]:
    """Return the metrics for a dead letter's log line."""
    return _line({REJECTED: 1}, {REASON: reason})


def mail_refused() -> dict[str, Any]:
    """Return the metrics for the log line of a mail that was not taken."""
    return _line({MAILS_REFUSED: 1})


def _line(values: dict[str, int], more: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
    if not function:
        return {}
    dimensions = {FUNCTION: function, **more}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": _UNITS.get(name, "Count")} for name in values],
    }
    return {"_aws": {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": [directive]}, **dimensions, **values}
