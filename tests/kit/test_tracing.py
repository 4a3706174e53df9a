"""Traces, in both notations."""

import os
import subprocess
import sys

import pytest

from kit.tracing import Trace, span

XRAY = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
W3C = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"
TRACE = Trace("5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8")


@pytest.mark.parametrize("header", [XRAY, W3C])
def test_a_trace_is_read_in_both_notations(header: str) -> None:
    assert Trace.read(header) == TRACE


def test_a_trace_is_written_in_both_notations() -> None:
    assert (TRACE.header, TRACE.traceparent) == (XRAY, W3C)


@pytest.mark.parametrize("sampled", [True, False])
def test_what_is_written_is_read_again(sampled: bool) -> None:
    trace = Trace(TRACE.trace_id, TRACE.span_id, sampled)
    assert Trace.read(trace.header) == Trace.read(trace.traceparent) == trace


def test_the_first_readable_header_counts() -> None:
    assert Trace.read("", "rubbish", W3C, Trace.start().header) == TRACE


def test_a_header_without_parent_or_sampling_is_enough() -> None:
    trace = Trace.read("Root=1-5759e988-bd862e3fe1be46a994272793")
    assert trace.trace_id == TRACE.trace_id
    assert len(trace.span_id) == 16
    assert trace.sampled


@pytest.mark.parametrize("header", ["", "rubbish", "Root=1-zz", W3C + "-more", W3C[:-1]])
def test_where_no_header_can_be_read_a_trace_begins(header: str) -> None:
    first, second = Trace.read(header), Trace.read(header)
    assert Trace.read(first.header) == first
    assert first.trace_id != second.trace_id


def test_a_step_belongs_to_its_trace_and_has_a_span_of_its_own() -> None:
    child = TRACE.child()
    assert child.trace_id == TRACE.trace_id
    assert child.span_id != TRACE.span_id


def test_outside_lambda_a_span_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    with span("work", image_id="x", attempt=1):
        pass
    assert caplog.messages == []


def test_an_error_passes_through_a_span() -> None:
    with pytest.raises(KeyError), span("work"):
        raise KeyError


def test_on_lambda_tracing_stays_on() -> None:
    code = "import kit.tracing; from aws_xray_sdk import global_sdk_config; print(global_sdk_config.sdk_enabled())"
    environment = {name: value for name, value in os.environ.items() if name != "AWS_XRAY_SDK_ENABLED"}
    answers = [
        subprocess.check_output([sys.executable, "-c", code], env=environment | more, text=True).strip()
        for more in ({"LAMBDA_TASK_ROOT": "/var/task"}, {})
    ]
    assert answers == ["True", "False"]
