"""resize: the wiring."""

from collections.abc import Iterator
from functools import partial

from imaging.codec import WRITTEN
from imaging.limits import MAX_SECONDS
from imaging.patience import at_most
from imaging.recipes import Recipes, load
from kit.events import Event, ImageNormalized, ImageResized, Source, StoredRendition
from kit.function import Site, function
from kit.mailbox import Act, Letter
from services.resize.actor import RESIZE
from services.resize.renditions import Made, make


def act(letter: Letter[ImageNormalized], *, site: Site, recipes: Recipes) -> Iterator[Event]:
    """Store every rendition. Raises UnknownRecipe, CorruptImage, DecompressionBomb, TooSlow and what storage raises.

    The recipe is looked up by name now, so that a mended recipe applies to what is redriven.
    """
    event = letter.event
    recipe = recipes.named(event.recipe)
    content = site.storage.read(Source(bucket=event.master.bucket, key=event.master.key))
    with at_most(MAX_SECONDS):
        renditions = list(make(content, recipe))
    stored = tuple(_store(made, event.image.id, site) for made in renditions)
    yield ImageResized(image=event.image, recipe=event.recipe, renditions=stored)


def _store(made: Made, image_id: str, site: Site) -> StoredRendition:
    format_ = WRITTEN[made.format]
    bucket, key = site.settings.target_bucket, f"renditions/{image_id}/{made.name}.{format_.extension}"
    site.storage.write(bucket, key, made.content, format_.media_type)
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


def connect(site: Site, recipes: Recipes | None = None) -> Act:
    """Return this actor's work at that site."""
    return partial(act, site=site, recipes=recipes or load())


handle = function(RESIZE, connect)
