"""The load benchmark's figures, from a load that is small enough to reckon by hand."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import load_plot, load_report, report
from benchmarks.load_measures import Invocations, Load, Stage

LOAD = Load(
    name="burst",
    arrived_s=[0.5, 1.0, 2.5],
    stages={"ingest": Stage(queued_ms=[10, 20, 30], worked_ms=[1, 2, 3], ended_s=[1.0, 1.5, 3.0])},
    invocations={"ingest": Invocations(2, 10, ended_s=[1.5, 3.0], took_ms=[400.0, 600.0], messages=[2, 1])},
    at_s=[0.0, 1.0, 2.0, 3.0, 4.0],
    backlog={"ingest": [0, 2, 1, 0, 0], "retire": [0, 0, 0, 0, 0]},
    memory_mb=[(0.0, 50.0), (1.0, 60.0), (2.0, 58.0)],
)


def test_what_a_load_comes_to() -> None:
    drain, stages, invocations, memory = load_report.tables([LOAD])
    assert LOAD.drained_s == 2.0  # the last look at which there was anything
    assert drain.rows == (("burst", "3", "2 s", "2 s", "2.0", "2 (ingest)"),)
    assert stages.rows == (("burst", "ingest", "20", "29", "2", "3"),)
    assert invocations.rows == (("burst", "ingest", "2", "1.5", "500", "590", "25%"),)
    assert memory.rows == (("50 MB", "60 MB", "58 MB", "58 MB", "60 MB"),)


def test_the_plot_has_a_line_a_queue_and_a_panel_a_load() -> None:
    drawn = ElementTree.fromstring(load_plot.draw([load_plot.queues(LOAD)] * 2))  # noqa: S314 - we drew it
    lines = drawn.findall(".//{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 4
    xs, ys = zip(*(map(float, point.split(",")) for point in lines[0].attrib["points"].split()), strict=True)
    assert list(xs) == sorted(xs)
    assert min(ys) == ys[1]  # the most messages stand highest


def test_a_section_replaces_itself_and_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "FILE", tmp_path / "RESULTS.md")
    report.write("Load", "first")
    report.write("Pixels", "theirs")
    report.write("Load", "second", "and more")
    assert report.FILE.read_text() == "# Benchmark results\n\n## Pixels\n\ntheirs\n\n## Load\n\nsecond\n\nand more\n"
