"""Traces: the only module that knows aws-xray-sdk (in maintenance since February 2026, so easily replaced).

SNS and SQS lose the trace header on some paths, so it travels in the envelope too, in both notations:
X-Ray's ``Root=1-…;Parent=…;Sampled=1`` and W3C's ``traceparent``
(https://www.w3.org/TR/trace-context/#traceparent-header).
"""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

# Off Lambda there is no daemon to send to. The SDK reads this at import.
if "LAMBDA_TASK_ROOT" not in os.environ:
    os.environ.setdefault("AWS_XRAY_SDK_ENABLED", "false")

from aws_xray_sdk.core import xray_recorder

xray_recorder.configure(context_missing="IGNORE_ERROR")

_HEADER = re.compile(r"Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;Parent=([0-9a-f]{16}))?(?:;Sampled=([01]))?")
_PARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])")


@dataclass(frozen=True)
class Trace:
    """Where we are in a trace: 32 hex digits of trace, 16 of the span that speaks."""

    trace_id: str
    span_id: str
    sampled: bool = True

    @classmethod
    def start(cls) -> "Trace":
        """Begin a trace; X-Ray wants the time in the first eight digits."""
        return cls(f"{int(time.time()):08x}{secrets.token_hex(12)}", secrets.token_hex(8))

    @classmethod
    def read(cls, *headers: str) -> "Trace":
        """Go on with the first readable header, in either notation, or start anew."""
        for header in headers:
            if found := _HEADER.search(header):
                epoch, unique, parent, sampled = found.groups()
                return cls(epoch + unique, parent or secrets.token_hex(8), sampled != "0")
            if found := _PARENT.fullmatch(header):
                return cls(found[1], found[2], bool(int(found[3], 16) & 1))
        return cls.start()

    def child(self) -> "Trace":
        """Return the same trace with a span of its own."""
        return replace(self, span_id=secrets.token_hex(8))

    @property
    def header(self) -> str:
        """X-Ray's notation."""
        return f"Root=1-{self.trace_id[:8]}-{self.trace_id[8:]};Parent={self.span_id};Sampled={self.sampled:d}"

    @property
    def traceparent(self) -> str:
        """W3C's notation."""
        return f"00-{self.trace_id}-{self.span_id}-{self.sampled:02x}"


@contextmanager
def span(name: str, **annotations: str | int) -> Iterator[None]:
    """Time a piece of work as an X-Ray subsegment with annotations; silent where there is no segment."""
    with xray_recorder.in_subsegment(name) as subsegment:
        for key, value in annotations.items():
            if subsegment is not None:
                subsegment.put_annotation(key, value)
        yield
