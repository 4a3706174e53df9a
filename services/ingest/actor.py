"""ingest: the declaration."""

from imaging.reasons import UnsupportedFormat
from kit.actor import Actor, Bucket, Place
from kit.errors import READING, UnreadableMessage
from kit.events import ImageIngested, ImageRecalled, ImageRemoved, ImageUploaded
from services.ingest.notification import read
from services.ingest.reasons import (
    EmptyObject,
    ExtremeAspect,
    NotAnImage,
    OwnOutput,
    TooLarge,
    TooManyPixels,
)

INGEST = Actor(
    name="ingest",
    purpose="Admits or refuses an upload by its content, reading only the head of the object; passes removals on",
    hears=(ImageUploaded, ImageRecalled),
    says=(ImageIngested, ImageRemoved),
    rejects=(
        EmptyObject,
        NotAnImage,
        UnsupportedFormat,
        TooManyPixels,
        ExtremeAspect,
        TooLarge,
        OwnOutput,
        *READING,
        UnreadableMessage,
    ),
    reads=(Place(Bucket.SOURCE),),
    carries=("imaging",),
    memory=512,
    timeout=30,
    concurrency=20,
    reader=read,
    together=True,
)
