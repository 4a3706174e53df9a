"""moderate: the wiring."""

import logging
from collections.abc import Iterator

from imaging.recipes import Recipes, load
from kit.events import Event, ImageModerated, ImageNormalized, Source
from kit.function import Function, Site
from kit.letter import Letter
from services.moderate.actor import MODERATE
from services.moderate.engines import chosen
from services.moderate.opinion import Engine
from services.moderate.reasons import NoModerator
from services.moderate.verdict import LIKELY, verdict

log = logging.getLogger("brigade")


def act(letter: Letter[ImageNormalized], *, site: Site, recipes: Recipes, engine: Engine | None) -> Iterator[Event]:
    """Announce the verdict on one picture, if its recipe asked for one when the picture was normalized.

    Raises UnknownRecipe, NoModerator where the picture must wait for a verdict, and what storage and engine raise.
    The thresholds are those of today's recipe of that name, so that corrected ones apply to redriven pictures.
    """
    event = letter.event
    if event.moderation == "off":
        return
    if engine is None:
        if event.moderation == "gate":
            raise NoModerator
        log.warning("not moderated: no moderation engine is here")
        return
    recipe = recipes.named(event.recipe)
    opinion = engine(site.storage.read(Source(bucket=event.master.bucket, key=event.master.key)))
    yield ImageModerated(
        image=event.image,
        recipe=event.recipe,
        master=event.master,
        mode=event.moderation,
        verdict=verdict(opinion.confidence, recipe),
        contains_nudity=opinion.confidence >= LIKELY,
        confidence=opinion.confidence,
        labels=opinion.labels,
        model=opinion.model,
        model_version=opinion.version,
    )


handle = Function(MODERATE, act, recipes=lambda _: load(), engine=lambda site: chosen(site.environment))
