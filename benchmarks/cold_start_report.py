"""The cold start benchmark's table: on the screen, and in its section of RESULTS.md."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from benchmarks import report
from benchmarks.cold_start_packages import OURS, THEIRS
from benchmarks.report import Table

SECTION = "Cold start"
GOALS = {"ingest": 0.55, "catalog": 0.55, "normalize": 0.65, "resize": 0.65}
COLUMNS = ("actor", "imports", "first invocation", "both", "straightforward", "ratio", "goal", "peak memory", "ratio")
NOTE = (
    "CPU of all threads, in ms: ours for importing the handler, for the first invocation, and for both; then both of "
    "the straightforward handler, and ours ÷ that. Peak memory is the whole process's, ours, and ours ÷ theirs."
)


@dataclass(frozen=True)
class Start:
    """One start: CPU seconds for the imports and for the first invocation, peak memory in bytes."""

    imports: float
    invocation: float
    peak: float

    @property
    def cpu(self) -> float:
        """CPU seconds in all."""
        return self.imports + self.invocation


Found = dict[bool, dict[str, dict[str, Start]]]  # by whether the trace is sampled, actor and side


def least(starts: Iterable[Start]) -> Start:
    """Return the least of each: what other programs do meanwhile only ever adds."""
    imports, invocation, peak = zip(*((each.imports, each.invocation, each.peak) for each in starts), strict=True)
    return Start(min(imports), min(invocation), min(peak))


def tables(found: Found) -> list[Table]:
    """Return a table for each kind of trace, with a row for every actor."""
    titles = {False: "In a trace that is not sampled", True: "In a trace that is sampled"}
    return [
        Table(titles[sampled], NOTE, COLUMNS, tuple(_row(name, sides) for name, sides in actors.items()))
        for sampled, actors in found.items()
    ]


def missed(found: Found) -> Table:
    """Return the goals that are not reached, in either kind of trace."""
    starts = [(name, sampled, sides) for sampled, actors in found.items() for name, sides in actors.items()]
    rows = tuple(
        (name, "yes" if sampled else "no", f"{GOALS[name]:.2f}", f"{_ratio(sides):.2f}")
        for name, sampled, sides in starts
        if name in GOALS and round(_ratio(sides), 2) > GOALS[name]
    )
    measured = [name for name, _, _ in starts if name in GOALS]
    note = f"{len(measured) - len(rows)} of {len(measured)} goals are reached."
    return Table("Cold starts: goals not reached", note, ("actor", "sampled", "goal", "measured"), rows)


def _ratio(sides: dict[str, Start]) -> float:
    return sides[OURS].cpu / sides[THEIRS].cpu


def _row(name: str, sides: dict[str, Start]) -> tuple[str, ...]:
    ours, theirs = sides[OURS], sides[THEIRS]
    return (
        name,
        *(f"{seconds * 1000:.0f} ms" for seconds in (ours.imports, ours.invocation, ours.cpu, theirs.cpu)),
        f"{_ratio(sides):.2f}",
        f"{GOALS[name]:.2f}" if name in GOALS else "",
        f"{ours.peak / 1e6:.0f} MB",
        f"{ours.peak / theirs.peak:.2f}",
    )


def show(found: Found) -> None:
    for each in tables(found):
        Console(width=130).print(report.rich(each))


def write(found: Found, rounds: int) -> None:
    """Put the tables into their section of RESULTS.md, and leave the others as they are."""
    added = Path(__file__).with_name("straightforward").joinpath("requirements.txt").read_text(encoding="utf-8")
    peer = ", ".join(line for line in added.splitlines() if not line.startswith("#"))
    report.write(
        SECTION,
        f"`make bench-cold`, {report.today()}, on {report.machine()}; Python {platform.python_version()}, boto3 "
        f"{version('boto3')}; the straightforward handlers besides: {peer}.",
        f"Every start is a process of its own with an unpacked, compiled package; the least of {rounds} in which the "
        "sides take turns. Ours is the package that a deployment uploads, without what functions never read; the "
        "straightforward handler's holds what pip installs, in the same releases. The events are real ones and so is "
        "the work, on a picture of 12 megapixels and the local cloud: ingest admits it, normalize drops its metadata, "
        "resize makes ten renditions, catalog completes its record. Both sides do the work on the picture with the "
        "project's own code, so both import msgspec. X-Ray by default samples the first request of each second and 5 % "
        "of the others; the straightforward handlers import its SDK in either case, ours only to send something.",
        *map(report.markdown, [*tables(found), missed(found)]),
    )
