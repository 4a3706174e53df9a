"""What `brigade cost` multiplies with prices: requests, CPU, bytes and write units of a picture, by kind of picture.

Camera-like JPEGs go through the actors' own handlers by benchmarks.by_hand. `make bench` writes the means, and of CPU
the least of ROUNDS rounds, to brigade/cost/measured.json.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

from PIL.ExifTags import Base
from PIL.TiffImagePlugin import IFDRational
from rich.progress import track

from benchmarks import pixel_sources, report
from benchmarks.by_hand import Driver, Tallies, Tally
from brigade.cost.measured import Measured, Run, Work
from brigade.pictures.local_files import LocalFile
from services.chain import CHAIN

PICTURES = 10  # fills every actor's batches
ROUNDS = 3
TWELVE = (4000, 3000)
SIZES = ((2000, 1500), TWELVE, (8000, 6000))  # 3, 12 and 48 megapixels
UPRIGHT, TURNED = 1, 6  # Exif's orientations
# What most cameras write into a picture, and what the catalog therefore keeps.
CAMERA: Mapping[int, Any] = {
    Base.DateTimeOriginal: "2026:05:04 12:00:00",
    Base.OffsetTimeOriginal: "+02:00",
    Base.BodySerialNumber: "H2H3-0004711",
    Base.LensModel: "Long Arm 24-70 mm",
    Base.ExposureTime: IFDRational(1, 250),
    Base.FNumber: IFDRational(8, 1),
    Base.ISOSpeedRatings: 100,
    Base.FocalLength: IFDRational(35, 1),
}


@dataclass(frozen=True)
class Kind:
    """A recipe, what the keys that get it begin with, and how the camera was held."""

    recipe: str
    prefix: str
    orientation: int


KINDS = (
    Kind("default", "holidays/2026/", UPRIGHT),
    Kind("default", "holidays/2026/", TURNED),
    Kind("training", "postpic/", UPRIGHT),
)


def measure(driver: Driver, folder: Path, optional: Mapping[str, Work]) -> Measured:
    """Return what pictures of every kind and size take, and the optional actors, which were measured before."""
    cases = list(product(SIZES, KINDS))
    runs = [run(driver, folder, size, kind) for size, kind in track(cases, "measuring", transient=True)]
    return Measured(
        measured_on=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=report.machine(),
        pictures=PICTURES,
        runs=tuple(runs),
        optional=dict(optional),
    )


def optional(driver: Driver, folder: Path) -> dict[str, Work]:
    """Return what the optional actors of a stack that has them take for a picture of twelve megapixels."""
    taken = run(driver, folder, TWELVE, KINDS[0]).actors
    return {actor.name: taken[actor.name] for actor in CHAIN.optional}


def run(driver: Driver, folder: Path, size: tuple[int, int], kind: Kind) -> Run:
    """Send pictures of one kind through the chain, several times: other programs only ever add to the CPU."""
    files = draw(folder, size, kind.orientation)
    prefixes = [f"{kind.prefix}{size[0]}-{kind.orientation}-{number}/" for number in range(ROUNDS)]
    rounds = [driver.pass_through(named(files, prefix)) for prefix in prefixes]
    least = {name: min(tallies[name].cpu for tallies in rounds) for name in rounds[0]}
    tallies = rounds[-1]
    return Run(
        recipe=kind.recipe,
        megapixels=size[0] * size[1] / 1e6,
        turned=kind.orientation == TURNED,
        original_bytes=sum(path.stat().st_size for path in files) / PICTURES,
        actors={name: work(tally, least[name]) for name, tally in tallies.items()},
        write_units=write_units(tallies),
    )


def draw(folder: Path, size: tuple[int, int], orientation: int) -> list[Path]:
    """Write the pictures, each with bytes of its own."""
    content = pixel_sources.jpeg(size, orientation=orientation, facts=CAMERA)(pixel_sources.PHOTOGRAPH)
    paths = [folder / f"IMG_{number:04}.jpg" for number in range(PICTURES)]
    for path in paths:
        path.write_bytes(content + path.name.encode())
    return paths


def named(paths: list[Path], prefix: str) -> list[LocalFile]:
    """Return the pictures under keys below a prefix."""
    return [LocalFile(path, prefix + path.name) for path in paths]


def work(tally: Tally, cpu_s: float) -> Work:
    """Return the means of a picture."""
    return Work(
        messages=tally.messages / PICTURES,
        changes=tally.changes / PICTURES,
        announced=tally.announced / PICTURES,
        cpu_ms=round(cpu_s * 1000 / PICTURES, 1),
        requests={f"{service}.{name}": n / PICTURES for (service, name), n in sorted(tally.requests.items())},
        waits={service: n / PICTURES for service, n in sorted(tally.waits.items())},
        read_bytes=tally.read / PICTURES,
        stored_bytes=tally.stored / PICTURES,
        logged_bytes=tally.logged / PICTURES,
    )


def write_units(tallies: Tallies) -> dict[str, float]:
    total = sum((tally.units for tally in tallies.values()), Counter[str]())
    return {place: units / PICTURES for place, units in sorted(total.items())}
