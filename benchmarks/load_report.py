"""The load benchmark's tables, its section of RESULTS.md, its raw measurements and its plot."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import quantiles

from benchmarks import load_plot, report
from benchmarks.load_measures import Load
from benchmarks.report import Table, markdown, rich

__all__ = ["rich", "tables", "write"]

SECTION = "Load"
RAW = Path("benchmarks/load.json")
PLOT = Path("benchmarks/load.svg")


def tables(loads: Sequence[Load]) -> tuple[Table, ...]:
    """Return everything that is published."""
    return (drain(loads), stages(loads), invocations(loads), memory(loads))


def drain(loads: Sequence[Load]) -> Table:
    rows = []
    for load in loads:
        uploading = max(load.arrived_s) - min(load.arrived_s)
        draining = load.drained_s - min(load.arrived_s)
        longest, actor = max((max(depths), actor) for actor, depths in load.backlog.items())
        rows.append(
            (
                load.name,
                f"{load.pictures:,}",
                f"{uploading:.0f} s",
                f"{draining:.0f} s",
                f"{load.pictures / draining:.1f}",
                f"{longest:,} ({actor})",
            )
        )
    columns = ("load", "pictures", "uploaded in", "done in", "pictures a second", "longest queue")
    return Table(
        "Drain", "Seconds count from the first upload; done is when no queue holds a message.", columns, tuple(rows)
    )


def stages(loads: Sequence[Load]) -> Table:
    rows = tuple(
        (load.name, name, *percentiles(stage.queued_ms), *percentiles(stage.worked_ms))
        for load in loads
        for name, stage in load.stages.items()
    )
    note = "From the catalog's records: how long a picture's message waited, and how long the work on it took, in ms."
    columns = ("load", "actor", "queued, p50", "queued, p95", "worked, p50", "worked, p95")
    return Table("Stages", note, columns, rows)


def invocations(loads: Sequence[Load]) -> Table:
    rows = []
    for load in loads:
        for name, each in load.invocations.items():
            if each.took_ms:
                busy = sum(each.took_ms) / 1000 / each.at_once / load.drained_s
                size = sum(each.messages) / len(each.messages)
                cells = f"{len(each.took_ms):,}", f"{size:.1f}", *percentiles(each.took_ms), f"{busy:.0%}"
                rows.append((load.name, name, *cells))
    note = (
        "From the cloud's logs: how many messages a batch had, how long it took in ms, and for how much of the time "
        "all invocations that may run at once were busy."
    )
    columns = ("load", "actor", "invocations", "messages in one", "p50", "p95", "busy")
    return Table("Invocations", note, columns, tuple(rows))


def memory(loads: Sequence[Load]) -> Table:
    [sizes] = [[size for _, size in load.memory_mb] for load in loads if load.memory_mb]
    parts = [sizes[round(share * (len(sizes) - 1))] for share in (0.25, 0.5, 0.75, 1)]
    row = (*(f"{size:.0f} MB" for size in parts), f"{max(sizes):.0f} MB")
    note = "Resident memory of `brigade upload --wait` after a quarter, a half, … of its time, and at most."
    return Table("Memory of the command line", note, ("1/4", "1/2", "3/4", "at the end", "at most"), (row,))


def percentiles(values: Sequence[float]) -> tuple[str, str]:
    cuts = quantiles(values, n=20, method="inclusive")
    return f"{cuts[9]:,.0f}", f"{cuts[18]:,.0f}"


def write(loads: Sequence[Load]) -> None:
    """Write the raw measurements, the plot and the section of RESULTS.md."""
    RAW.write_text(json.dumps([asdict(load) for load in loads], separators=(",", ":")) + "\n", encoding="utf-8")
    PLOT.write_text(load_plot.draw([load_plot.queues(load) for load in loads]), encoding="utf-8")
    about = (
        f"`make load`, {report.today()}, on {report.machine()}. JPEGs of 480×320, the default recipe, each actor "
        f"{', '.join(sorted({str(each.at_once) for each in loads[0].invocations.values()}))} at once; the local cloud, "
        "its functions and the command line share the machine. The raw measurements are in load.json."
    )
    report.write(SECTION, about, *map(markdown, tables(loads)), f"![Messages in each queue over time]({PLOT.name})")
