"""Going through many pictures, never through the whole table: by status, or below a prefix of their keys."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from brigade import shown
from brigade.pipeline import Pipeline
from brigade.rework.missing import Missing, Record, check
from kit.events import Image
from services.catalog.status import Status

T = TypeVar("T")

_PARALLEL = 8
# So many pictures are held at a time: enough to keep all listings at work.
_CHUNK = 100


def by_status(pipeline: Pipeline, *statuses: Status) -> Iterator[Record]:
    """Yield the pictures of these statuses, from the catalogue's index."""
    for status in statuses:
        yield from pipeline.catalogue.by_status(status)


def below(pipeline: Pipeline, prefix: str, unheard: Callable[[str], None]) -> Iterator[Record]:
    """Yield the records of the newest versions of all source keys that begin so.

    ``unheard`` is called with the keys that a recipe matches though the catalogue does not know their newest version.
    """
    recipes = pipeline.recipes
    for images in _chunks(newest_images(pipeline, prefix)):
        records = pipeline.catalogue.get(image.id for image in images)
        for image in images:
            if image.id in records:
                yield records[image.id]
            elif recipes.match(image.source.key):
                unheard(image.source.key)


def lacking(pipeline: Pipeline, records: Iterable[Record]) -> Iterator[Missing]:
    """Yield those of the pictures that lack renditions, by a listing of what is stored of each."""
    recipes = pipeline.recipes
    with ThreadPoolExecutor(_PARALLEL) as pool:
        for some in _chunks(records):
            yield from filter(None, pool.map(lambda record: check(record, recipes, _stored(pipeline, record)), some))


def newest_images(pipeline: Pipeline, prefix: str) -> Iterator[Image]:
    """Yield the newest version of every source key that begins so."""
    yield from map(Image.of, shown.below(pipeline.s3, pipeline.source_bucket, prefix))


def _stored(pipeline: Pipeline, record: Record) -> set[str]:
    folder = f"renditions/{record['image_id']}/"
    pages = pipeline.s3.get_paginator("list_objects_v2").paginate(Bucket=pipeline.target_bucket, Prefix=folder)
    return {found["Key"] for page in pages for found in page.get("Contents", [])}


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while some := list(islice(left, _CHUNK)):
        yield some
