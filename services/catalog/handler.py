"""catalog: the wiring."""

from collections.abc import Iterator

from msgspec.structs import replace

from kit.events import (
    DeadLetterHandled,
    Event,
    ImageDescribed,
    ImageIngested,
    ImageNormalized,
    ImageOutdated,
    ImageRecalled,
    ImageRejected,
    ImageRemoved,
    ImageResized,
    ImageRetired,
)
from kit.function import Function, Site
from kit.letter import Letter
from records.picture import PictureRecord
from records.rules import is_outdated, is_unwanted, status
from records.status import Status
from records.stored import read
from services.catalog import versions
from services.catalog.actor import CATALOG
from services.catalog.attributes import APPROVAL, Attributes, attributes, forgotten, passed_on
from services.catalog.records import DynamoRecords, Records

Parts = tuple[Attributes, ...]


def act(letter: Letter[Event], *, site: Site, records: Records) -> Iterator[Event]:
    """Add one event to its picture's record; announce what a picture that becomes ready outdates.

    Announced once, by whoever makes the change to READY. If that function dies before its announcement is out,
    its message comes again (``attempts`` above one) and finds its own event's id beside the status.
    """
    if isinstance(letter.event, ImageRemoved):
        return versions.removed(letter.event, records)
    facts = attributes(letter.event, letter.envelope, site.settings)
    if isinstance(letter.event, ImageRetired):
        return _retired(letter.event, facts, records)
    earlier = passed_on(letter.event)
    if isinstance(letter.event, ImageResized):  # nearly always it comes last: one write instead of two
        for more in [earlier, ()] if earlier else [()]:  # what it passes on may be older than what is there
            item = records.complete(letter.event.image.id, facts, letter.envelope.id, *more)
            if item and status(record := read(item)) is Status.READY:
                return _ready(letter.event, record, records)
    return _merged(letter, (facts, *earlier), records)


def _merged(letter: Letter[Event], parts: Parts, records: Records) -> Iterator[Event]:
    event = letter.event
    record = read(records.merge(event.image.id, *parts))
    if first_word := _is_first_word(event, record):
        record = versions.claim(event.image, record, records)
    record, changed = _follow(letter, parts, record, records)
    if is_outdated(record):
        # What came too late goes too, outputs and what the record knows now; or somebody has just rejected it.
        if not isinstance(event, DeadLetterHandled):
            yield ImageOutdated(image=event.image, why=record.status.lower())
    elif record.status is Status.READY:
        if changed or (letter.attempts > 1 and record.ready_by == letter.envelope.id):
            yield from _ready(event, record, records)
        elif first_word:  # it was ready before it was known what it replaces
            yield from versions.replaced(event.image, record, records)
        elif isinstance(event, ImageNormalized | ImageResized) or (  # of a rerun, or heard late, after a newer run's
            isinstance(event, ImageDescribed) and record.has_old_tags
        ):
            yield versions.remade(event.image, record)


def _retired(event: ImageRetired, facts: Attributes, records: Records) -> Iterator[Event]:
    """Forget what was known of a picture whose outputs are gone. One that is wanted and has lost some is made again.

    How many were deleted tells nothing: retire may have died after an earlier attempt at the same message.
    """
    item = records.get(event.image.id)
    if not item:
        return
    record = read(item)
    if is_unwanted(record):
        if event.gone is None:
            records.forget(event.image.id, facts, forgotten(item))
    elif event.gone is None or not record.keys.isdisjoint(event.gone):
        if approval := item.get(APPROVAL):  # a new master does not pass the gate by it, so it would never be whole
            records.withdraw(record.image_id, approval)
        yield ImageRecalled(image=record.image)


def _follow(letter: Letter[Event], parts: Parts, record: PictureRecord, records: Records) -> tuple[PictureRecord, bool]:
    """Bring a record's status into line with what is there; return whether it was this call that changed it."""
    image_id = letter.event.image.id
    while (before := record.status) != (after := status(record)):
        if records.change_status(image_id, before, after, letter.envelope.id):
            return replace(record, status=after), True
        record = read(records.merge(image_id, *parts))  # another event came in between: look again
    return record, False


def _is_first_word(event: Event, record: PictureRecord) -> bool:
    """Whether this event is the first that is heard of an upload: admitted, or refused at the door."""
    return isinstance(event, ImageIngested) or (isinstance(event, ImageRejected) and not record.original)


def _ready(event: Event, record: PictureRecord, records: Records) -> Iterator[Event]:
    yield from versions.replaced(event.image, record, records)
    if record.settled > 1:  # runs before this one may have stored other outputs
        yield versions.remade(event.image, record)


handle = Function(CATALOG, act, records=lambda site: DynamoRecords(site.settings.table))
