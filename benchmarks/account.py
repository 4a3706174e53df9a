"""The account at a soak or drill's end: every upload is ready, failed with a reason, or ignored; nothing is left."""

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from brigade.dead_letters.letter import UNKNOWN, DeadLetter
from brigade.dead_letters.stack_queues import dead_letter_queue, dead_letters
from brigade.pipeline import Pipeline
from brigade.queue_counts import counts
from imaging.recipes import DEFAULT_PATH, Recipes
from infra import names
from records.shown import shown
from records.status import Status


@dataclass(frozen=True, kw_only=True)
class Found:
    """What there is when all is quiet.

    ``uploads`` maps image ids to keys, ``objects`` keys of the target bucket to bytes, ``waiting`` queues to messages.
    """

    uploads: Mapping[str, str]
    records: Mapping[str, Mapping[str, Any]]
    letters: Collection[DeadLetter]
    objects: Mapping[str, int]
    waiting: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Account:
    """How many uploads went which way; ``wrong`` says in words what may not be."""

    uploads: int
    ready: int
    failed: int
    ignored: int
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        unaccounted = self.uploads - self.ready - self.failed - self.ignored
        return (
            f"{self.uploads} uploads = {self.ready} ready + {self.failed} dead letters + {self.ignored} ignored, "
            f"unaccounted {unaccounted}"
        )


def only_below(folder: Path, prefix: str) -> Path:
    """Write the shipped recipes, but for keys below a prefix only, so that others are ignored; return the file."""
    recipes = folder / "recipes.toml"
    text = DEFAULT_PATH.read_text(encoding="utf-8")
    recipes.write_text(text.replace('name = "default"\n', f'name = "default"\nprefix = "{prefix}"\n'), encoding="utf-8")
    return recipes


def queues(pipeline: Pipeline) -> dict[str, str]:
    """Return the URLs of the actors' queues, by actor."""
    return {actor.name: pipeline.output(names.queue(actor)) for actor in pipeline.chain.actors}


def waiting(pipeline: Pipeline, urls: Mapping[str, str]) -> dict[str, int]:
    """Return how many messages each queue holds, by its name, hidden and delayed ones included."""
    sqs = pipeline.target.client("sqs")
    return {name: counts(sqs, url).total for name, url in urls.items()}


def find(pipeline: Pipeline, uploads: Mapping[str, str], waits: Mapping[str, int]) -> Found:
    """Look at all there is of these uploads (image ids to keys), when so many messages wait."""
    sqs = pipeline.target.client("sqs")
    actors = pipeline.chain.actors
    dead = [actor for actor in actors if counts(sqs, dead_letter_queue(pipeline, actor).url).total]
    with ThreadPoolExecutor() as pool:
        letters = [letter for looked in pool.map(partial(dead_letters, pipeline), dead) for letter in looked]
    pages = pipeline.s3.get_paginator("list_objects_v2").paginate(Bucket=pipeline.target_bucket)
    return Found(
        uploads=uploads,
        records={each: shown(one) for each, one in pipeline.catalog.get(uploads).items()},
        letters=letters,
        objects={each["Key"]: each["Size"] for page in pages for each in page.get("Contents", [])},
        waiting=waits,
    )


def account(
    found: Found, recipes: Recipes, killers: Collection[str] = (), good: Callable[[str], bool] = lambda _: False
) -> Account:
    """Account for every upload.

    ``killers`` are the keys of pictures that kill their process: SQS moves their message, without a reason. ``good``
    says which keys are pictures that nothing is wrong with: whatever harm was done meanwhile, they must be ready.
    """
    ignored = {image for image, key in found.uploads.items() if recipes.match(key) is None}
    ready = {image for image, record in found.records.items() if record["status"] == Status.READY} - ignored
    explained = {letter.image_id for letter in found.letters if letter.reason != UNKNOWN or letter.key in killers}
    failed = (explained & set(found.uploads)) - ready
    due = {image for image, key in found.uploads.items() if good(key) and key not in killers}
    silent = {image for image in failed if found.uploads[image] not in killers and not _is_failed(found.records, image)}
    wrong = [
        *(f"good, and not ready: {found.uploads[image]}" for image in due - ready),
        *(f"a dead letter, and yet not FAILED: {found.uploads[image]}" for image in silent),
        *(f"no reason: {letter.key}" for letter in found.letters if letter.image_id not in explained),
        *(f"ignored, and yet there is a record: {found.uploads[image]}" for image in ignored & set(found.records)),
        *(f"{count} messages are left in {queue}" for queue, count in found.waiting.items() if count),
        *(f"unaccounted: {found.uploads[image]}" for image in set(found.uploads) - ready - failed - ignored),
        *(line for image in ready for line in _incomplete(found.records[image], found.objects, recipes)),
    ]
    return Account(
        uploads=len(found.uploads), ready=len(ready), failed=len(failed), ignored=len(ignored), wrong=sorted(wrong)
    )


def _is_failed(records: Mapping[str, Mapping[str, Any]], image: str) -> bool:
    return image in records and records[image]["status"] == Status.FAILED


def _incomplete(record: Mapping[str, Any], objects: Mapping[str, int], recipes: Recipes) -> Iterator[str]:
    """Yield what a picture lacks that reads READY."""
    key = record["source"]["key"]
    named = {rendition.name for rendition in recipes.named(record["recipe"]).rendition}
    for name in named ^ {rendition["name"] for rendition in record["renditions"]}:
        yield f"the record of {key} and its recipe do not agree on {name}"
    for stored in (record["master"], *record["renditions"]):
        if (size := objects.get(stored["key"])) != stored["bytes"]:
            yield f"{stored['key']} of {key} should have {stored['bytes']} bytes: {size}"
