"""catalog: the wiring."""

from collections.abc import Iterator
from functools import partial

import msgspec

from kit.events import Event, ImageCataloged, ImageIngested, ImageRejected, ImageResized, StoredImage, StoredRendition
from kit.function import Site, function
from kit.mailbox import Act, Letter
from services.catalog.actor import CATALOG
from services.catalog.record import Record, Status, attributes, source_key, status
from services.catalog.records import DynamoRecords, Records


def act(letter: Letter[Event], *, site: Site, records: Records) -> Iterator[Event]:
    """Add one event to its picture's record; announce the picture when that makes it ready.

    Announced once, by whoever makes the change to READY. If that function dies before its announcement is out,
    its message comes again (``attempts`` above one) and finds its own event's id beside the status.
    """
    event, envelope = letter.event, letter.envelope
    facts = attributes(event, envelope, site.settings)
    if isinstance(event, ImageResized) and (record := records.complete(event.image.id, facts, envelope.id)):
        yield _cataloged(event, record)  # nearly always it comes last: one write instead of two
        return
    record = records.merge(event.image.id, facts)
    if _is_first_word(event, record):
        records.claim_newest(source_key(event.image.source), event.image.source.order, event.image.id)
    while (before := record["status"]) != (after := status(record)):
        if records.change_status(event.image.id, Status(before), after, envelope.id):
            if after is Status.READY:
                yield _cataloged(event, record)
            return
        record = records.merge(event.image.id, facts)  # another event came in between: look again
    if letter.attempts > 1 and after is Status.READY and record.get("ready_by") == envelope.id:
        yield _cataloged(event, record)


def _is_first_word(event: Event, record: Record) -> bool:
    """Whether this event is the first that is heard of an upload: admitted, or refused at the door."""
    return isinstance(event, ImageIngested) or (isinstance(event, ImageRejected) and "original" not in record)


def _cataloged(event: Event, record: Record) -> ImageCataloged:
    return ImageCataloged(
        image=event.image,
        recipe=record["recipe"],
        master=msgspec.convert(record["master"], StoredImage),
        renditions=msgspec.convert(record["renditions"], tuple[StoredRendition, ...]),
    )


def connect(site: Site, records: Records | None = None) -> Act:
    """Return this actor's work at that site."""
    return partial(act, site=site, records=records or DynamoRecords(site.settings.table))


handle = function(CATALOG, connect)
