"""The cold start benchmark's table: on the screen, and in its section of RESULTS.md."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.console import Console

from benchmarks import report
from benchmarks.report import Table

SECTION = "Cold start"
GOAL = 0.55  # of every actor
COLUMNS = ("actor", "imports", "first invocation", "both", "straightforward", "ratio", "goal", "peak memory", "ratio")
NOTE = (
    "CPU of all threads, the least of all starts: ours for importing the handler, for the first invocation, and for "
    "both; then both of the straightforward handler. The ratio is the median of ours ÷ theirs, of starts one after the "
    "other. Peak memory is the whole process's, ours, and ours ÷ theirs."
)

_TRIED = (
    "What was tried. In a sampled trace the X-Ray SDK is imported, 30 ms; half of that is asyncio, which it imports by "
    "way of wrapt and does not use here, so it is put off until somebody does (kit/tracing.py). The rest of our side "
    "is botocore and urllib3 (two thirds of the imports), what makes the clients, and the decoders; all of that the "
    "straightforward side has, too. normalize's and resize's work on the picture is the same code on both sides, so "
    "the more there is of it, the nearer is the ratio to one. Considered and left: msgspec's structs instead of "
    "dataclasses for kit/actor.py, whose import takes 8 ms (-X importtime)."
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


@dataclass(frozen=True)
class Pair:
    """Both sides' starts: the least of each figure, and the median of ours ÷ theirs, of starts one after the other.

    What other programs do meanwhile only ever adds to a start; a machine that is slow for a while is so for both.
    """

    ours: Start
    theirs: Start
    ratio: float  # of CPU


Found = dict[bool, dict[str, Pair]]  # by whether the trace is sampled, and actor


def pair(ours: list[Start], theirs: list[Start]) -> Pair:
    """Return what the two sides' starts come to; the sides took turns."""
    ratio = median(mine.cpu / other.cpu for mine, other in zip(ours, theirs, strict=True))
    return Pair(_least(ours), _least(theirs), ratio)


def _least(starts: Iterable[Start]) -> Start:
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
    measured = [(name, sampled, round(sides.ratio, 2)) for name, sampled, sides in starts]
    rows = tuple(
        (name, "yes" if sampled else "no", f"{GOAL:.2f}", f"{ratio:.2f}")
        for name, sampled, ratio in measured
        if ratio > GOAL
    )
    note = f"{len(measured) - len(rows)} of {len(measured)} goals are reached."
    return Table("Cold starts: goals not reached", note, ("actor", "sampled", "goal", "measured"), rows)


def _row(name: str, sides: Pair) -> tuple[str, ...]:
    ours, theirs = sides.ours, sides.theirs
    return (
        name,
        *(f"{seconds * 1000:.0f} ms" for seconds in (ours.imports, ours.invocation, ours.cpu, theirs.cpu)),
        f"{sides.ratio:.2f}",
        f"{GOAL:.2f}",
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
        f"Every start is a process of its own with an unpacked, compiled package; {rounds} of each side, which "
        "take turns. Ours is the package that a deployment uploads, without what functions never read; the "
        "straightforward handler's holds what pip installs, in the same releases. The events are real ones and so is "
        "the work, on a picture of 12 megapixels and the local cloud: ingest admits it, normalize drops its metadata, "
        "resize makes ten renditions, catalog completes its record. Both sides do the work on the picture with the "
        "project's own code, so both import msgspec. X-Ray by default samples the first request of each second and 5 % "
        "of the others; the straightforward handlers import its SDK in either case, ours only to send something.",
        _TRIED,
        *map(report.markdown, [*tables(found), missed(found)]),
    )
