"""docs/bi.md: its queries run on the Parquet of an export, and its statements for Athena name what is in it."""

import re
from pathlib import Path

import duckdb
import pytest

from brigade.exports import files
from brigade.exports.columns import TABLES
from tests.support import story
from tests.support.deployed import record_of, way

PAGE = (Path(__file__).parents[2] / "docs" / "bi.md").read_text(encoding="utf-8")
VIEWS, *QUERIES = re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    ready, failed = story.image("in/a.jpg"), story.image("in/b.jpg")
    broken = [*way(failed)[:1], story.said(story.rejected(failed), "normalize", at="2026-11-21T08:00:02.500Z")]
    folder = tmp_path_factory.mktemp("bi")
    files.export([record_of(*way(ready)), record_of(*broken)], folder / "tables", "parquet")
    connection = duckdb.connect()
    connection.execute(VIEWS.replace("'tables/", f"'{folder}/tables/"))
    return connection


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_finds_something(query: str, tables: duckdb.DuckDBPyConnection) -> None:
    rows = tables.execute(query).fetchall()
    assert rows
    assert all(value is not None for row in rows for value in row if query.count("make") == 0)


def test_the_day_has_both_pictures_and_the_failure_its_reason(tables: duckdb.DuckDBPyConnection) -> None:
    days, failures = (tables.execute(query).fetchall() for query in QUERIES[:2])
    assert [(str(day)[:10], status, count) for day, status, count, _ in days] == [
        ("2026-11-21", "FAILED", 1),
        ("2026-11-21", "READY", 1),
    ]
    assert failures == [("normalize", "corrupt-image", None, 1)]


def test_athena_is_told_every_column_in_the_order_of_the_file(tables: duckdb.DuckDBPyConnection) -> None:
    for name in TABLES:
        statement = PAGE.split(f"CREATE EXTERNAL TABLE {name} (")[1].split(")")[0]
        told = re.findall(r"`(\w+)` (\w+)", statement)
        kinds = {"VARCHAR": "string", "BIGINT": "bigint", "DOUBLE": "double", "TIMESTAMP": "timestamp"}
        found = tables.table(name).description
        assert told == [(column, kinds[str(kind)]) for column, kind, *_ in found or ()]
