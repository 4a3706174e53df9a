"""retire: the wiring."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from kit import outputs
from kit.events import Event, ImageOutdated, ImageRemade, ImageRetired
from kit.function import Function, Site
from kit.letter import Letter
from services.retire.actor import RETIRE
from services.retire.caches import forget

# Keys in one announcement; the longest has 130 bytes.
_ANNOUNCED = 1_000


def act(letter: Letter[ImageOutdated | ImageRemade], *, site: Site) -> Iterator[Event]:
    """Delete unwanted outputs. Idempotent: outputs that are gone already are no failure."""
    event = letter.event
    if isinstance(event, ImageRemade):
        yield from _tidied(event, site)
        return
    bucket = site.settings.target_bucket
    keys = [key for prefix in outputs.everything(event.image.id) for key in site.storage.stored(bucket, prefix)]
    site.storage.delete(bucket, keys)
    if site.settings.delivery_distribution:  # after that, or it would fetch them again
        forget(site.settings.delivery_distribution, event.image.id, letter.envelope.id)
    yield ImageRetired(image=event.image, deleted=len(keys))


def _tidied(event: ImageRemade, site: Site) -> Iterator[ImageRetired]:
    """Delete what was stored before the outputs that are kept; say that, and which of those are not there.

    A later run stores its outputs later, so they are left alone. Runs that overlap, and messages that come late, can
    still hit a key that the record names by now: the catalog compares what is said here, and has the picture made
    again. It is said before it is done, since what a crash left unsaid would not be known at the next attempt.
    """
    bucket = site.settings.target_bucket
    masters = site.storage.stored(bucket, outputs.masters(event.image.id))
    renditions = site.storage.stored(bucket, outputs.renditions(event.image.id))
    old = {*_before(masters, event.masters_before), *_before(renditions, event.renditions_before)} - {*event.kept}
    if event.metadata_before:
        old |= {*_before(site.storage.stored(bucket, outputs.tags(event.image.id)), event.metadata_before)}
    gone = iter(sorted(old | ({*event.kept} - {*masters, *renditions})))
    while some := tuple(islice(gone, _ANNOUNCED)):
        unwanted = old & {*some}
        yield ImageRetired(image=event.image, deleted=len(unwanted), gone=some)
        site.storage.delete(bucket, sorted(unwanted))


def _before(stored: dict[str, datetime], announced: str) -> Iterator[str]:
    """Yield the keys that were stored before; S3 says whole seconds, rounded down, so those of the same are left."""
    second = datetime.fromisoformat(announced).replace(microsecond=0)
    return (key for key, at in stored.items() if at < second)


handle = Function(RETIRE, act)
