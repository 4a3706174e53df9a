"""catalog: the declaration."""

from kit.actor import Actor, Skip
from kit.errors import AnnouncementTooLarge, UnreadableMessage
from kit.events import (
    DeadLetterHandled,
    ImageArchived,
    ImageDescribed,
    ImageIngested,
    ImageJudged,
    ImageModerated,
    ImageNormalized,
    ImageOutdated,
    ImageRecalled,
    ImageRejected,
    ImageRemade,
    ImageRemoved,
    ImageResized,
    ImageRetired,
)
from services.catalog.reasons import RecordTooLarge

CATALOG = Actor(
    name="catalog",
    purpose="Writes what happened into one record a picture; announces which are outdated, made again and shown again",
    hears=(
        ImageIngested,
        ImageDescribed,
        ImageNormalized,
        ImageModerated,
        ImageJudged,
        ImageResized,
        ImageRejected,
        ImageRemoved,
        ImageArchived,
        ImageRetired,
        DeadLetterHandled,
    ),
    # Of a picture that nobody moderates, resize passes on what normalize has said: one message and one write less.
    skips=(Skip(event=ImageNormalized, attribute="moderation", values=("off",)),),
    says=(ImageOutdated, ImageRemade, ImageRecalled),
    rejects=(RecordTooLarge, AnnouncementTooLarge, UnreadableMessage),
    table=("GetItem", "Query", "UpdateItem"),
    carries=("records",),
    memory=512,
    timeout=30,
    concurrency=20,
    loops=True,  # image-outdated, retire, image-retired
)
