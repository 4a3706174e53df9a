"""moderate: the declaration."""

from imaging.limits import DECODING_MEMORY_MB
from imaging.reasons import CorruptImage, DecompressionBomb, TooSlow, UnknownRecipe
from kit import outputs
from kit.actor import Actor, Bucket, Place, Setting, Skip
from kit.errors import READING, UnreadableMessage
from kit.events import ImageModerated, ImageNormalized
from services.moderate.reasons import Unviewable

MODERATOR = Setting(
    name="Moderator",
    meaning="Who looks at the pictures whose recipe asks for moderation",
    default="rekognition",
    choices=("rekognition", "open-nsfw", "none"),
    extra_actions=(("rekognition", "rekognition:DetectModerationLabels"),),
)

MODERATE = Actor(
    name="moderate",
    purpose="Asks a moderation engine about the master of a picture whose recipe wants that, and says its verdict",
    hears=(ImageNormalized,),
    skips=(Skip(event=ImageNormalized, attribute="moderation", values=("off",)),),
    says=(ImageModerated,),
    rejects=(Unviewable, CorruptImage, DecompressionBomb, TooSlow, UnknownRecipe, *READING, UnreadableMessage),
    reads=(Place(Bucket.TARGET, outputs.MASTERS),),
    carries=("imaging",),
    settings=(MODERATOR,),
    memory=DECODING_MEMORY_MB,
    timeout=90,
    attempts=24,  # an engine may be away for an hour
    batch=5,  # one message may take MAX_SECONDS
)
