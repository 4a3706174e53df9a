"""`brigade site`: the pictures of a static site, served by the pipeline."""

import difflib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import click
from click.exceptions import Exit

from brigade.acting.here import here
from brigade.commands.options import Number, argument, option, stack_name, yes_to_the_account
from brigade.pictures.local_files import LocalFile, Skipped
from brigade.pipeline import Pipeline
from brigade.site import branch as branches
from brigade.site import documents, rewriting, serving
from brigade.site.branch import Branch
from brigade.site.documents import Document
from brigade.site.finding import Found, find
from brigade.site.places import Edit, Left, applied
from brigade.site.rewriting import Served
from brigade.terminal import OperatorError, counted, say

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_SHOWN = 200  # characters of an address
_MESSAGE = "Serve pictures from the image pipeline"


@click.command()
@argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="The site: pages and pictures.")
@option(
    "--base",
    default="",
    help="Where renditions are served: https://….  [default: where the stack delivers them, or the local cloud]",
)
@option(
    "--as", "form", default="picture", type=click.Choice(["picture", "img"]), help="Whether other formats are offered."
)
@option("--dry-run", is_flag=True, help="Upload nothing and change nothing: show a diff.")
@option("--branch", default="", help="Commit on this branch of the site's git repository, and leave the folder alone.")
@option("--push", is_flag=True, help="With --branch: push it to origin.")
@option("--pull-request", is_flag=True, help="With --branch: push it, and ask for a pull request by `gh`.")
@option("--timeout", default=120, type=Number(min=0), help="Seconds without any progress before giving up.")
@stack_name
@yes_to_the_account
def site(
    folder: Path,
    base: str,
    form: str,
    dry_run: bool,
    branch: str,
    push: bool,
    pull_request: bool,
    timeout: float,
    stack: str,
) -> None:
    """Serve a static site's pictures from here: upload them, and name what was made of them in its pages.

    HTML, Markdown and CSS below the folder are searched; all bytes but those of addresses and of added attributes stay
    as they are. Given again, it changes what belongs to pictures that have changed. What is left alone is listed with
    the reason.

    Exits 1 when a picture could not be served.
    """
    if (push or pull_request) and not branch:
        raise OperatorError("only a branch is pushed", "add --branch NAME")
    if pull_request:
        branches.require_gh()
    pipeline = Pipeline.find(here(), stack)
    job = _Job(pipeline, _base(base, pipeline), form == "picture", dry_run, timeout)
    if dry_run or not branch:
        all_well = job.run(folder.resolve())
    else:
        with branches.checked_out(folder, branch) as there:
            all_well = job.run(there.folder)
            _publish(there, push=push, pull_request=pull_request)
    if not all_well:
        raise Exit(1)


def _publish(there: Branch, *, push: bool, pull_request: bool) -> None:
    commit = there.commit(_MESSAGE)
    say(f"committed {commit[:12]} on {there.name}" if commit else "nothing to commit")
    if (push or pull_request) and there.is_ahead:
        there.push()
        say(f"pushed {there.name}")
        if pull_request:
            say(there.pull_request())


@dataclass(frozen=True)
class _Job:
    """What is done to one folder."""

    pipeline: Pipeline
    base: str
    wrap: bool
    dry_run: bool
    timeout: float

    def run(self, root: Path) -> bool:
        """Do it, and say what was done; return whether every picture could be served."""
        found = find(root, self.pipeline.catalog.get)
        known, wanted = len(found.records), list(found.files.values())
        served = f"{counted(known, 'picture')} served already"
        say(f"{counted(found.documents, 'document')}, {served}, {len(wanted)} to serve")
        skipped: list[Skipped] = []
        records = found.records | self._records(wanted, skipped)
        masters = self.base.rstrip("/") != self.pipeline.delivery_url
        pictures = {key: rewriting.served(record, self.base, has_masters=masters) for key, record in records.items()}
        changed = sum(self._rewritten(each, found, pictures) for each in documents.find(root, found.leave))
        for (address, why), named in found.left.items():
            where = min(named) + (f" and {counted(len(named) - 1, 'other')}" if len(named) > 1 else "")
            say(f"left: {where}: {f'{address[:_SHOWN]}: ' if address else ''}{why}")
        for each in skipped:
            say(f"not served: {each.path.relative_to(root)}: {each.why}")
        say(f"{counted(changed, 'document')} {'would change' if self.dry_run else 'changed'}")
        return not skipped

    def _records(self, files: list[LocalFile], skipped: list[Skipped]) -> serving.Records:
        if not files:
            return {}
        if self.dry_run:
            say("addresses of pictures that are not uploaded yet will have another id than the diff shows")
            return serving.preview(self.pipeline, files, skipped)
        return serving.upload(self.pipeline, files, self.timeout, skipped)

    def _rewritten(self, document: Document, found: Found, pictures: dict[str, Served | Left]) -> bool:
        """Change one document, or show how it would; return whether it changes."""
        edits: list[Edit] = []
        for place in document.places:
            try:
                if picture := pictures.get(found.key(document, place)):
                    edits += rewriting.edits(document, place, picture, wrap=self.wrap)
            except (Left, OSError) as error:
                found.leave(document.path, place.address, str(error))
        new = applied(document.raw, edits)
        if new == document.raw:
            return False
        if self.dry_run:
            _show(document.path.relative_to(found.root).as_posix(), document.raw, new)
        else:
            _write(document.path, new)
        return True


def _show(name: str, old: bytes, new: bytes) -> None:
    lines = difflib.diff_bytes(
        difflib.unified_diff, _LINE.findall(old), _LINE.findall(new), f"a/{name}".encode(), f"b/{name}".encode()
    )
    for line in lines:
        click.echo(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n", nl=False)


def _write(path: Path, content: bytes) -> None:
    """Put a document in its place, whole or not at all."""
    beside = path.with_name(f".{path.name}.brigade")
    beside.write_bytes(content)
    shutil.copymode(path, beside)
    beside.replace(path)


def _base(given: str, pipeline: Pipeline) -> str:
    """Return where the target bucket is served. On AWS nobody but its owner may read it where it is."""
    given = given or pipeline.delivery_url
    if not given and pipeline.target.is_local:
        return f"{pipeline.target.endpoint}/{pipeline.target_bucket}"
    if not re.fullmatch(r"https?://[^/?#]+[^?#]*", given):
        raise OperatorError(
            "--base says where the target bucket is served", "give an http or https URL without ? and #"
        )
    return given
