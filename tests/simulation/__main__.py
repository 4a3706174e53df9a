"""Run simulations: `python -m tests.simulation --seeds 20000`, or one again with `--seed N`."""

import argparse
import logging
import sys
import time

import click

from tests.simulation.run import Plan
from tests.simulation.shrink import failure, shrunk

_MOST_SHOWN = 3


def main() -> int:
    """Run as many seeds as were asked for; print the shortest form of the failures; return how many failed."""
    given = argparse.ArgumentParser(prog="simulation", description=__doc__)
    given.add_argument("--seeds", type=int, default=20_000, help="how many")
    given.add_argument("--first", type=int, default=0, help="the first of them")
    given.add_argument("--seed", type=int, help="this one alone, with its whole story")
    asked = given.parse_args()
    logging.getLogger("brigade").setLevel(logging.CRITICAL)
    if asked.seed is not None:
        found = failure(Plan.of(asked.seed))
        click.echo(shrunk(found) if found else f"seed {asked.seed} breaks no invariant")
        return bool(found)
    began, failed = time.monotonic(), 0
    for seed in range(asked.first, asked.first + asked.seeds):
        if found := failure(Plan.of(seed)):
            failed += 1
            if failed <= _MOST_SHOWN:
                click.echo(f"{shrunk(found)}\n")
            else:
                click.echo(f"seed {seed}: {found.invariant}: {found.words[:160]}")
    minutes = (time.monotonic() - began) / 60
    click.echo(f"{asked.seeds} seeds, {failed} failed, {asked.seeds / minutes:,.0f} a minute")
    return failed


if __name__ == "__main__":
    sys.exit(min(main(), 1))
