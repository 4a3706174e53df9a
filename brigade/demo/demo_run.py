"""The demo: a local cloud of its own, the deployed chain, pictures through it, and an account of every one of them."""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.stack_queues import dead_letters
from brigade.demo import contact_sheet, demo_folder, samples
from brigade.deploy import deployed_recipes, deployment
from brigade.local import local_cloud
from brigade.pictures import uploads
from brigade.pictures.local_files import LocalFile, Skip, Skipped, find, refuse
from brigade.pictures.recipes_file import recipes_path, self_contained
from brigade.pipeline import Pipeline
from brigade.progress import progress
from brigade.target import local_target
from brigade.terminal import say
from kit.events import StoredImage
from records.picture import PictureRecord
from records.shown import shown
from records.status import Status

STACK = "demo"
# Seconds without any progress, on a machine that may be slow and busy, after which what is left counts as lost.
PATIENCE_S = 180
_PARALLEL = 8


@dataclass
class DemoReport:
    """What became of every photo."""

    uploaded: list[uploads.Uploaded] = field(default_factory=list)
    ignored: list[uploads.Uploaded] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    records: list[PictureRecord] = field(default_factory=list)
    dead_letters: dict[str, list[DeadLetter]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    seconds: float = 0

    @property
    def unaccounted(self) -> list[uploads.Uploaded]:
        """Uploads that are neither ready, nor superseded, nor ignored, nor failed with a dead letter to show for it."""
        in_queue = {letter.image_id for letters in self.dead_letters.values() for letter in letters}
        known = {one.image_id for one in self.ignored}
        for record in self.records:
            if record.status is not Status.FAILED or record.image_id in in_queue:
                known.add(record.image_id)
        return [one for one in self.uploaded if one.image_id not in known]


def run(photos: Sequence[LocalFile], folder: Path, version: str) -> DemoReport:
    """Send the photos through the chain and write outputs, ``report.json`` and ``index.html`` into the folder.

    Each step is told on stderr. The local cloud is stopped whatever happens.
    """
    began = time.monotonic()
    account = DemoReport()
    with local_cloud.running() as cloud:
        say("deploying the chain to a local cloud")
        recipes = self_contained(recipes_path())
        stack = deployment.deploy(local_target(cloud.endpoint), STACK, recipes=recipes, version=version)
        pipeline = Pipeline(stack)
        _upload(pipeline, list(photos), account)
        _wait(pipeline, account)
        account.dead_letters = {actor.name: dead_letters(pipeline, actor) for actor in pipeline.chain.actors}
        _download(pipeline, account, folder)
    account.seconds = time.monotonic() - began
    _write(account, folder)
    return account


def sample_or(photos: Path | None, folder: Path, skip: Skip = refuse) -> list[LocalFile]:
    """Prepare the folder; return the files below ``photos``, without it sample pictures drawn into the folder.

    ``skip`` is called with what cannot be uploaded.

    Raises OperatorError before it deletes anything, where the photos or the folder are not what they should be.
    """
    if photos is not None:
        files = find([photos], skip=skip)
        demo_folder.keep_apart(folder, photos, files)
        demo_folder.prepare(folder)
        return files
    demo_folder.prepare(folder)
    samples.draw(folder / demo_folder.PHOTOS)
    return find([folder / demo_folder.PHOTOS])


def _upload(pipeline: Pipeline, photos: list[LocalFile], account: DemoReport) -> None:
    recipes = deployed_recipes.of(pipeline.stack)
    with _step("uploading", len(photos)) as step:
        for one in uploads.upload(pipeline.s3, pipeline.source_bucket, photos, account.skipped.append):
            account.uploaded.append(one)
            if recipes.match(one.file.key) is None:
                account.ignored.append(one)
            step()


def _wait(pipeline: Pipeline, account: DemoReport) -> None:
    ignored = {one.image_id for one in account.ignored}
    awaited = [one.image_id for one in account.uploaded if one.image_id not in ignored]

    def settled(record: PictureRecord) -> None:
        account.records.append(record)
        step()

    with _step("through the chain", len(awaited)) as step:
        uploads.wait(pipeline.catalog, awaited, PATIENCE_S, settled)
    account.records.sort(key=lambda record: record.key)


def _download(pipeline: Pipeline, account: DemoReport, folder: Path) -> None:
    images = [image for record in account.records for image in (record.master, *record.renditions) if image]

    def fetch(image: StoredImage) -> None:
        path = folder / demo_folder.OUTPUTS / image.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pipeline.s3.get_object(Bucket=image.bucket, Key=image.key)["Body"].read())
        account.files[image.key] = path.relative_to(folder).as_posix()
        step()

    with _step("fetching the outputs", len(images)) as step, ThreadPoolExecutor(_PARALLEL) as pool:
        list(pool.map(fetch, images))


def _step(words: str, count: int) -> AbstractContextManager[Callable[[], None]]:
    say(f"{words} ({count})")
    return progress(words, count)


def _write(account: DemoReport, folder: Path) -> None:
    pictures = [contact_sheet.SheetPicture(record, account.files) for record in account.records]
    sheet = contact_sheet.render("Bucket Brigade", pictures, account.dead_letters, seconds=account.seconds)
    (folder / demo_folder.SHEET).write_text(sheet, encoding="utf-8")
    report = {
        "images": [shown(record) for record in account.records],
        "dead_letters": [
            {
                "actor": actor,
                "reason": letter.reason,
                "detail": letter.detail,
                "key": letter.key,
                "image_id": letter.image_id,
                "attributes": letter.attributes,
            }
            for actor, letters in account.dead_letters.items()
            for letter in letters
        ],
        "ignored": [one.file.key for one in account.ignored],
        "skipped": [{"file": str(one.path), "why": one.why} for one in account.skipped],
        "uploaded": len(account.uploaded),
        "seconds": round(account.seconds, 2),
        "unaccounted": len(account.unaccounted),
    }
    (folder / demo_folder.REPORT).write_text(json.dumps(report, indent=2, ensure_ascii=False), encoding="utf-8")
