"""What a soak comes to: the account, the pace, and the memory of each process. Pure but for ``write``."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

from benchmarks import load_plot, report
from benchmarks.load_plot import Panel
from benchmarks.processes import ENGINE
from benchmarks.report import Table, markdown

SECTION = "Soak"
PLOT = Path("benchmarks/soak.svg")
POINTS = 180  # of a line in the plot

Sizes = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Soak:
    """One soak; seconds count from the first upload.

    ``memory`` maps processes ("function number born") to megabytes and when they had them, ``took_s`` is how long
    each picture that is READY took from upload to outputs, in order.
    """

    sent_s: float
    drained_s: float
    outcomes: Mapping[str, int]
    took_s: Sequence[float]
    at_s: Sequence[float]
    backlog: Mapping[str, Sequence[int]]
    memory: Mapping[str, Sizes]

    def raw(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


@dataclass(frozen=True)
class Growth:
    """A process's mean megabytes in the middle and in the last third of the uploads, and what that is an hour."""

    middle_mb: float
    last_mb: float
    mb_an_hour: float


def growth(sizes: Sizes, sent_s: float) -> Growth | None:
    """Return how a process grew; None of one that did not live through both thirds."""
    third = sent_s / 3
    middle = [size for at, size in sizes if third <= at < 2 * third]
    last = [size for at, size in sizes if 2 * third <= at <= sent_s]
    if sizes[0][0] > third or sizes[-1][0] < sent_s * 0.9 or not (middle and last):
        return None
    return Growth(mean(middle), mean(last), (mean(last) - mean(middle)) / (third / 3600))


def tables(soak: Soak) -> tuple[Table, ...]:
    """Return everything that is published."""
    return (outcome(soak), pace(soak), memory(soak))


def outcome(soak: Soak) -> Table:
    rows = tuple((what, f"{count:,}") for what, count in soak.outcomes.items())
    return Table(
        "Account", "Of twenty uploads one is cut off, one is text, and one is matched by no recipe.", ("", ""), rows
    )


def pace(soak: Soak) -> Table:
    cuts = quantiles(soak.took_s, n=20, method="inclusive")
    longest = max(sum(depths) for depths in zip(*soak.backlog.values(), strict=True))
    rows = (
        ("uploads a second", f"{soak.outcomes['uploaded'] / soak.sent_s:.2f}"),
        ("upload to all outputs stored, p50", f"{cuts[9]:.2f} s"),
        ("p95", f"{cuts[18]:.2f} s"),
        ("the longest", f"{soak.took_s[-1]:.2f} s"),
        ("last upload to empty queues", f"{max(0, soak.drained_s - soak.sent_s):.0f} s"),
        ("messages in all queues, at most", f"{longest:,}"),
    )
    return Table("Pace", f"The uploads took {soak.sent_s / 60:.1f} minutes.", ("", ""), rows)


def memory(soak: Soak) -> Table:
    rows, passing = [], defaultdict(list)
    for name, sizes in sorted(soak.memory.items()):
        function, number, _ = name.rsplit(" ", 2)
        most = max(size for _, size in sizes)
        if grown := growth(sizes, soak.sent_s):
            figures = (grown.middle_mb, grown.last_mb, most, grown.mb_an_hour)
            rows.append((f"{function} {number}", *(f"{each:,.1f}" for each in figures)))
        else:
            passing[function].append(most)
    rows += [
        (f"{function}: {len(most)} for a while", "", "", f"{max(most):,.1f}", "") for function, most in passing.items()
    ]
    note = (
        "Resident megabytes of each process that lived through both thirds of the uploads: their means, the most that "
        "ever was, and the difference of the means an hour. The engine keeps every record, log line and version of "
        "an object in its memory, as AWS does on disks: it is no part of the product."
    )
    return Table("Memory", note, ("process", "middle third", "last third", "at most", "MB an hour"), tuple(rows))


def panels(soak: Soak) -> list[Panel]:
    """Return the plot's panels: the workers, the engine, the queues."""
    lines = defaultdict(list)
    for name, sizes in sorted(soak.memory.items()):
        lines[name.rsplit(" ", 2)[0]].append(thinned(sizes))
    engine, end = {ENGINE: lines.pop(ENGINE, [])}, soak.at_s[-1]
    waiting = {name: [thinned(list(zip(soak.at_s, depths, strict=True)))] for name, depths in soak.backlog.items()}
    return [
        Panel("Workers of the functions, MB each", end, dict(lines)),
        Panel("The local cloud's engine, MB", end, engine),
        Panel("Messages in each queue", end, waiting),
    ]


def thinned(line: Sizes) -> Sizes:
    """Return the line with the highest of every few points, so that none has many more than POINTS."""
    step = max(1, len(line) // POINTS)
    return [max(line[start : start + step], key=lambda point: point[1]) for start in range(0, len(line), step)]


def write(soak: Soak) -> None:
    """Write the plot and the section of RESULTS.md."""
    PLOT.write_text(load_plot.draw(panels(soak)), encoding="utf-8")
    about = (
        f"`make soak`, {report.today()}, on {report.machine()}, {report.busy()}. "
        "JPEGs of 480×320, the default recipe, an archive; the "
        "local cloud, its functions and what sends share the machine."
    )
    report.write(SECTION, about, *map(markdown, tables(soak)), f"![Memory of each process over time]({PLOT.name})")
