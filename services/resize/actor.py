"""resize: the declaration."""

from imaging.reasons import CorruptImage, DecompressionBomb, UnknownRecipe
from kit.actor import Actor, Bucket, Place
from kit.errors import ObjectGone, UnreadableMessage
from kit.events import ImageNormalized, ImageResized

RESIZE = Actor(
    name="resize",
    purpose="Makes every rendition of the picture's recipe from one decode of the master",
    hears=(ImageNormalized,),
    says=(ImageResized,),
    rejects=(CorruptImage, DecompressionBomb, UnknownRecipe, ObjectGone, UnreadableMessage),
    reads=(Place(Bucket.TARGET, "normalized/"),),
    writes=(Place(Bucket.TARGET, "renditions/"),),
    carries=("imaging",),
    memory=1769,
    timeout=60,
    concurrency=50,
)
