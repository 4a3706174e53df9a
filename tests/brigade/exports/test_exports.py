"""`brigade export`: three flat tables, whole or not at all, of all that the catalog holds."""

import csv
import json
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import duckdb
import msgspec
import pytest

from brigade.__main__ import main
from brigade.exports import files
from brigade.exports.columns import TABLES
from brigade.pipeline import Pipeline
from brigade.terminal import OperatorError
from kit.events import ImageRetired
from records.picture import PictureRecord
from tests.support import story
from tests.support.deployed import deploy, record_of, way
from tests.support.site import TABLE, UPLOADED_AT

EVIL = '=cmd|" /C calc"!A0'


def record(key: str = "in/a.jpg", **camera: Any) -> PictureRecord:
    picture = story.image(key)
    return record_of(*way(picture), story.said(story.described(picture, **camera), "describe"))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_picture_has_a_row_and_one_for_each_rendition_and_stage(tmp_path: Path) -> None:
    made = record(make="RECONYX", latitude=46, taken_at="2026-11-20T08:00:00+01:00")
    assert files.export([made], tmp_path, "jsonl") == {"pictures": 1, "renditions": 2, "stages": 4}
    [picture] = lines(tmp_path / "pictures.jsonl")
    told = {
        name: picture[name] for name in ("image_id", "key", "status", "width", "master_format", "latitude", "model")
    }
    assert told == {
        "image_id": made.image_id,
        "key": "in/a.jpg",
        "status": "READY",
        "width": 40,
        "master_format": "PNG",
        "latitude": 46.0,
        "model": None,
    }
    assert [row["name"] for row in lines(tmp_path / "renditions.jsonl")] == ["small", "large"]
    assert {row["actor"] for row in lines(tmp_path / "stages.jsonl")} == {"ingest", "describe", "normalize", "resize"}
    assert {row["image_id"] for name in TABLES for row in lines(tmp_path / f"{name}.jsonl")} == {made.image_id}


def test_parquet_has_names_and_kinds_even_of_what_nothing_is_known(tmp_path: Path) -> None:
    folder = tmp_path / "it's [all] *?"  # names that SQL and patterns read otherwise
    files.export([], folder, "parquet")
    files.export([record(model=EVIL)], folder, "parquet", replace=True)
    assert sorted(path.name for path in folder.iterdir()) == [f"{name}.parquet" for name in sorted(TABLES)]
    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(folder / "pictures.parquet")])
    kinds = {name: str(kind) for name, kind, *_ in found.description or ()}
    assert list(kinds) == [column.name for column in TABLES["pictures"]]
    assert (kinds["bytes"], kinds["latitude"], kinds["make"], kinds["entered_at"]) == (
        "BIGINT",
        "DOUBLE",
        "VARCHAR",
        "TIMESTAMP",
    )
    [row] = [dict(zip(kinds, values, strict=True)) for values in found.fetchall()]
    assert row["model"] == EVIL
    assert row["entered_at"].isoformat() == UPLOADED_AT.removesuffix("Z").removesuffix(".000")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_spreadsheet_takes_no_text_for_a_formula(first: str, tmp_path: Path) -> None:
    files.export([record(f"{first}1+1.jpg", longitude=-46.5)], tmp_path, "csv")
    with (tmp_path / "pictures.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["key"], row["longitude"], row["latitude"]) == (f"'{first}1+1.jpg", "-46.5", "")


class Watched(PictureRecord, frozen=True, kw_only=True, weakref=True):
    """A record of which one can tell whether anybody still has it."""


def test_one_record_is_held_at_a_time(tmp_path: Path) -> None:
    seen: list[weakref.ref[Watched]] = []

    def records() -> Iterator[PictureRecord]:
        facts = msgspec.to_builtins(record())
        for _ in range(50):
            one = msgspec.convert(facts, Watched)
            seen.append(weakref.ref(one))
            yield one
            del one
            assert sum(each() is not None for each in seen) <= 1

    assert files.export(records(), tmp_path, "csv")["pictures"] == 50


def test_what_was_erased_is_gone_from_the_next_export(tmp_path: Path) -> None:
    picture = story.image("in/a.jpg")
    before = [*way(picture), story.said(story.described(picture, serial="P800", latitude=46.5), "describe")]
    files.export([record_of(*before)], tmp_path, "csv")
    assert "P800" in (tmp_path / "pictures.csv").read_text(encoding="utf-8")
    retired = story.said(ImageRetired(image=picture, deleted=3), "retire")
    gone = record_of(*before, story.said(story.removed(picture, whole_key=False), "ingest"), retired)
    assert files.export([gone], tmp_path, "csv", replace=True)["renditions"] == 0
    [row] = csv.DictReader((tmp_path / "pictures.csv").read_text(encoding="utf-8").splitlines())
    assert {name for name, value in row.items() if value} == {"image_id", "status", "key", "entered_at"}
    assert row["status"] == "REMOVED"


@pytest.mark.parametrize("how", files.FORMATS)
def test_what_is_there_stays_unless_it_is_to_be_replaced(how: str, tmp_path: Path) -> None:
    def broken() -> Iterator[PictureRecord]:
        yield record()
        raise OperatorError("throttled")

    with pytest.raises(OperatorError, match="throttled"):
        files.export(broken(), tmp_path / "new", how)
    assert list((tmp_path / "new").iterdir()) == []
    there = tmp_path / f"stages.{how}"
    there.write_text("mine")
    with pytest.raises(OperatorError, match=r"stages\.\w+ is there already — .*--replace"):
        files.export([record()], tmp_path, how)
    with pytest.raises(OperatorError, match="throttled"):
        files.export(broken(), tmp_path, how, replace=True)
    assert there.read_text() == "mine"
    files.export([record()], tmp_path, how, replace=True)
    assert there.read_bytes() != b"mine"


def test_without_its_library_parquet_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(OperatorError, match=r"not installed — `pip install '\.\[parquet\]'`"):
        files.export([], tmp_path, "parquet")


def test_the_command_writes_all_that_can_be_read_and_names_the_rest(
    state: Path, cloud: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed = deploy()
    monkeypatch.setattr(Pipeline, "find", lambda *_: deployed.pipeline)
    keys = {"in/a.jpg", "in/b.jpg"}
    for key in sorted(keys):
        deployed.ready(key)
    given = ["export", "--out", str(tmp_path / "tables"), "--format", "jsonl"]
    assert main(given) == 0
    said = capsys.readouterr().err
    assert f"2 pictures, 4 renditions, 6 stages written to {tmp_path / 'tables'}" in said
    assert {row["key"] for row in lines(tmp_path / "tables" / "pictures.jsonl")} == keys
    strange: dict[str, Any] = {"image_id": {"S": "strange"}, "status": {"S": "MISLAID"}, "source": {"M": {}}}
    boto3.client("dynamodb").put_item(TableName=TABLE, Item=strange)
    assert main([*given, "--replace"]) == 1
    assert "left out: the record of strange is not one of this release" in capsys.readouterr().err
    assert len(lines(tmp_path / "tables" / "pictures.jsonl")) == 2
