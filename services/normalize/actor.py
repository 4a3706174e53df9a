"""normalize: the declaration."""

from imaging.reasons import CorruptImage, DecompressionBomb
from kit.actor import Actor, Bucket, Place
from kit.errors import ObjectGone, UnreadableMessage
from kit.events import ImageIngested, ImageNormalized

NORMALIZE = Actor(
    name="normalize",
    purpose="Turns a picture upright, converts it to sRGB, drops all metadata and stores that master",
    hears=(ImageIngested,),
    says=(ImageNormalized,),
    rejects=(CorruptImage, DecompressionBomb, ObjectGone, UnreadableMessage),
    reads=(Place(Bucket.SOURCE),),
    writes=(Place(Bucket.TARGET, "normalized/"),),
    carries=("imaging",),
    memory=1769,  # one full vCPU: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    timeout=60,
    concurrency=50,
)
