"""Which upload of a key counts: the newest. What that leaves outdated is announced, so that its outputs go.

A removed key is S3's delete marker: an upload of nothing. Outputs of a replaced picture are wanted until the picture
that replaces it is READY: a broken overwrite must not leave a page without its picture.
"""

from collections.abc import Iterator

from kit.events import Image, ImageOutdated, ImageRemoved
from services.catalog.record import Record, image, source_key
from services.catalog.records import Records
from services.catalog.status import is_retired

REMOVED, SUPERSEDED = "removed", "superseded"


def claim(newcomer: Image, record: Record, records: Records) -> Record:
    """Let an upload take its place among those of its key; return its record as it is then."""
    place = records.claim_newest(source_key(newcomer.source), newcomer.source.order, newcomer.id)
    if place.taken_from:
        return records.merge(newcomer.id, {"replaces": place.taken_from})
    return record if place.is_newest else records.get(newcomer.id) or record


def replaced(newcomer: Image, record: Record, records: Records) -> Iterator[ImageOutdated]:
    """Yield what a picture that is READY has replaced, and is not retired yet."""
    if record.get("replaces"):
        for older in _older(newcomer, record["replaces"], records):
            yield ImageOutdated(image=image(older), why=SUPERSEDED)


def removed(removal: ImageRemoved, records: Records) -> Iterator[ImageOutdated]:
    """Mark what a removal has removed, and yield it."""
    gone = removal.image
    key = source_key(gone.source)
    if removal.whole_key:
        place = records.claim_newest(key, gone.source.order, gone.id, removal=True)
        for older in _older(gone, place.taken_from, records):
            records.remove(older["image_id"], by=gone.id)
            yield ImageOutdated(image=image(older), why=REMOVED)
    elif records.newest(key) != (gone.id, True):  # else a delete marker was removed: no picture
        record = records.remove(gone.id, by=gone.id)
        yield ImageOutdated(image=image(record) if "source" in record else gone, why=REMOVED)


def _older(newest: Image, before: str | None, records: Records) -> list[Record]:
    """Return the older uploads of a key that are not retired; the one just before even if the index lags behind."""
    found = {record["image_id"]: record for record in records.uploads(source_key(newest.source), newest.source.order)}
    if before and before not in found and (record := records.get(before)):
        found[before] = record
    return [record for record in found.values() if not is_retired(record)]
