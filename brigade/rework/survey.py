"""Bucket against catalog, without a scan: objects by listing, records by id and index, outputs by listing.

However many pictures there are, a few hundred are held in memory at a time; see ``brigade.rework.ledger``.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import TypeVar

from msgspec.structs import replace

from brigade.deploy import deployed_recipes
from brigade.pictures import bucket_listing as shown
from brigade.pictures.local_files import spellings
from brigade.pipeline import Pipeline
from brigade.rework.gaps import Lost, Missing, check, how_lost, is_due, lost, meet, named_keys
from brigade.rework.ledger import Ledger
from imaging.recipes import Recipes
from kit.events import ORDER_DIGITS, Image, Source
from records.picture import PictureRecord
from records.status import OUTDATED, Status

T = TypeVar("T")

_PARALLEL = 8
# So many pictures are held at a time: enough to keep all listings at work, and one batch of records.
CHUNK = 100
# The outputs of so many pictures are listed for each; of more, by listing all that the target bucket holds.
FEW = 1_000
# Above what engines without sequencers write, below every sequencer of S3's.
_LEAST = "1".rjust(ORDER_DIGITS - 18, "0").ljust(ORDER_DIGITS, "0")


def pictures(pipeline: Pipeline, sources: Iterable[Source]) -> Iterator[PictureRecord]:
    """Yield the records of what S3 shows, with those that are lost among them: see ``brigade.rework.gaps``."""
    for some in _chunks(sources):
        ids = [Image.of(source).id for source in some]
        records = pipeline.catalog.get(ids)
        yield from (meet(source, records.get(image_id)) for source, image_id in zip(some, ids, strict=True))


def below(
    pipeline: Pipeline,
    prefix: str,
    ignore: Callable[[str], None],
    hidden: Callable[[str, str], None] = lambda *_: None,
) -> Iterator[PictureRecord]:
    """Yield the records of what S3 shows below a prefix.

    ``ignore`` is called with the keys of lost objects that ingest would ignore by their name, ``hidden`` with the keys
    that are deleted and the versions of their delete markers.
    """
    recipes = deployed_recipes.of(pipeline.stack)
    for record in pictures(pipeline, shown.below(pipeline.s3, pipeline.source_bucket, prefix, hidden)):
        if how_lost(record) and is_ignored(record, recipes):
            ignore(record.key)
        else:
            yield record


def archived(pipeline: Pipeline, prefix: str) -> Iterator[PictureRecord]:
    """Yield the records below a prefix whose uploads the archive's copies replace: S3 may not show those any more."""
    if not pipeline.archive_bucket:
        return
    for keys in _pages(pipeline, "", pipeline.archive_bucket):
        for some in _chunks(dict.fromkeys(key.partition("/")[0] for key in keys)):
            for record in pipeline.catalog.get(some).values():
                if _is_wanted(pipeline, record, prefix) and record.archived and record.archived.original == "unwanted":
                    yield record


def is_ignored(record: PictureRecord, recipes: Recipes) -> bool:
    """Whether ingest ignores what S3 shows: no recipe matches its key, or it is a folder's marker."""
    is_empty = record.original is not None and not record.original.bytes
    return recipes.match(record.key) is None or (record.key.endswith("/") and is_empty)


def lost_among(pipeline: Pipeline, sources: Iterable[Source]) -> list[PictureRecord]:
    """Return those of what S3 shows that are lost, and that ingest would not ignore by their name."""
    recipes = deployed_recipes.of(pipeline.stack)
    return [each for each in pictures(pipeline, sources) if how_lost(each) and not is_ignored(each, recipes)]


def of_key(pipeline: Pipeline, key_or_id: str) -> PictureRecord:
    """Return the record of what S3 shows under a key, or of a picture by its id: as it is, or as that of a lost one.

    Raises OperatorError where neither S3 nor the catalog knows any.
    """
    for key in spellings(key_or_id):
        if source := shown.at(pipeline.s3, pipeline.source_bucket, key)[0]:
            return next(pictures(pipeline, [source]))
    record = pipeline.catalog.find(key_or_id)
    source, marker = shown.at(pipeline.s3, pipeline.source_bucket, record.key)
    if source and Image.of(source).id == record.image_id:
        return meet(source, record)
    is_there = source or (record.original_gone and not marker)
    return record if is_there or record.status in OUTDATED else _gone(record, marker)


def ordered(pipeline: Pipeline, records: Iterable[PictureRecord]) -> Iterator[PictureRecord]:
    """Yield the records; those that are lost in the place that S3 gives them, above all that was heard of their key."""
    for some in _chunks(records):
        orders = pipeline.catalog.orders({record.key for record in some if how_lost(record)})
        for record in some:
            if how_lost(record):
                source = replace(record.source, sequencer=_above(orders.get(record.key)))
                yield replace(record, source=source)
            else:
                yield record


def _above(order: str | None) -> str | None:
    """Return the least sequencer above an order, so that it is below all that comes; None where nothing was heard."""
    if order is None:
        return None
    return _LEAST if order.startswith("-") else f"{int(order, 16) + 1:0{ORDER_DIGITS}X}"


@dataclass(frozen=True)
class Comparison:
    """One comparison. ``since``: pictures in work to which nothing has happened since then are stuck.

    ``looked`` is called with how many more were looked at, ``ignore`` as in ``below``.
    """

    pipeline: Pipeline
    prefix: str
    since: datetime
    looked: Callable[[int], None]
    ignore: Callable[[str], None]

    @cached_property
    def _ledger(self) -> Ledger:
        return Ledger()

    @cached_property
    def _recipes(self) -> Recipes:
        return deployed_recipes.of(self.pipeline.stack)

    def missing(self) -> Iterator[Missing]:
        """Yield what is missing: lost objects, then outputs, then records of what S3 does not show any more."""
        for record in below(self.pipeline, self.prefix, self.ignore, self._ledger.hide):
            self.looked(1)
            if how_lost(record):
                yield Missing(record)
                continue
            self._expect(record)
        for record in archived(self.pipeline, self.prefix):
            self.looked(1)
            self._expect(record)
            if marker := self._ledger.marker(record.key):
                yield Missing(_gone(record, marker))
        yield from self._without_outputs()
        yield from self._gone()

    def _expect(self, record: PictureRecord) -> None:
        self._ledger.meet(record.image_id)
        if is_due(record, self.since):
            keys = named_keys(record)
            # What a recipe names and the record does not is found nowhere.
            self._ledger.expect(record.image_id, keys if not check(record, self._recipes, keys) else [record.image_id])

    def _without_outputs(self) -> Iterator[Missing]:
        if self._ledger.pictures() > FEW:
            self._strike_out()
        for some in _chunks(self._ledger.left()):
            records = self.pipeline.catalog.get(some).values()
            yield from lacking(self.pipeline, self._recipes, (each for each in records if is_due(each, self.since)))

    def _strike_out(self) -> None:
        for page in _pages(self.pipeline, ""):
            self._ledger.find(page)
            self.looked(len(page))

    def _gone(self) -> Iterator[Missing]:
        catalog = self.pipeline.catalog
        wanted = (image_id for status in Status if status not in OUTDATED for image_id in catalog.ids(status))
        with ThreadPoolExecutor(_PARALLEL) as pool:
            for some in _chunks(image_id for image_id in wanted if not self._ledger.has_met(image_id)):
                found = catalog.get(some).values()
                records = [record for record in found if _is_wanted(self.pipeline, record, self.prefix)]
                self.looked(len(some))
                for record, (source, marker) in zip(records, pool.map(self._at, records), strict=True):
                    # What S3 shows came meanwhile; or it is lost and listed, and replaces this once it is heard of.
                    if source is None or self._ledger.has_met(Image.of(source).id):
                        self._ledger.meet(record.image_id)  # it may move to another status, and be listed again
                        yield Missing(_gone(record, marker))

    def _at(self, record: PictureRecord) -> tuple[Source | None, str | None]:
        return shown.at(self.pipeline.s3, self.pipeline.source_bucket, record.key)


def lacking(pipeline: Pipeline, recipes: Recipes, records: Iterable[PictureRecord]) -> Iterator[Missing]:
    """Yield those of the pictures that lack outputs, by a listing of what is stored of each."""
    with ThreadPoolExecutor(_PARALLEL) as pool:
        for some in _chunks(records):
            yield from filter(None, pool.map(lambda record: check(record, recipes, _stored(pipeline, record)), some))


def _stored(pipeline: Pipeline, record: PictureRecord) -> set[str]:
    """Return the keys that are stored of a picture, where its record's keys lead."""
    prefixes = {before + id_ for before, id_, _ in (key.partition(record.image_id) for key in named_keys(record))}
    return {key for prefix in prefixes for page in _pages(pipeline, prefix) for key in page}


def _is_wanted(pipeline: Pipeline, record: PictureRecord, prefix: str) -> bool:
    is_ours = record.source.bucket == pipeline.source_bucket and record.key.startswith(prefix)
    return is_ours and record.status not in OUTDATED


def _pages(pipeline: Pipeline, prefix: str, bucket: str = "") -> Iterator[list[str]]:
    where = bucket or pipeline.target_bucket
    pages = pipeline.s3.get_paginator("list_objects_v2").paginate(Bucket=where, Prefix=prefix)
    return ([found["Key"] for found in page.get("Contents", [])] for page in pages)


def _gone(record: PictureRecord, marker: str | None) -> PictureRecord:
    """Return the record of a picture whose key, or very version, is gone; a delete marker hides the key."""
    source = record.source
    return lost(Lost.GONE, replace(source, version=marker) if marker else source, record)


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while some := list(islice(left, CHUNK)):
        yield some
