"""describe: the wiring."""

from collections.abc import Iterator

import msgspec

from imaging.originals import metadata
from imaging.recipes import Recipes, load
from kit import outputs
from kit.events import Event, ImageDescribed, ImageIngested
from kit.function import Function, Site
from kit.letter import Letter
from services.describe import head
from services.describe.actor import DESCRIBE
from services.describe.extractors import Extractor, here
from services.describe.facts import camera
from services.describe.places import allowed
from services.describe.tags import packed

# Bytes. In the record each kilobyte is paid for at every write after it, and a file by itself: even at about four.
# Half of 130 cameras' JPEGs have less than a kilobyte, nine in ten less than 2.2.
MOST_PACKED = 2_048


def act(letter: Letter[ImageIngested], *, site: Site, recipes: Recipes, extractor: Extractor) -> Iterator[Event]:
    """Announce one picture's camera facts and all its tags; where they are many, store them.

    Raises UnknownRecipe, and what storage raises.

    A picture without metadata is announced without facts. What the recipe withholds is neither announced nor stored.
    """
    event = letter.event
    gps = event.catalog_gps or recipes.named(event.recipe).catalog_gps  # an earlier release does not say it
    content = head.read(event, site.storage)
    found = extractor(content, event.format)
    tags = allowed(found.tags, gps)
    all_of_them = packed(tags) if tags else b""
    is_small = len(all_of_them) <= MOST_PACKED
    key = "" if is_small else outputs.tags(event.image.id)
    if key:
        site.storage.write(site.settings.target_bucket, key, all_of_them, "application/gzip")
    yield ImageDescribed(
        image=event.image,
        camera=msgspec.structs.replace(camera(tags), orientation=metadata(content).orientation),
        extractor=found.extractor,
        version=found.version,
        tags=key,
        packed=all_of_them if is_small else b"",
        problem=found.problem,
    )


handle = Function(DESCRIBE, act, recipes=lambda _: load(), extractor=lambda _: here())
