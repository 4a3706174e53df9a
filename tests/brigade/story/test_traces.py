"""Reading traces, from the local cloud's file and from X-Ray."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from brigade.local import local_record
from brigade.local.cloud_process import LocalCloud
from brigade.local.segment_collector import old
from brigade.target import Target, local_target
from brigade.terminal import OperatorError
from brigade.traces import traces
from brigade.traces.traces import Segment

TRACE = "1-5759e988-bd862e3fe1be46a994272793"
OTHER = "1-5759e988-000000000000000000000000"


def document(id_: str, parent: str | None = None, began: float = 10.0, **more: Any) -> dict[str, Any]:
    """Return a segment as kit.tracing sends it."""
    return (
        {
            "id": id_,
            "trace_id": TRACE,
            "name": "resize",
            "start_time": began,
            "end_time": began + 0.25,
            "in_progress": False,
            "annotations": {"image_id": "i1", "key": "a.jpg", "attempt": 2},
            "metadata": {"default": {"queued_ms": 500}},
        }
        | ({"parent_id": parent} if parent else {})
        | more
    )


LAMBDAS_OWN = {"id": "l", "trace_id": TRACE, "name": "brigade-resize", "start_time": 1.0, "origin": "AWS::Lambda"}


def ids(segments: list[Segment]) -> list[str]:
    return [segment.id for segment in segments]


def test_a_segment_is_read_from_its_document() -> None:
    segment = Segment.read(document("a", "b"))
    assert (segment.actor, segment.parent_id, segment.attempt, segment.key) == ("resize", "b", 2, "a.jpg")
    assert (segment.sent, segment.worked_ms, segment.failure) == (9.5, 250, None)


def test_a_failure_is_read_from_it_too() -> None:
    notes = {"image_id": "i1", "key": "a.jpg", "attempt": 1, "reason": "corrupt-image"}
    failed = document("a", annotations=notes, cause={"exceptions": [{"message": "cut off", "type": "CorruptImage"}]})
    assert Segment.read(failed).failure == {"reason": "corrupt-image", "detail": "cut off"}
    assert Segment.read(failed | {"cause": {}}).failure == {"reason": "corrupt-image", "detail": ""}


@pytest.mark.parametrize("text", [TRACE, TRACE.replace("-", "")[1:]])
def test_a_trace_id_is_known_in_both_notations(text: str) -> None:
    assert traces.trace_id(text) == TRACE


@pytest.mark.parametrize(
    "text", ["", "in/a.jpg", "6d470850-5d10-5517-83a2-595fe94f3ec5", TRACE + "0", "1-zz", "2" + TRACE]
)
def test_what_is_no_trace_id_is_taken_for_a_key_or_an_image(text: str) -> None:
    assert traces.trace_id(text) is None


def test_a_tree_is_each_segment_before_those_that_go_on_from_it() -> None:
    late = Segment.read(document("late", "first", began=3))
    first = Segment.read(document("first", began=1))
    early = Segment.read(document("early", "first", began=2))
    below = Segment.read(document("below", "early", began=9))
    segments = traces.tree([below, late, first, early])
    assert ids(segments) == ["first", "early", "below", "late"]
    assert traces.depths(segments) == {"first": 0, "early": 1, "below": 2, "late": 1}


def test_what_goes_on_from_a_segment_that_is_not_there_begins_a_tree_of_its_own() -> None:
    segments = traces.tree([Segment.read(document("b", "the client's", began=2)), Segment.read(document("a", began=1))])
    assert traces.depths(segments) == {"a": 0, "b": 0}


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0, 9)), max_size=30))
def test_a_tree_has_every_segment_once_and_parents_first(parents: list[tuple[int, float]]) -> None:
    one = Segment.read(document("x"))
    # Each goes on from an earlier one, or from one that is not there.
    segments = [
        replace(one, id=str(n), parent_id=str(min(parent, n - 1)) if n else None, began=began)
        for n, (parent, began) in enumerate(parents)
    ]
    found = ids(traces.tree(segments[::-1]))
    assert sorted(found) == sorted(ids(segments))
    place = {id_: n for n, id_ in enumerate(found)}
    assert all(place[each.parent_id] < place[each.id] for each in segments if each.parent_id)


def write(path: Path, *documents: dict[str, Any]) -> None:
    path.write_text("".join(json.dumps(each) + "\n" for each in documents))


def test_a_trace_is_collected_from_the_file_and_the_one_before_it(tmp_path: Path) -> None:
    path = tmp_path / "segments.jsonl"
    write(old(path), document("a"), document("x", trace_id=OTHER))
    write(path, document("b", "a"), LAMBDAS_OWN, document("y", trace_id=OTHER, parent=TRACE))
    with path.open("a") as file:
        file.write(json.dumps(document("half"))[:-20])  # it is being written
    assert ids(traces.collected(path, TRACE)) == ["a", "b"]


def test_where_nothing_was_collected_yet_there_is_none(tmp_path: Path) -> None:
    assert traces.collected(tmp_path / "segments.jsonl", TRACE) == []


def answer(*documents: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what BatchGetTraces answers."""
    segments = [{"Id": each["id"], "Document": json.dumps(each)} for each in documents]
    return {
        "Traces": [{"Id": TRACE, "Duration": 1.5, "LimitExceeded": False, "Segments": segments}] if segments else []
    } | more


@pytest.fixture
def xray() -> Any:
    return boto3.client("xray", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


def test_a_trace_is_read_from_x_ray_page_by_page(xray: Any) -> None:
    with Stubber(xray) as stub:
        stub.add_response("batch_get_traces", answer(document("a"), LAMBDAS_OWN, NextToken="2"), {"TraceIds": [TRACE]})
        stub.add_response("batch_get_traces", answer(document("b", "a")), {"TraceIds": [TRACE], "NextToken": "2"})
        assert ids(traces.recorded(xray, TRACE)) == ["a", "b"]


class TestFinding:
    """Which of the two is asked, and what is said when neither knows."""

    def cloud(self, folder: Path, *documents: dict[str, Any]) -> Target:
        """Be where `brigade up` has started a cloud, in which these were collected."""
        cloud = LocalCloud(1, "12", 4566, "one", str(folder), "/elsewhere")
        write(cloud.segments, *documents)
        local_record.record(cloud)
        return local_target(cloud.endpoint)

    @pytest.fixture(autouse=True)
    def on_my_own(self, state: Path) -> None: ...

    def test_on_the_recorded_local_cloud_its_file_is_read(self, tmp_path: Path) -> None:
        target = self.cloud(tmp_path, document("b", "a", began=2), document("a", began=1))
        assert ids(traces.find(target, TRACE)) == ["a", "b"]

    def test_of_one_picture_only_its_own_segments_are_given(self, tmp_path: Path) -> None:
        theirs = {"image_id": "i2", "key": "b.jpg", "attempt": 1}
        target = self.cloud(tmp_path, document("a"), document("b", annotations=theirs))
        assert ids(traces.find(target, TRACE, "i2")) == ["b"]
        assert ids(traces.find(target, TRACE)) == ["a", "b"]

    def test_a_trace_of_which_nothing_was_collected_is_an_error_that_says_why_that_may_be(self, tmp_path: Path) -> None:
        target = self.cloud(tmp_path, document("a"))
        with pytest.raises(
            OperatorError, match="it was not sampled, or fell out of the newest 64 MB, or no actor is done"
        ):
            traces.find(target, OTHER)
        with pytest.raises(OperatorError, match=f"nothing is known of trace {TRACE}"):
            traces.find(target, TRACE, "i2")

    def test_a_ministack_that_brigade_up_did_not_start_collects_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("brigade.target.health", lambda *_: {"edition": "theirs"})
        with pytest.raises(OperatorError, match=r"nobody collects traces for http://127\.0\.0\.1:4999"):
            traces.find(local_target("http://127.0.0.1:4999"), TRACE)

    def test_on_aws_x_ray_is_asked_even_while_a_local_cloud_is_recorded(self, tmp_path: Path, xray: Any) -> None:
        self.cloud(tmp_path, document("local"))
        target = Target("eu-west-1")
        target.clients["xray"] = xray
        with Stubber(xray) as stub:
            stub.add_response("batch_get_traces", answer(document("a")))
            stub.add_response("batch_get_traces", answer(UnprocessedTraceIds=[TRACE]))
            assert ids(traces.find(target, TRACE)) == ["a"]
            with pytest.raises(OperatorError, match="it was not sampled, or is older than 30 days"):
                traces.find(target, TRACE)
