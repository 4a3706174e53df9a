"""Files into the pipeline, and the records of what became of them."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from brigade.deploy import deployed_recipes
from brigade.pictures import processing, uploads
from brigade.pictures.local_files import LocalFile, Skipped
from brigade.pipeline import Pipeline
from brigade.progress import progress
from brigade.rework.unheard import send_unheard
from brigade.terminal import actors_quiet
from imaging.recipes import Recipes
from records.picture import PictureRecord
from records.rules import failure
from records.status import Status

Records = dict[str, PictureRecord]


def upload(pipeline: Pipeline, files: list[LocalFile], timeout: float, skipped: list[Skipped]) -> Records:
    """Upload files and wait for them; return by key the records of those that are READY, and note the others."""
    recipes = deployed_recipes.of(pipeline.stack)
    wanted = list(_matched(files, recipes, skipped))
    with progress("uploading", len(wanted)) as step:
        done = {}
        for one in uploads.upload(pipeline.s3, pipeline.source_bucket, wanted, skipped.append):
            done[one.image_id] = one
            step()
    unheard = send_unheard(pipeline, [one.there for one in done.values() if one.there])
    uploads.wait_for_recall(pipeline.catalog, unheard, timeout)
    found: Records = {}
    with progress("processing", len(done)) as step:

        def settled(record: PictureRecord) -> None:
            found[done[record.image_id].file.key] = record
            step()

        missing = uploads.wait(pipeline.catalog, list(done), timeout, settled)
    skipped += [Skipped(done[each].file.path, f"not done after {timeout:g} s without progress") for each in missing]
    return _ready(found, wanted, skipped)


def preview(pipeline: Pipeline, files: list[LocalFile], skipped: list[Skipped]) -> Records:
    """Return what ``upload`` would, without it: what is there already, and else what the actors make of it here."""
    recipes = deployed_recipes.of(pipeline.stack)
    found: Records = {}
    with actors_quiet(), progress("processing", len(files)) as step:
        for file in _matched(files, recipes, skipped):
            there = next(pipeline.catalog.by_key(file.key), None)
            with TemporaryDirectory() as made:
                if record := there or processing.record_of(file, recipes, Path(made)):
                    found[file.key] = record
            step()
    return _ready(found, files, skipped)


def _matched(files: list[LocalFile], recipes: Recipes, skipped: list[Skipped]) -> Iterator[LocalFile]:
    for file in files:
        if recipes.match(file.key):
            yield file
        else:
            skipped.append(Skipped(file.path, f"no recipe matches {file.key}"))


def _ready(records: Records, files: list[LocalFile], skipped: list[Skipped]) -> Records:
    for file in files:
        record = records.get(file.key)
        if record and record.status is not Status.READY:
            failed = failure(record)
            skipped.append(Skipped(file.path, f"{record.status}{f': {failed.reason}' if failed else ''}"))
            del records[file.key]
    return records
