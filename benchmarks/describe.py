"""What reading a picture's metadata costs: exiftool kept open, against a process for each (`make bench-describe`).

The pictures are a corpus's, of many makers, where one lies beside the project; elsewhere they are drawn. Both sides
read the same files, which hold as much of each picture as the actor fetches, and take turns in several rounds.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track

from benchmarks import report
from benchmarks.report import Table
from brigade.demo import samples
from brigade.inline.memory_storage import MemoryStorage
from imaging.containers import whole
from kit.events import Image, ImageIngested, Source
from services.describe import head
from services.describe.exiftool import Exiftool, ExiftoolFailed, find
from services.ingest.admission import admit

SECTION = "Camera metadata"
CAMERAS = Path("../shared/corpus/B_cameras")
GOAL_MS = 10
ROUNDS = 3
DRAWN = 150
# What who needs a picture's tags once would write.
BY_ITSELF = ("-json", "-G1", "-a", "-fast")
COLUMNS = ("of a picture", "kept open", "a process for each", "ratio", "goal")
NOTE = (
    f"Wall time, of each picture the fastest of {ROUNDS} rounds: other work on the machine can only slow it down. Each "
    "round has a new process that is kept open; the first picture, which starts it, is not among the others."
)


@dataclass(frozen=True)
class Picture:
    """What the actor reads of a picture, and its format."""

    content: bytes
    format: str


@dataclass(frozen=True)
class Took:
    """Seconds that one picture took either side."""

    kept: float
    alone: float


def pictures() -> list[Picture]:
    """Return what the actor would read of every picture."""
    paths = sorted(CAMERAS.iterdir()) if CAMERAS.is_dir() else []
    return [_read(content) for content in [path.read_bytes() for path in paths] or list(_drawn())]


def _drawn() -> Iterator[bytes]:
    for number in range(DRAWN):
        yield samples.photograph((320 + number, 240), samples.NOON, number % 8 + 1)


def _read(content: bytes) -> Picture:
    format_ = admit(whole(content), len(content)).format
    image = Image.of(Source(bucket="source", key="a"))
    event = ImageIngested(image=image, recipe="r", format=format_, width=1, height=1, bytes=len(content))
    return Picture(head.read(event, MemoryStorage({("source", "a"): content})), format_)


def measure(program: str, read: list[Picture], folder: Path) -> tuple[list[Took], str]:
    """Return what every picture took in its fastest round, and exiftool's version."""
    paths = [folder / f"{number}.{each.format.lower()}" for number, each in enumerate(read)]
    for path, each in zip(paths, read, strict=True):
        path.write_bytes(each.content)
    kept, alone = [], []
    for _ in track(range(ROUNDS), "measuring", console=Console(stderr=True)):
        tool = Exiftool(program)
        kept.append([_seconds(partial(_kept_open, tool, each)) for each in read])
        tool.close()
        alone.append([_seconds(partial(_by_itself, program, path)) for path in paths])
    return [
        Took(min(k), min(a)) for k, a in zip(zip(*kept, strict=True), zip(*alone, strict=True), strict=True)
    ], tool.version


def _kept_open(tool: Exiftool, picture: Picture) -> None:
    try:
        tool.read(picture.content, picture.format)
    except ExiftoolFailed as error:
        sys.exit(f"exiftool could not read a {picture.format}: {error}")


def _by_itself(program: str, path: Path) -> None:
    subprocess.run([program, *BY_ITSELF, str(path)], capture_output=True, check=False)


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def table(took: list[Took]) -> Table:
    """Return the table of what the pictures took."""
    first, *others = took
    rows = (
        _row("the first", [first], median),
        _row("the median of the others", others, median, goal=f"≤ {GOAL_MS} ms"),
        _row("19 of 20 of the others take less", others, _nineteen_of_twenty),
        _row("the slowest of the others", others, max),
    )
    return Table("Reading a picture's tags", NOTE, COLUMNS, rows)


def _nineteen_of_twenty(seconds: Iterable[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def _row(what: str, took: list[Took], which: Callable[[Iterable[float]], float], goal: str = "") -> tuple[str, ...]:
    kept, alone = which(each.kept for each in took), which(each.alone for each in took)
    return what, f"{kept * 1000:.1f} ms", f"{alone * 1000:.1f} ms", f"{kept / alone:.2f}", goal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/RESULTS.md")
    write = parser.parse_args().write
    program = find()
    if program is None:
        sys.exit("there is no exiftool to measure: `make bench-describe` fetches one")
    read = pictures()
    with TemporaryDirectory() as folder:
        took, version = measure(program, read, Path(folder))
    found = table(took)
    Console(width=120).print(report.rich(found))
    if write:
        which = "pictures of the corpus's cameras" if CAMERAS.is_dir() else "drawn pictures"
        report.write(
            SECTION,
            f"`make bench-describe`, {report.today()}, on {report.machine()}; exiftool {version}, {len(read)} {which}.",
            report.markdown(found),
        )


if __name__ == "__main__":
    main()
