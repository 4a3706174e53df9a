"""`brigade trace`: which trace is drawn, and what is said of a picture that has none."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from brigade.__main__ import main
from brigade.local import local_record
from brigade.local.cloud_process import LocalCloud
from brigade.pipeline import Pipeline
from brigade.target import Target, local_target
from brigade.terminal import OperatorError
from kit.events import Source
from records.picture import PictureRecord
from tests.brigade.story.test_traces import TRACE, document, write


@pytest.fixture
def target(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    """A local cloud that collected one picture's segment, of the trace that the picture's record names."""
    cloud = LocalCloud(1, "12", 4566, "one", str(tmp_path), "/elsewhere")
    write(cloud.segments, document("a"))
    local_record.record(cloud)
    found = local_target(cloud.endpoint)
    for name, value in found.variables().items():
        monkeypatch.setenv(name, value)
    return found


def cataloged(target: Target, monkeypatch: pytest.MonkeyPatch, trace_id: str) -> None:
    """Let the catalog know one picture."""

    def find(key_or_id: str) -> PictureRecord:
        if key_or_id not in ("a.jpg", "i1"):
            raise OperatorError(f"the catalog knows no picture {key_or_id!r}")
        return PictureRecord(image_id="i1", source=Source(bucket="source", key="a.jpg"), trace_id=trace_id)

    pipeline = SimpleNamespace(target=target, catalog=SimpleNamespace(find=find))
    monkeypatch.setattr(Pipeline, "find", lambda *_: pipeline)


@pytest.mark.parametrize("what", ["a.jpg", "i1"])
def test_a_picture_is_found_by_key_and_by_id(
    what: str, target: Target, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cataloged(target, monkeypatch, TRACE.replace("-", "")[1:])
    assert main(["trace", what]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("picture a.jpg begun 1970-01-01 00:00:09.500 UTC took 750 ms trace 1-5759e988-")


@pytest.mark.parametrize("what", [TRACE, TRACE.replace("-", "")[1:]])
@pytest.mark.usefixtures("target")
def test_of_a_trace_id_no_stack_is_asked(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", what, "--json"]) == 0
    (segment,) = json.loads(capsys.readouterr().out)
    assert (segment["trace_id"], segment["actor"]) == (TRACE, "resize")


def test_a_record_that_names_no_trace_is_said_to(
    target: Target, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cataloged(target, monkeypatch, "")
    assert main(["trace", "a.jpg"]) == 1
    assert capsys.readouterr().err == (
        "error: the record of a.jpg names no trace — it was written before records named any\n"
    )


def test_a_picture_that_nobody_knows_is_an_error(
    target: Target, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cataloged(target, monkeypatch, TRACE.replace("-", "")[1:])
    assert main(["trace", "b.jpg"]) == 1
    assert "the catalog knows no picture 'b.jpg'" in capsys.readouterr().err


@pytest.mark.usefixtures("target")
def test_a_trace_that_nobody_knows_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", TRACE.replace("5759", "5760")]) == 1
    assert "error: nothing is known of trace 1-5760e988-" in capsys.readouterr().err
