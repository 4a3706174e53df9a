"""Traces: the only module that knows aws-xray-sdk (in maintenance since February 2026, so easily replaced).

SNS and SQS lose the trace header on some paths, so it travels in the envelope too, in both notations:
X-Ray's ``Root=1-…;Parent=…;Sampled=1`` and W3C's ``traceparent``
(https://www.w3.org/TR/trace-context/#traceparent-header).

Lambda's own segment stands in a trace of Lambda's choosing, and a batch holds letters of many traces. So the work on
each letter is a segment of its own, in the letter's trace, sent to the daemon that Lambda runs beside a function
(https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html).
"""

import hashlib
import logging
import os
import re
import secrets
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from types import ModuleType
from typing import Any

from kit.errors import Rejected, Throttled, reason_of

log = logging.getLogger("brigade")

DAEMON = "AWS_XRAY_DAEMON_ADDRESS"  # set by Lambda where tracing is active, and by the local cloud
_INVOCATION = "_X_AMZN_TRACE_ID"  # Lambda's trace of this invocation
_HEADER = re.compile(r"Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;Parent=([0-9a-f]{16}))?(?:;Sampled=([01]))?")
_PARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])")
# An annotation's characters: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
_LONGEST = 1_000
_FRAMES = 10  # the innermost ones of a traceback: a segment is one datagram

Notes = Mapping[str, str | int]  # X-Ray finds segments by them: its annotations


@dataclass(frozen=True)
class Trace:
    """A place in a trace: a trace id of 32 hex digits, a span id of 16 (empty: no span yet)."""

    trace_id: str
    span_id: str = ""
    sampled: bool = True
    parent_id: str = field(default="", compare=False)  # the span before it, where that is known

    @classmethod
    def start(cls, seed: str = "", at: float = 0) -> "Trace":
        """Begin a trace at a time in seconds, which X-Ray expects in the first eight digits; equal seeds, equal traces.

        Sampled as Lambda samples this invocation, so that X-Ray's sampling rules hold for ours too.
        """
        unique = hashlib.sha256(seed.encode()).hexdigest()[:24] if seed else secrets.token_hex(12)
        sampled = "Sampled=0" not in os.environ.get(_INVOCATION, "")
        return cls(f"{int(at or time.time()):08x}{unique}", sampled=sampled)

    @classmethod
    def read(cls, *headers: str) -> "Trace":
        """Continue the first readable header, in either notation, or start a trace."""
        for header in headers:
            if found := _HEADER.search(header):
                epoch, unique, parent, sampled = found.groups()
                return cls(epoch + unique, parent or "", sampled != "0")
            if found := _PARENT.fullmatch(header):
                return cls(found[1], found[2], bool(int(found[3], 16) & 1))
        return cls.start()

    def child(self) -> "Trace":
        """Return the same trace with a span of its own."""
        return replace(self, span_id=secrets.token_hex(8), parent_id=self.span_id)

    def parent(self) -> "Trace":
        """Return where this span was begun from."""
        return replace(self, span_id=self.parent_id, parent_id="")

    @property
    def xray_id(self) -> str:
        """The trace's id as X-Ray writes it."""
        return f"1-{self.trace_id[:8]}-{self.trace_id[8:]}"

    @property
    def header(self) -> str:
        """X-Ray's notation."""
        parent = f";Parent={self.span_id}" if self.span_id else ""
        return f"Root={self.xray_id}{parent};Sampled={self.sampled:d}"

    @property
    def traceparent(self) -> str:
        """W3C's notation; empty without a span, which it cannot express."""
        return f"00-{self.trace_id}-{self.span_id}-{self.sampled:02x}" if self.span_id else ""


@contextmanager
def segment(name: str, trace: Trace, queued_ms: int, **notes: str | int) -> Iterator[None]:
    """Record the work in this block as a segment of ``trace``, with its times, its failure and these notes.

    Does nothing where the trace is not sampled or no daemon is set. Raises only what the block raises.
    """
    began, error = time.time(), None
    try:
        yield
    except BaseException as raised:
        error = raised
        raise
    finally:
        if trace.sampled and DAEMON in os.environ:
            try:
                _send(name, trace, began=began, queued_ms=queued_ms, notes=notes, error=error)
            except Exception:
                log.warning("the segment could not be sent", exc_info=True)


def _send(name: str, trace: Trace, *, began: float, queued_ms: int, notes: Notes, error: BaseException | None) -> None:
    ended = time.time()
    # Imported with the first segment: functions whose traces are not sampled never pay for it.
    with _put_off("asyncio"):
        from aws_xray_sdk.core import xray_recorder  # noqa: PLC0415
        from aws_xray_sdk.core.models.segment import Segment  # noqa: PLC0415

    sent = Segment(name, trace.span_id, trace.xray_id, trace.parent_id)
    sent.start_time = began
    for key, value in notes.items():
        sent.put_annotation(key, value[:_LONGEST] if isinstance(value, str) else value)
    sent.put_metadata("queued_ms", queued_ms)
    if error is not None:
        _explain(sent, error)
    sent.close(ended)
    xray_recorder.emitter.set_daemon_address(os.environ[DAEMON])
    xray_recorder.emitter.send_entity(sent)


@contextmanager
def _put_off(name: str) -> Iterator[None]:
    """Let what is imported in this block import a module only when it is used, later.

    The SDK imports asyncio, which takes half of its time, and uses none of it here.
    """
    stand_in = ModuleType(name)
    vars(stand_in)["__getattr__"] = lambda wanted: getattr(import_module(name), wanted)
    held = sys.modules.setdefault(name, stand_in)
    try:
        yield
    finally:
        if held is stand_in:
            del sys.modules[name]


def _explain(sent: Any, error: BaseException) -> None:
    """Note the failure in X-Ray's words: an error is the picture's own, a fault ours or AWS's."""
    from aws_xray_sdk.core.models.throwable import Throwable  # noqa: PLC0415

    reason, detail = reason_of(error)
    sent.put_annotation("reason", reason)
    sent.throttle = isinstance(error, Throttled)
    sent.error = isinstance(error, Rejected | Throttled)
    sent.fault = not sent.error
    thrown = Throwable(error, traceback.extract_tb(error.__traceback__)[-_FRAMES:])
    thrown.message = detail[:_LONGEST]
    sent.cause = {"working_directory": "", "exceptions": [thrown]}
