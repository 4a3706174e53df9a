"""What was measured of the chain: `make bench` writes it, `brigade cost` reads it."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from brigade.terminal import OperatorError

FILE = Path(__file__).with_name("measured.json")


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What one actor takes for one picture: ``messages`` of its queue, ``changes`` of the table's stream.

    ``announced`` are its announcements, of which one request may hold several where batches are full.
    Requests are counted by ``service.Operation``. ``waits`` counts by service how often it waits for requests: those
    that it makes side by side are one wait.
    """

    messages: float
    changes: float = 0
    announced: float = 0
    cpu_ms: float
    requests: dict[str, float]
    waits: dict[str, float]
    read_bytes: float  # from S3
    stored_bytes: float  # into S3
    logged_bytes: float


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of picture: a JPEG of so many megapixels, ``turned`` where its master has to be encoded anew."""

    recipe: str
    megapixels: float
    turned: bool
    original_bytes: float
    actors: dict[str, Work]
    write_units: dict[str, float]  # of DynamoDB, by table and index


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """All runs, and where they were made; every figure is the mean of ``pictures`` pictures.

    ``optional`` has actors that only some deployments have, for an upright picture of 12 megapixels.
    """

    measured_on: str
    machine: str
    pictures: int
    runs: tuple[Run, ...]
    optional: dict[str, Work] = {}

    def at(self, recipe: str, megapixels: float, turned: float = 0) -> Run:
        """Return what a picture takes, between the sizes that were measured; ``turned`` is the share of such.

        Raises OperatorError for a recipe and for a size that was not measured.
        """
        upright = self._between_sizes(recipe, megapixels, turned=False)
        return upright if not turned else _blend(upright, self._between_sizes(recipe, megapixels, turned=True), turned)

    def _between_sizes(self, recipe: str, megapixels: float, *, turned: bool) -> Run:
        runs = [run for run in self.runs if (run.recipe, run.turned) == (recipe, turned)]
        if not runs:
            what = f"recipe {recipe!r}" + (" with turned pictures" if turned else "")
            known = ", ".join(sorted({run.recipe for run in self.runs if run.turned == turned}))
            hint = f"there are figures for {known}" if known else "no recipe was measured with turned pictures"
            raise OperatorError(f"{what} was not measured", hint)
        runs.sort(key=lambda run: run.megapixels)
        for low, high in pairwise(runs):
            if low.megapixels <= megapixels <= high.megapixels:
                return _blend(low, high, (megapixels - low.megapixels) / (high.megapixels - low.megapixels))
        sizes = f"from {runs[0].megapixels:g} to {runs[-1].megapixels:g} megapixels"
        raise OperatorError(f"{megapixels:g} megapixels were not measured", f"there are figures {sizes}")


def load(file: Path = FILE) -> Measured:
    """Return what was measured last."""
    return msgspec.json.decode(file.read_bytes(), type=Measured)


def store(measured: Measured, file: Path = FILE) -> None:
    """Write down what was measured, in the place of what was before."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=1) + b"\n")


def _blend(low: Run, high: Run, share: float) -> Run:
    """Return the run between two, at that share of the way."""
    return msgspec.convert(_between(msgspec.to_builtins(low), msgspec.to_builtins(high), share), Run)


def _between(low: Any, high: Any, share: float) -> Any:
    if isinstance(low, dict):
        return {name: _between(low.get(name, 0), high.get(name, 0), share) for name in low | high}
    if isinstance(low, bool | str):
        return low
    return low + (high - low) * share
