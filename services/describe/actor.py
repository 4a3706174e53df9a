"""describe: the declaration."""

from imaging.reasons import UnknownRecipe
from kit import outputs
from kit.actor import Actor, Bucket, Place
from kit.errors import READING, UnreadableMessage
from kit.events import ImageDescribed, ImageIngested

DESCRIBE = Actor(
    name="describe",
    purpose="Reads what the camera wrote into a picture, says the facts that all makers share and stores everything",
    hears=(ImageIngested,),
    says=(ImageDescribed,),
    rejects=(UnknownRecipe, *READING, UnreadableMessage),
    reads=(Place(Bucket.SOURCE),),
    writes=(Place(Bucket.TARGET, outputs.METADATA),),
    carries=("imaging",),
    layers=("exiftool",),
    memory=1024,  # the largest original, exiftool, and what it may need
    timeout=90,
    batch=5,
    concurrency=20,
    together=True,
)
