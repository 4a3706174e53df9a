"""`brigade upload`: pictures in, and what became of them."""

from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import click
from click.exceptions import Exit

from brigade.acting.here import here
from brigade.commands.ls import listing
from brigade.commands.options import Number, option, paths, stack_name, yes_to_the_account
from brigade.deploy import deployed_recipes
from brigade.flow import mappings
from brigade.pictures import local_files as files
from brigade.pictures import uploads
from brigade.pipeline import Pipeline
from brigade.progress import progress
from brigade.rework.unheard import send_unheard
from brigade.tables import table
from brigade.terminal import OperatorError, counted, out, say
from records.picture import PictureRecord
from records.status import MEANING, Status

FEW = 200  # uploads that are listed one by one; of more, only those that are not ready


@click.command()
@paths
@option("--prefix", default="", help="Put before every key, for example postpic/.")
@option("--ignore", multiple=True, metavar="GLOB", help="Leave out keys like this, as '*.psd' or 'raw/*'; repeatable.")
@option("--dry-run", is_flag=True, help="Say what would become of which file, and upload nothing.")
@option("--wait", is_flag=True, help="Wait until every picture is ready or has failed.")
@option(
    "--timeout", default=120, type=Number(min=0), help="With --wait: seconds without any progress before giving up."
)
@stack_name
@yes_to_the_account
def upload(
    paths: tuple[Path, ...],
    prefix: str,
    ignore: tuple[str, ...],
    dry_run: bool,
    wait: bool,
    timeout: float,
    stack: str,
) -> None:
    """Upload pictures. Run it again after a failure: what is already there is not sent again.

    Ingest is sent word of what is there and the catalog has never heard of.

    Exits 1 when a file or link was skipped: each is named with the reason, and the others go on. With --wait, also
    when a picture is not ready in the end: it failed, is held back, was removed or replaced, or was not settled in
    time.
    """
    skipped: list[files.Skipped] = []
    found = [
        file
        for file in files.find(paths, prefix, skipped.append)
        if not any(fnmatchcase(file.key, pattern) for pattern in ignore)
    ]
    total = len(found) + len(skipped)
    pipeline = Pipeline.find(here(), stack)
    if dry_run:
        _rehearse(pipeline, found)
        return
    say(f"uploading {counted(len(found), 'file')} to s3://{pipeline.source_bucket} ({pipeline.target.describe()})")
    done: list[uploads.Uploaded] = []
    try:
        with progress("uploading", len(found)) as step:
            for one in uploads.upload(pipeline.s3, pipeline.source_bucket, found, skipped.append):
                done.append(one)
                step()
    finally:
        sent = sum(one.there is None for one in done)
        say(f"{sent} uploaded, {len(done) - sent} were already there, {total - len(done)} not uploaded")
        for each in skipped:
            say(f"skipped: {each.path}: {each.why}")
    unheard = send_unheard(pipeline, [one.there for one in done if one.there])
    if wait:
        uploads.wait_for_recall(pipeline.catalog, unheard, timeout)
    recipes = deployed_recipes.of(pipeline.stack)
    for one in done:
        if not recipes.match(one.file.key):
            say(f"ignored: {one.file.key} (no recipe matches its key)")
    well = _wait(pipeline, [one.image_id for one in done if recipes.match(one.file.key)], timeout) if wait else True
    if skipped or not well:
        raise Exit(1)


def _rehearse(pipeline: Pipeline, found: list[files.LocalFile]) -> None:
    recipes = deployed_recipes.of(pipeline.stack)
    rows = [(file.key, getattr(recipes.match(file.key), "name", "ignored"), str(file.path)) for file in found]
    out.print(table("", ("key", "recipe", "path"), rows))
    say(f"{counted(len(found), 'file')} to upload; nothing was, without --dry-run what is not there already is")


def _wait(pipeline: Pipeline, waited: list[str], timeout: float) -> bool:
    """Wait for the pictures and list them; return whether all are ready."""
    rows: list[PictureRecord] = []
    statuses: Counter[Status] = Counter()
    with progress("processing", len(waited)) as step:

        def settled(record: PictureRecord) -> None:
            statuses[record.status] += 1
            if len(waited) <= FEW or record.status is not Status.READY:
                rows.append(record)
            step()

        missing = uploads.wait(pipeline.catalog, waited, timeout, settled)
    if rows:
        out.print(listing(rows))
    if len(waited) > FEW:
        say(f"{statuses[Status.READY]:,} of {len(waited):,} pictures are ready: `brigade ls --status ready` lists them")
    if missing:
        raise _unfinished(pipeline, missing)
    return _told(statuses)


def _unfinished(pipeline: Pipeline, missing: list[str]) -> OperatorError:
    """Return what to say of pictures that are not done: which actors are paused, or who has not heard of them yet."""
    what = f"{counted(len(missing), 'picture')} not done"
    if paused := mappings.paused(pipeline):
        return OperatorError(
            f"{what}: paused: {', '.join(paused)}", f"`brigade resume {' '.join(paused)}`, then give the command again"
        )
    if unheard := len(missing) - len(pipeline.catalog.get(missing)):
        return OperatorError(
            f"{what}: of {unheard} the catalog has not heard yet", "`brigade status` shows where messages wait"
        )
    return OperatorError(what, "`brigade ls --status processing` shows them")


def _told(statuses: Counter[Status]) -> bool:
    """Say what has become of those that are not ready; return whether all are well."""
    for status, meaning in MEANING.items():
        if statuses[status] and meaning.hint:
            say(meaning.hint)
    return set(statuses) <= {Status.READY}
