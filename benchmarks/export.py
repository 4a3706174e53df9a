"""`brigade export` of 100,000 records: memory, time, and what DuckDB reads back. `make bench-export` prints them.

DynamoDB is a stand-in that makes each page when it is asked for, as in benchmarks.missing; each format has a process
of its own, whose greatest memory is printed.
"""

import sys
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import duckdb

from benchmarks.missing import OBJECTS, item, peak_mb
from brigade.exports.columns import TABLES
from brigade.exports.files import FORMATS, export
from brigade.pictures.catalog import Catalog
from brigade.terminal import OperatorError

_PAGE = 300  # records of 3 kB in one MB


def table(count: int) -> Any:
    """Return DynamoDB with so many records."""

    def pages(**_: Any) -> Iterator[dict[str, Any]]:
        for start in range(0, count, _PAGE):
            yield {"Items": [item(number) for number in range(start, min(start + _PAGE, count))]}

    return SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=pages))


def measure(count: int, how: str) -> str:
    """Export once; return what it took, in words."""
    with TemporaryDirectory() as folder:
        before, began = peak_mb(), time.monotonic()
        rows = export(Catalog(table(count), "table", "source").everything(_fail), Path(folder), how)
        took, peak = time.monotonic() - began, peak_mb()
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        read_back = {name: _read(Path(folder, f"{name}.{how}")) for name in TABLES}
    same = "read back by DuckDB" if read_back == rows else f"BUT DuckDB reads {read_back}"
    return f"{how}: {rows}, {size:.0f} MB, {took:.0f} s, peak {peak:.0f} MB ({before:.0f} before), {same}"


def _fail(error: OperatorError) -> None:
    raise error


def _read(path: Path) -> int:
    duckdb.execute("SET enable_progress_bar = false")
    read = {".csv": duckdb.read_csv, ".jsonl": duckdb.read_json, ".parquet": duckdb.read_parquet}[path.suffix]
    [[count]] = read(str(path)).count("image_id").fetchall()
    return int(count)


def main() -> None:
    """Print the measurements."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else OBJECTS
    for how in FORMATS:
        with get_context("spawn").Pool(1) as pool:
            print(pool.apply(measure, (count, how)))


if __name__ == "__main__":
    main()
