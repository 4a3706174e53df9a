"""retire: the declaration."""

from kit.actor import Actor, Bucket, Place
from kit.errors import AccessDenied, UnreadableMessage
from kit.events import ImageOutdated, ImageRetired

RETIRE = Actor(
    name="retire",
    purpose="Deletes the outputs of pictures that were removed or replaced, after the grace time",
    hears=(ImageOutdated,),
    says=(ImageRetired,),
    rejects=(AccessDenied, UnreadableMessage),
    deletes=tuple(Place(Bucket.TARGET, prefix) for prefix in ("normalized/", "renditions/", "metadata/")),
    memory=256,
    timeout=30,
    graced=True,
    loops=True,  # image-retired, catalog, image-outdated
)
