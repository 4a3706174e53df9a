"""Which upload of a key counts: the newest. What that leaves outdated is announced, so that its outputs go.

A removed key is S3's delete marker: an upload of nothing. Outputs of a replaced picture are wanted until the picture
that replaces it is READY: a broken overwrite must not leave a page without its picture. Where a version or a marker is
removed for ever, S3 shows the version before it again: that one counts then, from the moment of that removal.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from kit.events import Event, Image, ImageOutdated, ImageRecalled, ImageRemade, ImageRemoved, Source
from records.picture import PictureRecord
from records.rules import is_outdated
from records.status import Status
from records.stored import read
from records.table import KEY, source_key
from services.catalog.records import Records

REMOVED, SUPERSEDED = "removed", "superseded"


def claim(newcomer: Image, record: PictureRecord, records: Records) -> PictureRecord:
    """Let an upload take its place among those of its key; return its record as it is then."""
    place = records.claim_newest(source_key(newcomer.source), newcomer.source.order, newcomer.id)
    if place.is_newest and is_outdated(record):
        record = read(records.recall(newcomer.id, newcomer.source.order))
    if place.taken_from:
        return read(records.merge(newcomer.id, {"replaces": place.taken_from}))
    if place.is_newest or not (item := records.get(newcomer.id)):
        return record
    return read(item)


def replaced(newcomer: Image, record: PictureRecord, records: Records) -> Iterator[ImageOutdated]:
    """Yield what a picture that is READY has replaced, and is not retired yet."""
    if record.replaces:
        for older in _older(newcomer, record.replaces, records):
            yield ImageOutdated(image=older.image, why=SUPERSEDED)


def remade(newcomer: Image, record: PictureRecord) -> ImageRemade:
    """Return that of a picture that is READY only those outputs are wanted which its record names, and later ones."""
    return ImageRemade(
        image=newcomer,
        masters_before=_announced(record, "normalize"),
        renditions_before=_announced(record, "resize"),
        kept=tuple(sorted(record.keys)),
        metadata_before=_announced(record, "describe") if record.has_old_tags else "",
    )


def _announced(record: PictureRecord, actor: str) -> str:
    """Return when that actor announced; of another actor's work it is not known what came before: nothing did."""
    return record.stages[actor].at if actor in record.stages else record.entered_at


def removed(removal: ImageRemoved, records: Records) -> Iterator[Event]:
    """Mark what a removal has removed, and yield it; then the picture that S3 shows again.

    Of a key that no recipe matches, no upload can come later: where the catalog knows none, there is nothing to do.
    """
    key = source_key(removal.image.source)
    if not removal.matched and not records.newest(key):
        return
    if removal.whole_key:
        yield from _removed_key(removal.image, records)
        return
    if _is_in_the_archive(removal.image.id, records):
        records.merge(removal.image.id, {"original_gone": removal.image.source.uploaded_at})
        return
    if records.newest(key) != (removal.image.id, True):  # else a delete marker was removed: no picture
        record = read(records.remove(removal.image.id, by=removal.image.id))
        yield ImageOutdated(image=record.image if record.is_known else removal.image, why=REMOVED)
    yield from _shown(removal, records)


def _is_in_the_archive(image_id: str, records: Records) -> bool:
    """Whether a picture lives on without its upload: the archive deletes that when the record names the copy."""
    item = records.get(image_id)
    record = read(item) if item else None
    archived = record.archived if record and record.status is not Status.REMOVED else None
    return archived is not None and archived.original == "unwanted"


def _removed_key(marker: Image, records: Records) -> Iterator[ImageOutdated]:
    key = source_key(marker.source)
    place = records.claim_newest(key, marker.source.order, marker.id, removal=True)
    shown = None if place.is_newest else records.newest(key)  # S3 may show one again since this removal
    for older in _older(marker, place.taken_from, records, archived=True):
        if (older.image_id, False) != shown and records.outdate(
            older.image_id, marker.source.order, by=marker.id, removal=True
        ):
            yield ImageOutdated(image=older.image, why=REMOVED)


def _shown(removal: ImageRemoved, records: Records) -> Iterator[ImageRecalled]:
    """Let what S3 shows since a removal be its key's newest, and yield it where it has to be made again.

    Its place is the removal's: S3 was asked after that, so whatever was uploaded before is gone or lies below. It is
    announced first: a crash in between is mended when this message comes again.
    """
    if not (shown := removal.shown or _in_the_archive_only(removal, records)):
        return
    order = removal.image.source.order
    back = Image.of(replace(shown, sequencer=removal.image.source.sequencer))
    place = records.claim_newest(source_key(back.source), order, back.id)
    item = records.get(back.id)
    if place.is_newest and (item is None or is_outdated(read(item))):
        yield ImageRecalled(image=back)
    if place.is_newest and item:
        records.recall(back.id, order)


def _in_the_archive_only(removal: ImageRemoved, records: Records) -> Source | None:
    """Return the newest upload that the archive has of a key of which S3 has nothing: S3 would show that one."""
    if not removal.emptied:
        return None
    older = _older(removal.image, None, records, archived=True)
    alone = [each for each in older if each.status is Status.SUPERSEDED and _is_in_the_archive(each.image_id, records)]
    return max(alone, key=lambda each: each.upload_order).source if alone else None


def _older(newest: Image, before: str | None, records: Records, *, archived: bool = False) -> list[PictureRecord]:
    """Return the older uploads of a key that are not retired; the one just before even if the index lags behind.

    ``archived``: those too that are retired, and whose originals have copies in the archive.
    """
    found = {item[KEY]: item for item in records.uploads(source_key(newest.source), newest.source.order)}
    if before and before not in found and (item := records.get(before)):
        found[before] = item
    # Of a marker that was removed there may be a record, which knows of no upload.
    known = [record for record in map(read, found.values()) if record.is_known]
    return [each for each in known if not each.is_retired or (archived and _has_copy(each, records))]


def _has_copy(record: PictureRecord, records: Records) -> bool:
    item = records.get(record.image_id)
    return item is not None and "archived" in item
