"""normalize: the declaration."""

from imaging.limits import DECODING_MEMORY_MB
from imaging.reasons import CorruptImage, DecompressionBomb, TooSlow, UnknownRecipe, UnsupportedFormat
from kit import outputs
from kit.actor import Actor, Bucket, Place
from kit.errors import READING, UnreadableMessage
from kit.events import ImageIngested, ImageNormalized

NORMALIZE = Actor(
    name="normalize",
    purpose="Turns a picture upright, converts it to sRGB, drops all metadata and stores that master",
    hears=(ImageIngested,),
    says=(ImageNormalized,),
    rejects=(
        CorruptImage,
        UnsupportedFormat,
        DecompressionBomb,
        TooSlow,
        UnknownRecipe,
        *READING,
        UnreadableMessage,
    ),
    reads=(Place(Bucket.SOURCE),),
    writes=(Place(Bucket.TARGET, outputs.MASTERS),),
    carries=("imaging",),
    memory=DECODING_MEMORY_MB,
    timeout=90,
    batch=5,  # one message may take MAX_SECONDS
    concurrency=50,
)
