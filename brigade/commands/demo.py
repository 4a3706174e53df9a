"""`brigade demo`: the whole chain on sample pictures."""

from pathlib import Path

import click
from click.exceptions import Exit

from brigade.commands.ls import listing
from brigade.commands.options import PATH, option, out_folder
from brigade.demo import demo_run as chain
from brigade.pictures.local_files import Skipped
from brigade.release import release
from brigade.tables import table
from brigade.terminal import OperatorError, counted, out, say


@click.command()
@option("--photos", type=PATH, help="Your own pictures, instead of drawn ones.")
@out_folder("Where everything is written.", "build/demo")
def demo(photos: Path | None, folder: Path) -> None:
    """Run the whole chain on a local cloud of its own, on sample pictures or your own, and show what came of it."""
    say("drawing sample pictures" if photos is None else f"reading {photos}")
    skipped: list[Skipped] = []
    files = chain.sample_or(photos, folder, skipped.append)
    account = chain.run(files, folder, release())
    out.print(listing(account.records))
    letters = [
        (actor, letter.reason, letter.key, letter.detail)
        for actor, found in account.dead_letters.items()
        for letter in found
    ]
    if letters:
        out.print(table("dead letters", ("actor", "reason", "picture", "detail"), letters))
    for one in account.ignored:
        say(f"ignored: {one.file.key} (no recipe matches its key)")
    say(f"{len(account.uploaded)} uploaded, {counted(len(letters), 'dead letter')}, {account.seconds:.1f} seconds")
    say(
        f"look at {folder / 'index.html'}; outputs are in {folder / 'outputs'}, the account in {folder / 'report.json'}"
    )
    skipped += account.skipped
    for each in skipped:
        say(f"skipped: {each.path}: {each.why}")
    if account.unaccounted:
        lost = ", ".join(one.file.key for one in account.unaccounted)
        raise OperatorError(
            f"{counted(len(account.unaccounted), 'upload')} unaccounted for: {lost}", "that is a bug: report it"
        )
    if skipped:
        raise Exit(1)
