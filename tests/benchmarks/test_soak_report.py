"""The soak's figures, from samples that are few enough to reckon by hand."""

import pytest

from benchmarks import load_plot, soak_report
from benchmarks.soak_report import Soak

FLAT, RISING = [(at, 50.0) for at in range(0, 3600, 60)], [(at, 50 + at / 360) for at in range(0, 3600, 60)]
SOAK = Soak(
    sent_s=3600,
    drained_s=3661.0,
    outcomes={"uploaded": 720, "READY": 2},
    took_s=[1.0, 3.0],
    at_s=[0.0, 3600.0],
    backlog={"ingest": [3, 0], "resize": [1, 0]},
    memory={"engine 1 7": RISING, "describe: perl 3 8": FLAT, "resize 4 9": FLAT[:9], "resize 5 9": FLAT[:12]},
)


def test_what_a_soak_comes_to() -> None:
    account, pace, memory = soak_report.tables(SOAK)
    assert account.rows == (("uploaded", "720"), ("READY", "2"))
    assert [row[1] for row in pace.rows] == ["0.20", "2.00 s", "2.90 s", "3.00 s", "61 s", "4"]
    assert memory.rows == (
        ("describe: perl 3", "50.0", "50.0", "50.0", "0.0"),
        ("engine 1", "54.9", "58.2", "59.8", "10.0"),  # ten megabytes more in the hour
        ("resize: 2 for a while", "", "", "50.0", ""),
    )


@pytest.mark.parametrize("lived", [FLAT[:50], FLAT[30:], FLAT[:3]])
def test_who_did_not_live_through_both_thirds_has_no_growth(lived: soak_report.Sizes) -> None:
    assert soak_report.growth(lived, 3600) is None


def test_the_plot_has_a_panel_for_workers_engine_and_queues() -> None:
    workers, engine, queues = soak_report.panels(SOAK)
    assert [len(lines) for lines in workers.lines.values()] == [1, 2]
    assert list(engine.lines) == ["engine"]
    assert list(queues.lines) == ["ingest", "resize"]
    assert load_plot.draw([workers, engine, queues]).count("<polyline") == 6


def test_a_thinned_line_keeps_what_was_highest() -> None:
    line = [(float(at), float(at == 777)) for at in range(1800)]
    thinned = soak_report.thinned(line)
    assert (777.0, 1.0) in thinned
    assert len(thinned) == soak_report.POINTS
