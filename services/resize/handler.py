"""resize: the wiring."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import msgspec

from imaging.formats import FORMATS
from imaging.limits import MAX_SECONDS
from imaging.patience import at_most
from imaging.recipes import Recipes, load
from kit import outputs
from kit.chain import OPERATOR
from kit.errors import ObjectGone
from kit.events import (
    Event,
    Focus,
    ImageJudged,
    ImageModerated,
    ImageNormalized,
    ImageResized,
    Normalized,
    Source,
    StoredRendition,
)
from kit.function import Function, Site
from kit.letter import Letter
from services.resize.actor import RESIZE
from services.resize.renditions import Made, digests, make

Go = ImageNormalized | ImageModerated | ImageJudged

log = logging.getLogger("brigade")

AT_ONCE = 10  # below the number of connections that kit.aws keeps


def act(letter: Letter[Go], *, site: Site, recipes: Recipes) -> Iterator[Event]:
    """Store every rendition. Raises UnknownRecipe, CorruptImage, DecompressionBomb, TooSlow and what storage raises.

    The recipe is today's of that name, so that a corrected recipe applies to redriven pictures.
    """
    event = letter.event
    if not may_begin(event):
        log.info("left alone: %s does not let this picture pass", event.kind)
        return
    recipe = recipes.named(event.recipe)
    content = site.storage.read(Source(bucket=event.master.bucket, key=event.master.key))
    focus = _focus(event, site) if any(each.gravity == "focus" for each in recipe.rendition) else None
    with at_most(MAX_SECONDS):
        renditions = list(make(content, recipe, focus))
    stored = _store_all(renditions, event.image.id, digests(event.master.key, recipe, focus), site)
    small = next(made.placeholder for made in renditions if made.placeholder)
    yield ImageResized(
        image=event.image,
        recipe=event.recipe,
        renditions=stored,
        colour=small.colour,
        lqip=small.lqip,
        normalized=_passed_on(letter),
        focus=focus,
    )


def _focus(event: Go, site: Site) -> Focus | None:
    """Return where the picture's subject is: as an operator says, or else its file; None where neither does."""
    try:
        said = site.storage.read(Source(bucket=site.settings.target_bucket, key=outputs.focus(event.image.id)))
    except ObjectGone:
        return event.master.focus
    told: Focus = msgspec.json.decode(said, type=Focus)
    return told


def _passed_on(letter: Letter[Go]) -> Normalized | None:
    """Return what the catalog is not sent of normalize: see services.catalog.actor. What operators say it knows."""
    event, envelope = letter.event, letter.envelope
    if not isinstance(event, ImageNormalized) or envelope.actor == OPERATOR:
        return None
    return Normalized(
        master=event.master,
        frames=event.frames,
        moderation=event.moderation,
        at=envelope.time,
        attempts=envelope.attempts,
        queued_ms=envelope.queuedms,
        worked_ms=envelope.workedms,
        version=envelope.actorversion,
    )


def may_begin(event: Go) -> bool:
    """Whether this event lets its picture be resized; without a gate, only image-normalized does.

    It follows from the event alone, so that no order and no repetition of events lets a picture slip through.
    """
    match event:
        case ImageNormalized():
            return event.moderation != "gate"
        case ImageModerated():
            return event.mode == "gate" and event.verdict == "accepted"
        case ImageJudged():
            return event.judgement == "approved"


def _store_all(
    renditions: list[Made], image_id: str, digest: dict[str, str], site: Site
) -> tuple[StoredRendition, ...]:
    """Store the renditions side by side: a function is paid for while it waits, and ten waits at once are one.

    Each in a copy of this context, which holds the deadline of retries and the facts of the log.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        stored = [
            pool.submit(copy_context().run, _store, made, image_id, digest[made.name], site) for made in renditions
        ]
    return tuple(each.result() for each in stored)


def _store(made: Made, image_id: str, digest: str, site: Site) -> StoredRendition:
    format_ = FORMATS[made.format]
    bucket, key = site.settings.target_bucket, outputs.rendition(image_id, made.name, digest, format_.extension)
    site.storage.write(bucket, key, made.content, format_.media_type, outputs.FOR_EVER)
    return StoredRendition(
        name=made.name,
        bucket=bucket,
        key=key,
        format=made.format,
        width=made.width,
        height=made.height,
        bytes=len(made.content),
        method=made.method,
    )


handle = Function(RESIZE, act, recipes=lambda _: load())
