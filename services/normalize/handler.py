"""normalize: the wiring."""

import logging
from collections.abc import Iterator, Mapping

from imaging import focus
from imaging.formats import FORMATS
from imaging.limits import MAX_SECONDS
from imaging.patience import at_most
from imaging.recipes import Recipes, load
from kit import outputs
from kit.events import Event, Focus, ImageIngested, ImageNormalized, StoredMaster
from kit.function import Function, Site
from kit.letter import Letter
from services.normalize.actor import NORMALIZE
from services.normalize.pixels import VERSION, normalize

log = logging.getLogger("brigade")


def act(letter: Letter[ImageIngested], *, site: Site, recipes: Recipes) -> Iterator[Event]:
    """Store a master. Raises UnknownRecipe, TooSlow, and what normalize and storage raise."""
    event = letter.event
    recipe = recipes.named(event.recipe)
    content, said = site.storage.read_part(event.image.source, 0, None)
    with at_most(MAX_SECONDS):
        master = normalize(content, recipe.keep)
    format_ = FORMATS[master.format]
    digest = outputs.digest(event.image.id, tuple(sorted(recipe.keep)), VERSION)
    bucket, key = site.settings.target_bucket, outputs.master(event.image.id, digest, format_.extension)
    site.storage.write(bucket, key, master.content, format_.media_type)
    yield ImageNormalized(
        image=event.image,
        recipe=event.recipe,
        master=StoredMaster(
            bucket=bucket,
            key=key,
            format=master.format,
            width=master.width,
            height=master.height,
            bytes=len(master.content),
            method=master.method,
            focus=_told(said) or master.focus,
        ),
        frames=master.frames,
        moderation=recipe.moderation,
    )


def _told(metadata: Mapping[str, str]) -> Focus | None:
    """Return where who uploaded the picture says that its subject is; what cannot be understood is not heeded."""
    try:
        return focus.read(metadata)
    except ValueError as error:
        log.warning("the object's metadata focus is ignored: %s", error)
        return None


handle = Function(NORMALIZE, act, recipes=lambda _: load())
