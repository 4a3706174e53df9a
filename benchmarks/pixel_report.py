"""Where the pixel benchmark's tables go: to the screen and into their section of RESULTS.md."""

import importlib.metadata
import json
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from PIL import __version__ as pillow_version
from rich.table import Table as RichTable

from benchmarks.pixel_tables import Table

FILE = Path("benchmarks/RESULTS.md")
SECTION = "## Pixels"


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


def write(reported: tuple[Table, ...], peers: Path, rounds: int, origin: str) -> None:
    """Put the tables into their section of RESULTS.md, and leave the others as they are."""
    about = [
        f"`make bench-pixels`, {datetime.now(UTC):%d %B %Y}, on {machine()}; {versions(peers)}.",
        f"Pictures of 12 and 24 megapixels, {origin}, with sensor noise. CPU time of all threads; medians of {rounds} "
        "rounds in which the sides take turns, each in a process of its own, after a warm-up. Below 1 is in our "
        "favour.",
    ]
    section = "\n\n".join([SECTION, *about, *map(markdown, reported)])
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else "# Benchmark results\n"
    others = re.sub(rf"^{SECTION}\n.*?(?=^## |\Z)", "", text, flags=re.MULTILINE | re.DOTALL)
    FILE.write_text(f"{others.rstrip()}\n\n{section}\n", encoding="utf-8")


def machine() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    model = found[1] if found else platform.machine()
    return f"{platform.system()}, {model}, {os.cpu_count()} cores"


def versions(peers: Path) -> str:
    installed = {found.name: found.version for found in importlib.metadata.distributions(path=[str(peers / "python")])}
    asked = subprocess.run(
        ["node", "-p", "JSON.stringify([process.versions.node, require('sharp').versions])"],
        env=os.environ | {"NODE_PATH": str(peers / "node_modules")},
        capture_output=True,
        check=True,
    )
    node, sharp = json.loads(asked.stdout)
    return (
        f"Python {platform.python_version()}, Pillow {pillow_version}; Node.js {node}, sharp {sharp['sharp']} with "
        f"libvips {sharp['vips']}; pyvips {installed['pyvips']} with libvips {installed['pyvips-binary']}"
    )
