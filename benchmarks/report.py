"""A benchmark's tables: on the screen, and in the benchmark's own section of RESULTS.md."""

import os
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table as RichTable

FILE = Path("benchmarks/RESULTS.md")


@dataclass(frozen=True)
class Table:
    """A table with a sentence on how to read it."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def rich(table: Table) -> RichTable:
    """Return the table for the terminal."""
    shown = RichTable(title=table.title, caption=table.note, title_justify="left", caption_justify="left")
    for number, column in enumerate(table.columns):
        shown.add_column(column, justify="right" if number else "left")
    for row in table.rows:
        shown.add_row(*row)
    return shown


def markdown(table: Table) -> str:
    """Return the table as Markdown, with its heading."""
    lines = [f"### {table.title}", "", table.note]
    if table.rows:
        lines += ["", line(table.columns), line(("---", *("---:" for _ in table.columns[1:]))), *map(line, table.rows)]
    return "\n".join(lines)


def line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def write(section: str, *paragraphs: str) -> None:
    """Put the paragraphs into their section of RESULTS.md, and leave the others as they are."""
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else "# Benchmark results\n"
    others = re.sub(rf"^## {section}\n.*?(?=^## |\Z)", "", text, flags=re.MULTILINE | re.DOTALL)
    body = "\n\n".join([f"## {section}", *paragraphs])
    FILE.write_text(f"{others.rstrip()}\n\n{body}\n", encoding="utf-8")


def today() -> str:
    return f"{datetime.now(UTC):%d %B %Y}"


def machine() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    model = found[1] if found else platform.machine()
    return f"{platform.system()}, {model}, {os.cpu_count()} cores"


def busy() -> str:
    """Say how busy the machine was: figures of a busy one hold against each other alone."""
    return f"load average of the last quarter of an hour {os.getloadavg()[2]:.1f}"
