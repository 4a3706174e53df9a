"""What `brigade upload --wait` lists in the end."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from brigade import uploads
from brigade.commands import pictures as commands
from brigade.files import LocalFile
from brigade.inline import Line
from brigade.uploads import Uploaded
from imaging.recipes import DEFAULT_PATH, load
from services.catalog.view import view
from services.chain import CHAIN
from tests import pictures

GOOD, BAD = "beach.jpg", "list.jpg"


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[Uploaded]:
    """Two uploads that have settled: one is ready, one has failed."""
    line = Line(CHAIN)
    line.upload(GOOD, pictures.jpeg())
    line.upload(BAD, pictures.text_named_jpg())
    line.run()
    records = [view(item) for item in line.records.items.values()]

    def wait(_catalogue: Any, image_ids: list[str], _seconds: float, settled: Any) -> list[str]:
        for record in records:
            settled(record)
        return []

    monkeypatch.setattr(uploads, "wait", wait)
    return [
        Uploaded(LocalFile(Path(record["source"]["key"]), record["source"]["key"]), record["image_id"])
        for record in records
    ]


def listed(settled: list[Uploaded], capsys: pytest.CaptureFixture[str]) -> str:
    catalogue: Any = None
    assert not commands._wait(catalogue, load(DEFAULT_PATH), settled, 1)
    said = capsys.readouterr()
    return said.out + said.err


def test_a_few_are_listed_one_by_one(settled: list[Uploaded], capsys: pytest.CaptureFixture[str]) -> None:
    said = listed(settled, capsys)
    assert GOOD in said
    assert BAD in said
    assert "are ready" not in said


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (
            "REMOVED",
            "some were removed or rejected, as `brigade show KEY` tells: to have one again, delete its key and",
        ),
        ("SUPERSEDED", "newer uploads of the same keys have replaced some pictures: `brigade show KEY` shows the newe"),
    ],
)
def test_what_was_there_already_and_has_no_outputs_is_not_well(
    status: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands._told(Counter({"READY": 3, status: 1}), 0) is False
    assert line in capsys.readouterr().err
    assert commands._told(Counter({"READY": 3}), 0) is True


def test_of_many_only_those_that_are_not_ready_are_listed(
    settled: list[Uploaded], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "_FEW", 1)
    said = listed(settled, capsys)
    assert GOOD not in said
    assert BAD in said
    assert "1 of 2 pictures are ready" in said
