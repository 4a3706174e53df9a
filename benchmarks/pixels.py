"""Renditions and masters: ours against sharp, libvips and the tutorial way, in CPU, memory, likeness and bytes.

Run it with `make bench-pixels`, which installs the peers into build/. Every measurement is a process of its own; the
sides take turns, and the median of the rounds counts. Ten renditions are those of the default recipe. BEFORE=COMMIT
names the commit whose code takes part as "before"; without it, that is the one before this.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import asdict, dataclass, fields
from io import BytesIO
from itertools import product
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track

from benchmarks import pixel_report, pixel_sources, pixel_tables, report
from benchmarks.peers.measuring import Measured, Renditions, Wanted
from benchmarks.similarity import Reference, similarity, size_bytes, write_full_decode
from imaging.effects import Pixelate
from imaging.recipes import load
from services.normalize.pixels import normalize

FOLDER = Path("build/bench-pixels")
PEERS = Path("build/peers")
ROUNDS = 3
RECIPE = "default"
BEFORE = FOLDER.absolute() / "before"
OURS = (sys.executable, "-m", "benchmarks.peers.ours")
COMMANDS = {
    "ours": OURS,
    "before": OURS,
    "sharp": ("node", "benchmarks/peers/sharp.cjs"),
    "vips": (sys.executable, "-m", "benchmarks.peers.vips"),
    "tutorial": (sys.executable, "-m", "benchmarks.peers.tutorial"),
}
ENVIRONMENTS = {
    "before": {"PYTHONPATH": str(BEFORE)},
    "sharp": {"NODE_PATH": str(PEERS / "node_modules")},
    "vips": {"PYTHONPATH": str(PEERS / "python"), "VIPS_CONCURRENCY": "1"},
}


@dataclass(frozen=True)
class Task:
    """What one side does: ``renditions`` or ``normalize``, from the ``upload`` or from our ``master`` of it."""

    side: str
    work: str
    source: str = "upload"


TASKS = (
    Task("ours", "renditions", "master"),
    Task("before", "renditions", "master"),
    Task("sharp", "renditions"),
    Task("vips", "renditions"),
    Task("tutorial", "renditions"),
    Task("sharp", "renditions", "master"),
    Task("ours", "normalize"),
    Task("before", "normalize"),
    Task("sharp", "normalize"),
    Task("vips", "normalize"),
    Task("tutorial", "normalize"),
)


def main() -> None:
    commit = check_out_before()
    renditions = wanted()
    uploads = pixel_sources.make(FOLDER / "uploads")
    sources = {"upload": uploads, "master": masters(uploads)}
    results = measure_all(sources, renditions)
    tables = pixel_tables.tables(results, {case: quality(case, uploads[case], renditions) for case in uploads})
    console = Console(width=120)
    for table in tables:
        console.print(report.rich(table))
    if "--write" in sys.argv[1:]:
        pixel_report.write(tables, PEERS, ROUNDS, pixel_sources.origin(), commit)


def check_out_before() -> str:
    """Put the code of the commit before into a folder; return the commit's short name."""
    asked = ["git", "rev-parse", "--short", os.environ.get("BEFORE") or "HEAD^"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    shutil.rmtree(BEFORE, ignore_errors=True)
    packed = subprocess.run(["git", "archive", commit], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(BEFORE, filter="data")
    return commit


def wanted() -> Renditions:
    """Return the recipe in the words that all sides read."""
    found = []
    for rendition in load().named(RECIPE).rendition:
        if rendition.quality == "auto":
            sys.exit("the peers know no quality 'auto': the benchmark's recipe needs numbers")
        blocks = next((effect.blocks for effect in rendition.effects if isinstance(effect, Pixelate)), None)
        size = (rendition.width, rendition.height)
        found.append(Wanted(rendition.name, rendition.fit, *size, rendition.quality, blocks))
    return tuple(found)


def masters(uploads: dict[str, Path]) -> dict[str, Path]:
    """Normalise the uploads, as the actor does before renditions are made."""
    paths = {}
    for case, upload in uploads.items():
        paths[case] = folder("masters") / upload.name
        paths[case].write_bytes(normalize(upload.read_bytes()).content)
    return paths


def measure_all(sources: dict[str, dict[str, Path]], renditions: Renditions) -> pixel_tables.Results:
    """Let the sides take turns; return medians by case and (side, work, source)."""
    runs: dict[tuple[str, Task], list[Measured]] = {}
    turns = list(product(range(ROUNDS), pixel_sources.CASES, TASKS))
    for number, case, task in track(turns, "measuring", console=Console(stderr=True)):
        outputs = folder("outputs", case, f"{task.side}-{task.work}-{task.source}") if number == 0 else None
        measured = run(task, sources[task.source][case], renditions, outputs)
        runs.setdefault((case, task), []).append(measured)
    return {
        (case, task.side, task.work, task.source): Measured(
            *(median(getattr(run, field.name) for run in measured) for field in fields(Measured))
        )
        for (case, task), measured in runs.items()
    }


def run(task: Task, source: Path, renditions: Renditions, outputs: Path | None) -> Measured:
    """Do a task in a process of its own; the results go into ``outputs``."""
    description = {
        "work": task.work,
        "source": str(source.absolute()),
        "renditions": [asdict(rendition) for rendition in renditions],
        "outputs": str(outputs.absolute()) if outputs else None,
    }
    done = subprocess.run(
        [*COMMANDS[task.side], json.dumps(description)],
        env=os.environ | ENVIRONMENTS.get(task.side, {}),
        cwd=BEFORE if task.side == "before" else None,
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{task.side} could not do {task.work} of {source.name}: are the peers there? make bench-pixels")
    return Measured(**json.loads(done.stdout))


def quality(case: str, upload: Path, renditions: Renditions) -> pixel_tables.Quality:
    """Return SSIM and bytes of every side's renditions, and of those from a full decode."""
    reference = Reference.of(upload)
    outputs = {
        "full decode": folder("outputs", case, "full-decode"),
        "ours": folder("outputs", case, "ours-renditions-master"),
        **{side: folder("outputs", case, f"{side}-renditions-upload") for side in ("sharp", "vips", "tutorial")},
    }
    write_full_decode(reference, outputs["ours"], renditions, outputs["full decode"])
    likeness = {side: similarity(reference, path, renditions) for side, path in outputs.items()}
    sizes = {side: size_bytes(path, renditions) for side, path in outputs.items() if side != "full decode"}
    return likeness, sizes


def folder(*names: str) -> Path:
    path = FOLDER.joinpath(*names)
    path.mkdir(parents=True, exist_ok=True)
    return path


if __name__ == "__main__":
    main()
