"""catalog: the declaration."""

from kit.actor import Actor
from kit.errors import UnreadableMessage
from kit.events import ImageCataloged, ImageIngested, ImageNormalized, ImageRejected, ImageResized

CATALOG = Actor(
    name="catalog",
    purpose="Writes what happened into one record a picture and announces the picture that is ready",
    hears=(ImageIngested, ImageNormalized, ImageResized, ImageRejected),
    says=(ImageCataloged,),
    rejects=(UnreadableMessage,),
    table=("GetItem", "UpdateItem"),
    memory=512,
    timeout=30,
    concurrency=20,
)
