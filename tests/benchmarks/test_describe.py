"""The metadata benchmark's table, from times that are few enough to reckon by hand."""

from pathlib import Path

import pytest

from benchmarks.describe import Took, pictures, table


def test_the_first_picture_stands_alone_and_the_others_are_counted() -> None:
    found = table([Took(0.2, 0.1), *(Took(n / 1000, 0.1) for n in range(1, 20))])
    assert [row[1:] for row in found.rows] == [
        ("200.0 ms", "100.0 ms", "2.00", ""),
        ("10.0 ms", "100.0 ms", "0.10", "≤ 10 ms"),
        ("19.0 ms", "100.0 ms", "0.19", ""),
        ("19.0 ms", "100.0 ms", "0.19", ""),
    ]


def test_without_a_corpus_pictures_are_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("benchmarks.describe.CAMERAS", tmp_path / "none")
    monkeypatch.setattr("benchmarks.describe.DRAWN", 2)
    assert [(each.format, each.content[:2]) for each in pictures()] == [("JPEG", b"\xff\xd8")] * 2
