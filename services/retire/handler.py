"""retire: the wiring."""

from collections.abc import Iterator
from functools import partial

from kit.events import Event, ImageOutdated, ImageRetired
from kit.function import Site, function
from kit.mailbox import Act, Letter
from services.retire.actor import RETIRE


def act(letter: Letter[ImageOutdated], *, site: Site) -> Iterator[Event]:
    """Delete the picture's master, renditions and metadata; what is gone already is no failure."""
    image = letter.event.image
    outputs = (f"normalized/{image.id}.", f"renditions/{image.id}/", f"metadata/{image.id}.")
    deleted = sum(site.storage.delete(site.settings.target_bucket, prefix) for prefix in outputs)
    yield ImageRetired(image=image, deleted=deleted)


def connect(site: Site) -> Act:
    """Return this actor's work at that site."""
    return partial(act, site=site)


handle = function(RETIRE, connect)
