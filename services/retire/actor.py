"""retire: the declaration."""

from kit.actor import Actor, Bucket, Place
from kit.errors import AccessDenied, UnreadableMessage
from kit.events import ImageOutdated, ImageRemade, ImageRetired
from kit.outputs import FOCUS, MASTERS, METADATA, RENDITIONS

RETIRE = Actor(
    name="retire",
    purpose="Deletes the outputs of pictures that were removed, replaced or made again, after the grace time",
    hears=(ImageOutdated, ImageRemade),
    says=(ImageRetired,),
    rejects=(AccessDenied, UnreadableMessage),
    deletes=tuple(Place(Bucket.TARGET, prefix) for prefix in (MASTERS, RENDITIONS, METADATA, FOCUS)),
    memory=256,
    timeout=30,
    delayed=True,
    loops=True,  # image-retired, catalog, image-outdated
)
