"""`brigade prove`: the list to tick on a deployment, proved on a throwaway stage."""

from pathlib import Path

import click
from click.exceptions import Exit

from brigade.acting.here import here
from brigade.commands.options import option, out_folder, yes
from brigade.prove import report
from brigade.prove.item import FAILED, Result, choose
from brigade.prove.items import ITEMS
from brigade.prove.stage import clear, leftovers, thrown_away
from brigade.target import Target
from brigade.terminal import ask, err, out, say

_WIDTH = 80


@click.command()
@option("--only", multiple=True, metavar="ITEM", help="This item and what it needs; repeatable.")
@option("--keep", is_flag=True, help="Leave the stage, to look at it.")
@option("--clean", is_flag=True, help="Delete the stages of runs that were killed; no more.")
@yes
@out_folder("Where the report is written.", "build/prove")
def prove(only: tuple[str, ...], keep: bool, clean: bool, yes: bool, folder: Path) -> None:
    """Prove that the chain works here: on a stack of its own, deployed, used, broken, mended and deleted.

    What this engine does not show is "not seen". Exits 1 where an item failed. The report is Markdown and JSON.
    """
    chosen = [item for item in choose(ITEMS, only or ()) if not (keep and item.name in ("destroy", "delete-pictures"))]
    target = here()
    found = leftovers(target)
    if clean:
        _clean(target, found, yes)
        return
    for name, began in found.items():
        say(f"{name}, {began}, is of a run that was killed, or goes on; `brigade prove --clean` deletes it")
    say(f"proving {len(chosen)} items on a stack of their own on {target.describe()}")
    results: list[Result] = []
    with thrown_away(target, keep=keep) as stage:
        for item in chosen:
            if err.is_terminal:
                err.print(f"{item.name} …", end="\r")
            results.append(result := item.attempt(stage, results))
            line = f"{result.outcome:8} {result.item:21} {result.seconds:5.1f} s  {' '.join(result.seen.split())}"
            out.print(line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…", markup=False)
        path = report.write(folder, stage, results)
    say(f"{report.summary(results)}: {path}")
    if keep:
        say(f"{stage.name} stays, for `--stack {stage.name}`; `brigade prove --clean` deletes it")
    for result in (failed := [each for each in results if each.outcome == FAILED]):
        say(f"{result.item} failed: {result.seen}")
    if failed:
        raise Exit(1)


def _clean(target: Target, found: dict[str, str], yes: bool) -> None:
    listed = ", ".join(f"{name} ({began})" for name, began in found.items()) or "nothing"
    say(f"left on {target.describe()}: {listed}")
    if found:
        ask("Delete that, with all that is in it?", yes)
    for name in found:
        clear(target, name)
        say(f"deleted {name}")
