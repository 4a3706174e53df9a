"""`brigade import`: pictures from other clouds, and from lists of URLs."""

from functools import partial
from pathlib import Path

import click
from click.exceptions import Exit

from brigade.acting.here import here
from brigade.commands.options import argument, option, stack_name, yes_to_the_account
from brigade.imports import url_list
from brigade.imports.account import Account
from brigade.imports.rclone import Rclone, comparison
from brigade.pipeline import Pipeline
from brigade.progress import progress
from brigade.terminal import OperatorError, say


@click.command()
@argument("remote", required=False, metavar="REMOTE:PATH", help="One of rclone's remotes, and a folder there.")
@argument("options", nargs=-1, type=click.UNPROCESSED, help="rclone's own, after --.")
@option(
    "--urls", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file with a URL a line."
)
@option("--prefix", default="", help="The folder of the source bucket that they go to, for example dropbox.")
@option("--delete", is_flag=True, help="Delete below the prefix what the remote does not have any more.")
@option("--dry-run", is_flag=True, help="Say what would be copied, and copy nothing.")
@stack_name
@yes_to_the_account
def import_(
    remote: str | None,
    options: tuple[str, ...],
    file: Path | None,
    prefix: str,
    delete: bool,
    dry_run: bool,
    stack: str,
) -> None:
    """Copy pictures from other clouds (Dropbox, Google Drive, Azure, SFTP and more), or from a list of URLs.

    Files are chosen by name, as beach.JPG, and each is a picture once ingest admits it. What is there already is not
    copied again. The record says where each came from. docs/imports.md shows remotes, schedules and terabytes.

    Exits 1 when something was refused: each is named with the reason, and the others go on.
    """
    if bool(remote) == bool(file):
        raise OperatorError("a remote or a list of URLs is wanted, and not both", "as drive:Photos, or --urls FILE")
    folder = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    if delete and not (remote and folder):
        raise OperatorError("--delete needs a remote and a --prefix", "all else in the bucket would be deleted")
    pipeline, account = Pipeline.find(here(), stack), Account(dry_run)
    where = f"s3://{pipeline.source_bucket}/{folder} ({pipeline.target.describe()})"
    seen = 0
    with progress("importing", None) as step:

        def told() -> None:
            nonlocal seen
            step(account.copied + account.there - seen)
            seen = account.copied + account.there

        if file:
            say(f"importing URLs to {where}")
            bring = partial(url_list.bring, pipeline.s3, pipeline.source_bucket, url_list.read(file), folder)
        else:
            rclone = Rclone(remote or "", options, pipeline.target)
            words, compare = comparison(rclone.features())
            say(f"importing to {where}, compared by {words}")
            bring = partial(rclone.copy, pipeline.source_bucket, folder, compare, delete=delete)
        try:
            bring(account, told)
        finally:
            for line in account.lines():
                say(line)
    if account.refused:
        raise Exit(1)
