"""Metrics without a request: a line of the log from which CloudWatch reads numbers (the embedded metric format).

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
The lines that say what was announced and what was given up carry them, so that they cost no line of their own either.
"""

import os
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kit.envelope import Envelope
from kit.events import Event, ImageCataloged, ImageIngested, ImageNormalized, ImageRejected, ImageResized

NAMESPACE = "BucketBrigade"
# The function's name tells stack and actor apart, as it does in Lambda's own metrics.
FUNCTION, REASON = "FunctionName", "Reason"
PICTURES, READY, REJECTED, RENDITIONS = "Pictures", "Ready", "Rejected", "Renditions"
BYTES_IN, BYTES_OUT, QUEUED, WORKED = "BytesIn", "BytesOut", "QueuedTime", "WorkedTime"
_UNITS = {BYTES_IN: "Bytes", BYTES_OUT: "Bytes", QUEUED: "Milliseconds", WORKED: "Milliseconds"}


def measured(event: Event, envelope: Envelope) -> dict[str, Any]:
    """Return what to put on the line about an announcement; nothing where no CloudWatch reads the log.

    A rejection has none: its dead letter is counted, of which there is one even where no picture can be named.
    """
    if isinstance(event, ImageRejected):
        return {}
    return _line({QUEUED: envelope.queuedms, WORKED: envelope.workedms, **_numbers(event)})


def given_up(reason: str) -> dict[str, Any]:
    """Return what to put on the line about a dead letter."""
    return _line({REJECTED: 1}, {REASON: reason})


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


def _numbers(event: Event) -> dict[str, int]:
    match event:
        case ImageIngested():
            return {PICTURES: 1, BYTES_IN: event.bytes}
        case ImageNormalized():
            return {PICTURES: 1, BYTES_OUT: event.master.bytes}
        case ImageResized():
            made = event.renditions
            return {PICTURES: 1, RENDITIONS: len(made), BYTES_OUT: sum(rendition.bytes for rendition in made)}
        case ImageCataloged():
            return {READY: 1}
    return {PICTURES: 1}
