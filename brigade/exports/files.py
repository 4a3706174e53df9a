"""The tables as files: written beside each other under temporary names, and put in their places once all are whole."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

from brigade.exports.columns import TABLES, Column, rows
from brigade.exports.spreadsheet import cell
from brigade.terminal import OperatorError
from records.picture import PictureRecord

FORMATS = ("csv", "jsonl", "parquet")
_PARQUET = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "time": "TIMESTAMP"}
# What DuckDB may use beside our own memory, however large a table is.
_DUCKDB = {"memory_limit": "256MB", "threads": 1, "autoinstall_known_extensions": False}

Write = Callable[[dict[str, Any]], object]


def export(records: Iterable[PictureRecord], folder: Path, how: str, *, replace: bool = False) -> dict[str, int]:
    """Write the three tables into ``folder``; return how many rows each has.

    Holds one record at a time. Raises OperatorError for files that are there already, unless they are to be replaced,
    and where Parquet lacks its library. What fails midway leaves the folder as it was.
    """
    places = {name: folder / f"{name}.{how}" for name in TABLES}
    there = [str(path) for path in places.values() if path.exists()]
    if there and not replace:
        raise OperatorError(f"{', '.join(there)} is there already", "choose another --out, or add --replace")
    duckdb = _library() if how == "parquet" else None
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".export-", dir=folder) as made:
        counted = _write(records, Path(made), "csv" if how == "csv" else "jsonl")
        for name, place in places.items():
            if duckdb:
                _to_parquet(duckdb, Path(made, f"{name}.jsonl"), Path(made, place.name), TABLES[name])
        for place in places.values():
            Path(made, place.name).replace(place)
    return counted


def _write(records: Iterable[PictureRecord], folder: Path, how: str) -> dict[str, int]:
    counted: Counter[str] = Counter()
    with ExitStack() as stack:
        writers: dict[str, Write] = {}
        for name, columns in TABLES.items():
            file = stack.enter_context(Path(folder, f"{name}.{how}").open("x", encoding="utf-8", newline=""))
            writers[name] = csv_writer(file, columns) if how == "csv" else _json_lines(file)
        for record in records:
            for name, row in rows(record):
                writers[name](dict(row))
                counted[name] += 1
    return {name: counted[name] for name in TABLES}


def csv_writer(file: TextIO, columns: tuple[Column, ...]) -> Write:
    """Write the line of names; return what writes a row."""
    writer = csv.writer(file)  # lines end as RFC 4180 says; with another end a carriage return would not be quoted
    writer.writerow(column.name for column in columns)
    return lambda row: writer.writerow([cell(row[column.name]) for column in columns])


def _json_lines(file: TextIO) -> Write:
    return lambda row: file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _library() -> Any:
    try:
        return import_module("duckdb")
    except ImportError as error:
        raise OperatorError(
            "Parquet is written by DuckDB, which is not installed", "`pip install '.[parquet]'`"
        ) from error


def _to_parquet(duckdb: Any, lines: Path, place: Path, columns: tuple[Column, ...]) -> None:
    # Names and kinds are given, not guessed: of a column that is empty so far there is nothing to guess by.
    kinds = {column.name: _PARQUET[column.kind] for column in columns}
    with duckdb.connect(config=_DUCKDB) as connection:
        connection.execute("SET enable_progress_bar = false")  # it would draw on stdout
        read = connection.read_json(str(lines), format="newline_delimited", columns=kinds)
        read.write_parquet(str(place), compression="zstd")
    lines.unlink()
