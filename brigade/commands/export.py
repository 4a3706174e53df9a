"""`brigade export`: the catalog as three flat tables."""

from collections.abc import Iterator
from pathlib import Path

import click
from click.exceptions import Exit

from brigade.acting.here import here
from brigade.commands.options import option, stack_name
from brigade.exports import files
from brigade.pipeline import Pipeline
from brigade.progress import progress
from brigade.terminal import OperatorError, counted, say
from records.picture import PictureRecord


@click.command()
@option("--out", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="Where the files go.")
@option("--format", "how", required=True, type=click.Choice(files.FORMATS), help="Of the files.")
@option("--replace", is_flag=True, help="Replace the files that an export has left there before.")
@stack_name
def export(folder: Path, how: str, replace: bool, stack: str) -> None:
    """Write the catalog as three flat tables: pictures, renditions and stages.

    csv is for spreadsheets: text that one could take for a formula has an apostrophe before it. jsonl and parquet have
    every value as it is. The table is read through once, page by page: each picture as it was when its page was read.

    Exits 1 when a record cannot be read: it is named and left out.
    """
    left_out: list[OperatorError] = []
    catalog = Pipeline.find(here(), stack).catalog
    with progress("reading the catalog", None) as looked:

        def records() -> Iterator[PictureRecord]:
            for record in catalog.everything(left_out.append):
                looked()
                yield record

        rows = files.export(records(), folder, how, replace=replace)
    for error in left_out:
        say(f"left out: {error}")
    say(f"{', '.join(counted(count, name.removesuffix('s')) for name, count in rows.items())} written to {folder}")
    if left_out:
        raise Exit(1)
