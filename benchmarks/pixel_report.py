"""What the pixel benchmark says: tables of ratios, on the screen and in RESULTS.md."""

import importlib.metadata
import json
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import __version__ as pillow_version
from rich.table import Table as RichTable

FILE = Path("benchmarks/RESULTS.md")
SECTION = "## Pixels"
PEERS = ("sharp", "vips", "tutorial")
# What we mean to reach: CPU for ten renditions against sharp's, by case; and the same of every case or every JPEG.
GOALS = {
    "jpeg-12": 1.0,
    "jpeg-24": 1.0,
    "progressive-24": 1.1,
    "rotated-12": 0.9,
    "display-p3-12": 1.1,
    "webp-12": 1.8,
    "png-alpha-12": 1.5,
}
TUTORIAL_GOAL = 0.2
MEMORY_GOAL = 0.75
SSIM_GOAL = 0.004
NOT_JPEG = ("webp-12", "png-alpha-12")

# (case, side, work, source) → CPU seconds, peak MB, peak MB above what is resident after the imports
Results = dict[tuple[str, str, str, str], tuple[float, float, float]]
# SSIM by side (and of a full decode), bytes of ten renditions by side
Quality = tuple[dict[str, float], dict[str, int]]
CPU, PEAK, ABOVE = range(3)


@dataclass(frozen=True)
class Table:
    """A table with a sentence on how to read it."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(results: Results, qualities: dict[str, Quality]) -> tuple[Table, ...]:
    """Return everything that is published."""
    return (
        cpu_of_renditions(results),
        cpu_of_masters(results),
        cpu_of_chain(results),
        memory(results),
        likeness(qualities),
        sizes(qualities),
        missed(results, qualities),
    )


def cpu_of_renditions(results: Results) -> Table:
    rows = []
    for case, goal in GOALS.items():
        ours = results[case, "ours", "renditions", "master"][CPU]
        against = [ours / results[case, peer, "renditions", "upload"][CPU] for peer in PEERS]
        same = ours / results[case, "sharp", "renditions", "master"][CPU]
        rows.append(
            (case, f"{ours * 1000:.0f} ms", *(f"{ratio:.2f}" for ratio in against), f"{goal:.1f}", f"{same:.2f}")
        )
    return Table(
        "Ten renditions, CPU",
        "Ours from the master, as the resize actor makes them, divided by the peer's from the upload. Master and upload "
        "differ where the upload is turned or in another colour space; the last column gives sharp our master too.",
        ("upload", "ours", "÷ sharp", "÷ libvips", "÷ tutorial", "goal ÷ sharp", "÷ sharp, same master"),
        tuple(rows),
    )


def cpu_of_masters(results: Results) -> Table:
    rows = []
    for case in GOALS:
        ours = results[case, "ours", "normalize", "upload"][CPU]
        against = [ours / results[case, peer, "normalize", "upload"][CPU] for peer in PEERS]
        rows.append((case, f"{ours * 1000:.0f} ms", *(f"{ratio:.3f}" for ratio in against)))
    return Table(
        "Normalisation, CPU",
        "The master from the upload: upright, sRGB, no metadata, same format. The peers decode and encode at quality 95; "
        "ours only drops the metadata where the upload is upright and sRGB.",
        ("upload", "ours", "÷ sharp", "÷ libvips", "÷ tutorial"),
        tuple(rows),
    )


def cpu_of_chain(results: Results) -> Table:
    rows = []
    for case in GOALS:
        renditions = {"ours": results[case, "ours", "renditions", "master"][CPU]}
        renditions |= {peer: results[case, peer, "renditions", "upload"][CPU] for peer in PEERS}
        masters = {side: results[case, side, "normalize", "upload"][CPU] for side in renditions}
        ours = renditions["ours"] + masters["ours"]
        both = [ours / (renditions[peer] + masters[peer]) for peer in PEERS]
        alone = ours / renditions["sharp"]
        rows.append((case, f"{ours * 1000:.0f} ms", *(f"{ratio:.2f}" for ratio in both), f"{alone:.2f}"))
    return Table(
        "Master and ten renditions, CPU",
        "The sum of the two above on either side. The last column divides our sum by sharp's renditions alone: what the "
        "chain costs where nobody wants the master.",
        ("upload", "ours", "÷ sharp", "÷ libvips", "÷ tutorial", "÷ sharp, renditions alone"),
        tuple(rows),
    )


def memory(results: Results) -> Table:
    rows = []
    for case in GOALS:
        for work, source in (("renditions", "master"), ("normalize", "upload")):
            ours = results[case, "ours", work, source]
            peaks = [ours[PEAK] / results[case, peer, work, "upload"][PEAK] for peer in PEERS]
            above = [ours[ABOVE] / results[case, peer, work, "upload"][ABOVE] for peer in PEERS]
            ratios = (f"{ratio:.2f}" for ratio in (*peaks, *above))
            rows.append((case, work, f"{ours[PEAK]:.0f} MB", f"{ours[ABOVE]:.0f} MB", *ratios))
    return Table(
        "Peak memory",
        "Resident, of the whole process (peak) and above what the runtime and its imports take (above).",
        (
            *("upload", "work", "ours, peak", "above"),
            *("peak ÷ sharp", "÷ libvips", "÷ tutorial", "above ÷ sharp", "÷ libvips", "÷ tutorial"),
        ),
        tuple(rows),
    )


def likeness(qualities: dict[str, Quality]) -> Table:
    sides = ("full decode", "ours", *PEERS)
    rows = []
    for case, (found, _) in qualities.items():
        lost = found["full decode"] - found["ours"]
        rows.append((case, *(f"{found[side]:.4f}" for side in sides), f"{lost:.4f}"))
    return Table(
        "SSIM",
        "Mean of the renditions that are not pixelated, on luma, against a full decode scaled by Lanczos; the first "
        "column is that full decode itself, encoded alike.",
        ("upload", *(name.replace("vips", "libvips") for name in sides), "full decode − ours"),
        tuple(rows),
    )


def sizes(qualities: dict[str, Quality]) -> Table:
    rows = []
    for case, (_, found) in qualities.items():
        rows.append((case, f"{found['ours'] / 1e6:.2f} MB", *(f"{found['ours'] / found[peer]:.2f}" for peer in PEERS)))
    return Table(
        "Bytes",
        "Of the ten renditions together. JPEG quality 85, 4:2:0, no optimised tables; WebP quality 85, effort 2; PNG level "
        "6 (sharp and libvips filter no rows unless told to, Pillow always does).",
        ("upload", "ours", "÷ sharp", "÷ libvips", "÷ tutorial"),
        tuple(rows),
    )


def missed(results: Results, qualities: dict[str, Quality]) -> Table:
    rows = tuple(
        (what, case, f"{goal:g}", f"{found:.3g}")
        for what, case, goal, found in goals(results, qualities)
        if found > goal
    )
    nothing = "" if rows else " None."
    return Table("Goals not reached", f"Of {count()} goals.{nothing}", ("measure", "upload", "goal", "measured"), rows)


def goals(results: Results, qualities: dict[str, Quality]) -> Iterator[tuple[str, str, float, float]]:
    """Yield every goal: what is measured, of which case, the most it should be, what it is."""
    for case, goal in GOALS.items():
        ours = results[case, "ours", "renditions", "master"]
        sharp, tutorial = (results[case, peer, "renditions", "upload"] for peer in ("sharp", "tutorial"))
        found, _ = qualities[case]
        yield "ten renditions, CPU ÷ sharp", case, goal, ours[CPU] / sharp[CPU]
        yield "ten renditions, CPU ÷ tutorial", case, TUTORIAL_GOAL, ours[CPU] / tutorial[CPU]
        yield "SSIM, full decode − ours", case, SSIM_GOAL, found["full decode"] - found["ours"]
        if case not in NOT_JPEG:
            yield "ten renditions, peak memory ÷ sharp", case, MEMORY_GOAL, ours[PEAK] / sharp[PEAK]


def count() -> int:
    return 3 * len(GOALS) + len(GOALS) - len(NOT_JPEG)


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
        "rounds in which the sides take turns, each in a process of its own, after a warm-up. Below 1 is in our favour.",
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
