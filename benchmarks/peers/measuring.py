"""What every Python side of the pixel benchmark does: read a task, warm up, repeat, tell CPU and memory.

``sharp.cjs`` does the same in JavaScript.
"""

import json
import re
import resource
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

ENOUGH_S = 1.0  # CPU seconds after which nothing is repeated any more
MOST_REPETITIONS = 8


@dataclass(frozen=True)
class Wanted:
    """One rendition of the recipe, in the words that all sides read; ``blocks`` is set where it is pixelated."""

    name: str
    fit: str
    width: int | None
    height: int | None
    quality: int
    blocks: int | None


@dataclass(frozen=True)
class Output:
    """One encoded picture: its name and the file's bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Measured:
    """What a picture costs: CPU seconds; megabytes resident after the imports, and at most."""

    cpu_s: float
    base_mb: float
    peak_mb: float

    @property
    def above_mb(self) -> float:
        """What the work itself took."""
        return self.peak_mb - self.base_mb


Renditions = tuple[Wanted, ...]
Work = Callable[[bytes, Renditions], Iterable[Output]]


def measure(works: Mapping[str, Work]) -> None:
    """Do the task that the command line's one argument describes in JSON, and print one line of JSON.

    The task: ``work``, ``source`` (a path), ``renditions``, ``outputs`` (a folder for the results, or null).
    The answer is a Measured; CPU is user and system, of all threads.
    """
    base = resident_mb("VmRSS")
    task = json.loads(sys.argv[1])
    work, content = works[task["work"]], Path(task["source"]).read_bytes()
    renditions = tuple(Wanted(**one) for one in task["renditions"])
    for output in work(content, renditions):  # the warm-up
        if task["outputs"]:
            (Path(task["outputs"]) / output.name).write_bytes(output.content)
    began, repetitions = cpu_s(), 0
    while repetitions < MOST_REPETITIONS and (not repetitions or cpu_s() - began < ENOUGH_S):
        for _ in work(content, renditions):
            pass
        repetitions += 1
    spent = (cpu_s() - began) / repetitions
    sys.stdout.write(json.dumps(asdict(Measured(spent, base, resident_mb("VmHWM")))))


def cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident_mb(field: str) -> float:
    """Return a field of this process's status: VmRSS is what is resident now, VmHWM the most that ever was."""
    found = re.search(rf"^{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        sys.exit("the pixel benchmark reads memory from /proc: it runs on Linux alone")
    return int(found[1]) / 1024
