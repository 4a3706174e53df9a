"""resize: the declaration."""

from imaging.limits import DECODING_MEMORY_MB
from imaging.reasons import CorruptImage, DecompressionBomb, TooSlow, UnknownRecipe
from kit import outputs
from kit.actor import Actor, Bucket, Place
from kit.errors import READING, AnnouncementTooLarge, UnreadableMessage
from kit.events import ImageJudged, ImageModerated, ImageNormalized, ImageResized

RESIZE = Actor(
    name="resize",
    purpose="Makes every rendition of the picture's recipe from one decode of the master",
    hears=(ImageNormalized, ImageModerated, ImageJudged),
    says=(ImageResized,),
    rejects=(
        CorruptImage,
        DecompressionBomb,
        TooSlow,
        UnknownRecipe,
        *READING,
        AnnouncementTooLarge,
        UnreadableMessage,
    ),
    reads=(Place(Bucket.TARGET, outputs.MASTERS), Place(Bucket.TARGET, outputs.FOCUS)),
    writes=(Place(Bucket.TARGET, outputs.RENDITIONS),),
    carries=("imaging",),
    memory=DECODING_MEMORY_MB,
    timeout=90,
    batch=5,  # one message may take MAX_SECONDS
    concurrency=50,
)
