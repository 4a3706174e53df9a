"""`brigade process`: the same actors on local files."""

import json
import os
from pathlib import Path
from time import perf_counter

import click
from click.exceptions import Exit
from msgspec import to_builtins
from rich.text import Text

from brigade.commands.options import option, other_recipes, out_folder, paths, recipe
from brigade.demo import recipe_preview
from brigade.pictures import local_files as files
from brigade.pictures import processing
from brigade.pictures.processing import Report
from brigade.pictures.recipes_file import load_recipes
from brigade.progress import progress
from brigade.terminal import OperatorError, actors_quiet, counted, out, printable, say
from records.picture import PictureRecord


@click.command()
@paths
@out_folder("Where master and renditions are written.")
@recipe
@other_recipes
@option("--jobs", default=min(os.cpu_count() or 1, 4), type=click.IntRange(min=1), help="Files worked on at once.")
@option("--json", "as_json", is_flag=True, help="Print one JSON object a line, one line a file.")
@option("--page", is_flag=True, help="Write OUT/index.html, which shows all that was made.")
def process(
    paths: tuple[Path, ...],
    folder: Path,
    recipe: str | None,
    recipes_file: Path | None,
    jobs: int,
    as_json: bool,
    page: bool,
) -> None:
    """Run local files through the actors in this process: no cloud, no account, nothing uploaded.

    What is made of beach.jpg lies in OUT/beach.jpg: master.jpg, and each rendition by its name. What was made before is
    not worked on again, wherever OUT is. Exits 1 when a file was rejected, or skipped because it cannot be read.
    """
    recipes = load_recipes(recipes_file)
    if recipe:
        recipes = processing.only(recipes, recipe)
    if any(folder.resolve() == path.resolve() for path in paths):
        raise OperatorError(f"{folder} holds the pictures themselves", "write elsewhere, with --out")
    began, records = perf_counter(), list[PictureRecord]()
    skipped: list[files.Skipped] = []
    found = files.find(paths, skip=skipped.append)
    counts = {"ready": 0, "rejected": 0, "quarantined": 0, "ignored": 0}
    with actors_quiet(), progress("processing", len(found), shown=not as_json) as step:
        for report, record in processing.process(found, recipes, folder, jobs):
            records += [record] if page and record else []
            counts[report.status] += 1
            if as_json:
                print(json.dumps(to_builtins(report)), flush=True)  # noqa: T201 - this is the product
            else:
                out.print(_line(report))
            step()
    say(f"{counted(len(found), 'file')}: " + ", ".join(f"{count} {word}" for word, count in counts.items() if count))
    if records:
        say(f"look at {recipe_preview.page('What was made', records, folder, perf_counter() - began, {})}")
    for each in skipped:
        say(f"skipped: {each.path}: {each.why}")
    if counts["rejected"] or skipped:
        raise Exit(1)


def _line(report: Report) -> Text:
    status = Text(f"{report.status:12}", style="green" if report.status == "ready" else "yellow")
    if report.normalized and report.status == "ready":
        made = f"{counted(len(report.renditions), 'rendition')} in {Path(report.normalized.path).parent}"
        return status + Text(printable(f"{report.file}  {made}"))
    return status + Text(f"{report.file}  {_why(report)}")


def _why(report: Report) -> str:
    if report.reason:
        return f"{report.reason}: {report.detail}"
    if report.moderation:
        return f"moderation: {report.moderation}"
    return "no recipe matches its key"
