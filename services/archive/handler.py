"""archive: the wiring."""

import logging
from collections.abc import Iterator
from typing import Protocol

from kit import aws, outputs
from kit.events import Event, Fate, ImageArchived, ImageSettled
from kit.function import Function, Site
from kit.letter import Letter
from kit.retry import call
from records.attribute_values import read_item, write
from records.picture import Archived, PictureRecord
from records.status import Status
from records.stored import Item, read
from records.table import KEY
from services.archive.actor import ARCHIVE, KEEPS_ORIGINALS, STORAGE_CLASS
from services.archive.copies import Copies, Copy, S3Copies
from services.archive.reasons import NotRecorded

log = logging.getLogger("brigade")


class Records(Protocol):
    """The catalog, as archive reads it."""

    def get(self, image_id: str) -> Item | None:
        """Return a record as it is now, or None. May raise Retryable."""


class DynamoRecords:
    """DynamoDB."""

    def __init__(self, table: str) -> None:
        self._table = table

    def get(self, image_id: str) -> Item | None:
        key = {KEY: write(image_id)}
        answer = call(aws.client("dynamodb").get_item, TableName=self._table, Key=key, ConsistentRead=True)
        return read_item(answer["Item"]) if "Item" in answer else None


def act(
    letter: Letter[ImageSettled | ImageArchived], *, site: Site, records: Records, copies: Copies
) -> Iterator[Event]:
    """Bring the archive into line with what a picture's record says now: messages come late, twice, in any order."""
    image_id = letter.event.image.id
    if not (record := _now(records, image_id)):
        return
    if record.status is Status.REMOVED:
        _forget(image_id, site)
    elif isinstance(letter.event, ImageArchived):
        _delete_original(letter.event, record, site, copies)
    elif record.status is Status.READY:
        archived = _archive(record, site, copies)
        # One that was removed meanwhile may have been cleared away before the copy was there.
        if (later := _now(records, image_id)) and later.status is Status.REMOVED:
            _forget(image_id, site)
        elif archived:
            yield archived


def _now(records: Records, image_id: str) -> PictureRecord | None:
    item = records.get(image_id)
    record = read(item) if item else None
    return record if record and record.is_known else None


def _forget(image_id: str, site: Site) -> None:
    bucket = site.settings.archive_bucket
    site.storage.delete(bucket, site.storage.stored(bucket, f"{image_id}/"))


def _archive(record: PictureRecord, site: Site, copies: Copies) -> ImageArchived | None:
    """Copy an original, unless the copy that its record names is there; return what is to be announced, if anything.

    One that is there is not overwritten: S3 bills the archive's classes for months, however short a copy lives.
    """
    bucket, key, known = site.settings.archive_bucket, outputs.archived(record.source), record.archived
    fate = _fate(record, site, copies)
    copy = copies.look(bucket, key)
    if not (copy and known and _is_same(copy, known)):
        copy = copies.make(record.source, bucket, key, site.environment[STORAGE_CLASS.variable])
    elif fate == known.original:
        return None
    facts = {name: getattr(copy, name) for name in ("bytes", "sha256", "storage_class")}
    return ImageArchived(image=record.image, bucket=bucket, key=key, original=fate, **facts)


def _fate(record: PictureRecord, site: Site, copies: Copies) -> Fate:
    """Decide what becomes of an original. One that was unwanted stays so: it may be gone by now."""
    if record.archived and record.archived.original == "unwanted":
        return "unwanted"
    # Above another version S3 would show that in its place: another picture.
    may_go = _may_go(site) and record.source.version and copies.is_alone(record.source)
    return "unwanted" if may_go else "kept"


def _may_go(site: Site) -> bool:
    return site.environment[KEEPS_ORIGINALS.variable] == "no"


def _delete_original(event: ImageArchived, record: PictureRecord, site: Site, copies: Copies) -> None:
    """Delete the version that is archived, once its record says so: S3 announces that like any removal."""
    known = record.archived
    if not known or known.sha256 != event.sha256:
        raise NotRecorded
    found = copies.look(known.bucket, known.key)
    if _may_go(site) and known.original == "unwanted" and found and _is_same(found, known):
        copies.erase(record.source)
    else:
        log.info("left alone: the original is wanted, or its copy is gone")


def _is_same(found: Copy, known: Archived) -> bool:
    return (found.sha256, found.bytes) == (known.sha256, known.bytes)


handle = Function(ARCHIVE, act, records=lambda site: DynamoRecords(site.settings.table), copies=lambda _: S3Copies())
