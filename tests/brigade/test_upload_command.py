"""What `brigade upload --wait` lists in the end."""

from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from brigade.__main__ import main
from brigade.commands import upload as commands
from brigade.deploy import deployed_recipes
from brigade.flow import mappings
from brigade.inline import InMemoryChain
from brigade.pictures import uploads
from brigade.pictures.local_files import LocalFile
from brigade.pictures.uploads import Uploaded
from brigade.pipeline import Pipeline
from brigade.terminal import OperatorError
from imaging.recipes import DEFAULT_PATH, load
from records.status import Status
from services.chain import CHAIN
from tests.services.catalog.stored import typed
from tests.support import pictures

GOOD, BAD = "beach.jpg", "list.jpg"


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[Uploaded]:
    """Two uploads that have settled: one is ready, one has failed."""
    line = InMemoryChain(CHAIN)
    line.upload(GOOD, pictures.jpeg())
    line.upload(BAD, pictures.text_named_jpg())
    line.run()
    records = [typed(item) for item in line.records.items.values()]

    def wait(_catalog: Any, image_ids: list[str], _seconds: float, settled: Any) -> list[str]:
        for record in records:
            settled(record)
        return []

    monkeypatch.setattr(uploads, "wait", wait)
    return [Uploaded(LocalFile(Path(record.key), record.key), record.image_id) for record in records]


def listed(settled: list[Uploaded], capsys: pytest.CaptureFixture[str]) -> str:
    pipeline: Any = Mock()
    assert not commands._wait(pipeline, [each.image_id for each in settled], 1)
    said = capsys.readouterr()
    return said.out + said.err


def test_a_rehearsal_says_what_would_become_of_which_file_and_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.jpg", "notes.psd", "raw/b.jpg", "postpic/c.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    pipeline = Mock()
    monkeypatch.setattr(commands, "here", lambda: None)
    monkeypatch.setattr(Pipeline, "find", lambda *_: pipeline)
    monkeypatch.setattr(deployed_recipes, "of", lambda _: load(DEFAULT_PATH))
    assert main(["upload", str(tmp_path), "--dry-run", "--ignore", "*.psd", "--ignore", "raw/*"]) == 0
    said = capsys.readouterr()
    rows = [line.split()[:2] for line in said.out.splitlines()]
    assert rows == [["key", "recipe"], ["a.jpg", "default"], ["postpic/c.jpg", "training"]]
    assert "2 files to upload; nothing was" in said.err
    assert not pipeline.s3.mock_calls


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
    assert commands._told(Counter({Status.READY: 3, Status(status): 1})) is False
    assert line in capsys.readouterr().err
    assert commands._told(Counter({Status.READY: 3})) is True


def test_of_many_only_those_that_are_not_ready_are_listed(
    settled: list[Uploaded], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "FEW", 1)
    said = listed(settled, capsys)
    assert GOOD not in said
    assert BAD in said
    assert "1 of 2 pictures are ready" in said


@pytest.mark.parametrize(
    ("paused", "heard", "line"),
    [
        (["ingest"], [], "2 pictures not done: paused: ingest — `brigade resume ingest`, then give the command again"),
        (
            [],
            ["a"],
            "2 pictures not done: of 1 the catalog has not heard yet — `brigade status` shows where messages",
        ),
        ([], ["a", "b"], "2 pictures not done — `brigade ls --status processing` shows them"),
    ],
)
def test_who_waits_in_vain_is_told_for_what(
    paused: list[str], heard: list[str], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "wait", lambda *_: ["a", "b"])
    monkeypatch.setattr(mappings, "paused", lambda _: paused)
    pipeline: Any = Mock()
    pipeline.catalog.get = lambda _: dict.fromkeys(heard)
    with pytest.raises(OperatorError) as found:
        commands._wait(pipeline, ["a", "b"], 1)
    assert line in str(found.value)
