"""``python -m tools.figures`` writes the figures into the pages that quote them; ``--check`` compares them.

They follow from what `make bench` and `make load` measured last, the price list and the declarations. In a page, they
stand between two comments that name them.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import scaling
from benchmarks.load_report import RAW
from benchmarks.report import Table, markdown
from benchmarks.scaling_model import Model
from brigade.cost import measured, prices
from brigade.cost.archived import Kept, kept
from brigade.cost.estimate import Line, estimate
from services.chain import CHAIN
from tools.markdown import fill

DOCS = Path(__file__).parents[1] / "docs"
MEGAPIXELS = 12
PAGES = ("archive.md", "cost.md", "scaling.md")
Which = Callable[[Line], bool]


def figures() -> dict[str, Table]:
    """Return all tables by the names under which pages quote them."""
    run, listed = measured.load().at("default", MEGAPIXELS), prices.load()
    model = Model.whole(CHAIN, measured.load(), MEGAPIXELS, listed)
    bulk, single = (estimate(run, listed, CHAIN, batched=batched) for batched in (True, False))
    return {
        "archive": archive(kept(1e6, run.original_bytes, listed), run.original_bytes),
        "cost": cost(bulk, single),
        "concurrency": scaling.concurrency(model),
        "rates": scaling.rates(model),
        "backlog": scaling.backlog(model),
        "quotas": scaling.quotas(model),
        "drains": scaling.drains(json.loads(RAW.read_text(encoding="utf-8")), model),
    }


def archive(classes: list[Kept], original_bytes: float) -> Table:
    """Return what originals cost in each of S3's classes."""
    rows = tuple(
        (each.storage_class, *(f"{usd:.2f}" for usd in (each.put, each.a_month, each.read, each.least)))
        for each in classes
    )
    columns = ("class", "to put there, $", "a month, $", "to read once, $", "at least, $")
    what = f"The originals of a million pictures of {MEGAPIXELS} megapixels, {original_bytes / 1e6:.1f} MB each."
    return Table("What the classes cost", what, columns, rows)


def cost(bulk: list[Line], single: list[Line]) -> Table:
    """Return where the money goes, by service."""
    parts: list[tuple[str, Which]] = [(kind, partial(_is_of, kind)) for kind in dict.fromkeys(map(_kind, bulk))]
    parts += [("all but what is assumed", lambda line: not line.assumed), ("all", lambda _: True)]
    floor = _usd(bulk, lambda line: line.floor)
    rows = tuple(_row(what, _usd(bulk, which), _usd(single, which), floor) for what, which in parts)
    columns = ("what", "in bulk, $", "÷ floor", "one by one, $", "÷ floor")
    return Table("Where it goes", f"A million pictures of {MEGAPIXELS} megapixels, default recipe.", columns, rows)


def _kind(line: Line) -> str:
    return line.service + (", the floor" if line.floor else "") + (", assumed" if line.assumed else "")


def _is_of(kind: str, line: Line) -> bool:
    return _kind(line) == kind


def _usd(lines: list[Line], which: Which) -> float:
    return sum(line.usd for line in lines if which(line))


def _row(what: str, bulk: float, single: float, floor: float) -> tuple[str, ...]:
    return what, f"{bulk:.2f}", f"{bulk / floor:.2f}", f"{single:.2f}", f"{single / floor:.2f}"


def filled(page: str, tables: dict[str, Table]) -> str:
    """Return a page with its figures as they are now."""
    return fill(page, "figures", lambda name: markdown(tables[name]))


def main(arguments: list[str], folder: Path = DOCS) -> int:
    """Write the pages, or with ``--check`` name those that are stale; return the exit code."""
    tables, stale = figures(), []
    for name in PAGES:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        new = filled(text, tables)
        if "--check" not in arguments:
            path.write_text(new, encoding="utf-8")
        elif new != text:
            stale.append(name)
    for name in stale:
        sys.stderr.write(f"docs/{name} does not match the measurements: run `python -m tools.figures`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
