"""Traces in both notations, and the segments that are sent of them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from kit.errors import ObjectGone, OutOfTime, ServiceUnavailable, Throttled
from kit.tracing import DAEMON, Trace, segment
from tests.kit.daemon import Daemon

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
    assert Trace.read("Root=1-5759e988-bd862e3fe1be46a994272793") == Trace(TRACE.trace_id, "", sampled=True)


@pytest.mark.parametrize("header", ["", "rubbish", "Root=1-zz", W3C + "-more", W3C[:-1]])
def test_where_no_header_can_be_read_a_trace_begins(header: str) -> None:
    first, second = Trace.read(header), Trace.read(header)
    assert Trace.read(first.header) == first
    assert first.trace_id != second.trace_id


def test_a_trace_in_which_nobody_has_spoken_has_no_parent_to_name() -> None:
    trace = Trace.start()
    assert "Parent" not in trace.header
    assert trace.traceparent == ""  # W3C's has no way to say so


def test_a_trace_begins_at_its_time_and_with_its_seed() -> None:
    first, again = Trace.start("message 1", at=1_763_700_000.9), Trace.start("message 1", at=1_763_700_000.1)
    assert first == again
    assert first.xray_id.startswith("1-691fed20-")
    assert first.trace_id != Trace.start("message 2", at=1_763_700_000).trace_id
    assert int(Trace.start("message 1").trace_id[:8], 16) == pytest.approx(time.time(), abs=5)


@pytest.mark.parametrize(
    ("invocation", "sampled"), [("", True), ("Root=1-a-b;Sampled=1", True), ("Root=1-a-b;Parent=c;Sampled=0", False)]
)
def test_a_trace_is_sampled_as_lambda_samples_the_invocation_in_which_it_begins(
    invocation: str, sampled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", invocation)
    assert Trace.start().sampled is sampled
    assert Trace.read(XRAY).sampled  # of a trace that goes on, it was decided long ago


def test_a_step_belongs_to_its_trace_and_has_a_span_of_its_own() -> None:
    child = TRACE.child()
    assert child.trace_id == TRACE.trace_id
    assert child.span_id != TRACE.span_id
    assert child.parent_id == TRACE.span_id
    assert child.parent() == TRACE


def test_a_segment_says_where_it_stands_and_how_long_the_work_took(daemon: Daemon) -> None:
    trace, before = TRACE.child(), time.time()
    with segment("resize", trace, 41, image_id="x", attempt=2, key="ü b.jpg"):
        assert daemon.received() == []
    (document,) = daemon.received()
    assert before <= document["start_time"] <= document["end_time"] <= time.time()
    assert {name: document[name] for name in ("name", "trace_id", "id", "parent_id")} == {
        "name": "resize",
        "trace_id": "1-5759e988-bd862e3fe1be46a994272793",
        "id": trace.span_id,
        "parent_id": TRACE.span_id,
    }
    assert document["annotations"] == {"image_id": "x", "attempt": 2, "key": "ü b.jpg"}
    assert document["metadata"] == {"default": {"queued_ms": 41}}
    assert not {"error", "fault", "throttle", "cause"} & set(document)


def test_the_first_segment_of_a_trace_has_no_parent(daemon: Daemon) -> None:
    with segment("ingest", Trace.start().child(), 0):
        pass
    (document,) = daemon.received()
    assert "parent_id" not in document


@pytest.mark.parametrize(
    ("error", "flags", "reason", "message"),
    [
        (ObjectGone("a.jpg"), {"error"}, "object-gone", "a.jpg"),
        (Throttled("slow down"), {"error", "throttle"}, "throttled", "slow down"),
        (ServiceUnavailable("503"), {"fault"}, "service-unavailable", "503"),
        (KeyError("width"), {"fault"}, "unexpected-error", "KeyError: 'width'"),
        (KeyboardInterrupt(), {"fault"}, "unexpected-error", "KeyboardInterrupt: "),
    ],
)
def test_a_segment_tells_of_a_failure_which_passes_through(
    error: BaseException, flags: set[str], reason: str, message: str, daemon: Daemon
) -> None:
    for _ in range(2):  # the same exception may pass through more than one segment
        with pytest.raises(type(error)), segment("work", TRACE.child(), 0):
            raise error
        (document,) = daemon.received()
        assert {flag for flag in ("error", "fault", "throttle") if document.get(flag)} == flags
        assert document["annotations"] == {"reason": reason}
        (thrown,) = document["cause"]["exceptions"]
        assert (thrown["type"], thrown["message"]) == (type(error).__name__, message)
        assert thrown["stack"][-1]["label"] == "test_a_segment_tells_of_a_failure_which_passes_through"


def test_a_segment_fits_its_datagram_whatever_is_said(daemon: Daemon) -> None:
    def deeper(frames: int) -> None:
        if not frames:
            raise ValueError("ü" * 100_000)
        deeper(frames - 1)

    with pytest.raises(ValueError, match="ü"), segment("work", TRACE, 0, key="\U0001f4f7" * 9_000):
        deeper(400)
    (document,) = daemon.received()
    assert document["annotations"]["key"] == "\U0001f4f7" * 1_000
    assert len(document["cause"]["exceptions"][0]["message"]) == 1_000
    assert len(document["cause"]["exceptions"][0]["stack"]) == 10


def test_of_a_trace_that_is_not_sampled_nothing_is_sent(daemon: Daemon) -> None:
    with segment("work", Trace(TRACE.trace_id, TRACE.span_id, sampled=False), 0):
        pass
    assert daemon.received() == []


def test_where_nobody_collects_nothing_is_sent(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DAEMON)
    with segment("work", TRACE, 0):
        pass
    assert daemon.received() == []


def _nothing() -> None: ...


def _gone() -> None:
    raise OutOfTime


@pytest.mark.parametrize("work", [_nothing, _gone])
def test_tracing_that_fails_is_a_line_in_the_log_and_never_more(
    work: Callable[[], None], daemon: Daemon, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with segment("work", TRACE, 0):
        pass
    assert daemon.received()
    monkeypatch.setenv(DAEMON, "nowhere")
    raised: Any = None
    try:
        with segment("work", TRACE, 0):
            work()
    except Exception as error:  # noqa: BLE001 - whatever it is
        raised = error
    assert isinstance(raised, OutOfTime if work is _gone else type(None))
    assert caplog.messages == ["the segment could not be sent"]


@pytest.mark.usefixtures("daemon")
def test_a_daemon_that_is_not_there_is_nobodys_trouble(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(DAEMON, "127.0.0.1:9")  # nobody discards here
    for _ in range(3):
        with segment("work", TRACE, 0):
            pass
    assert caplog.messages == []


def test_the_sdk_is_imported_with_the_first_segment_and_not_before() -> None:
    code = "import sys, kit.tracing; print('aws_xray_sdk' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_with_it_comes_no_asyncio_until_somebody_uses_that() -> None:
    code = f"""import os, sys
os.environ["{DAEMON}"] = "127.0.0.1:9"
from kit.tracing import Trace, segment
with segment("work", Trace.start(), 0):
    pass
print("aws_xray_sdk" in sys.modules, "asyncio" in sys.modules)
from wrapt import synchronization
run = synchronization.asyncio.run
import asyncio
print(run is asyncio.run)"""
    environment = {name: value for name, value in os.environ.items() if name != "_X_AMZN_TRACE_ID"}
    said = subprocess.check_output([sys.executable, "-W", "ignore", "-c", code], text=True, env=environment)
    assert said.split() == ["True", "False", "True"]
