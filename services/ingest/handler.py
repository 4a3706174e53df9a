"""ingest: the wiring."""

import logging
from collections.abc import Iterator

from msgspec.structs import replace

from imaging.recipes import Recipes, load
from kit.events import Event, ImageIngested, ImageRemoved, ImageUploaded, Source
from kit.function import Function, Site
from kit.letter import Letter
from services.ingest import origin
from services.ingest.actor import INGEST
from services.ingest.admission import admit
from services.ingest.head import open_head
from services.ingest.reasons import OwnOutput

log = logging.getLogger("brigade")


def act(letter: Letter[ImageUploaded | ImageRemoved], *, site: Site, recipes: Recipes) -> Iterator[Event]:
    """Admit one upload, or pass a removal on.

    Raises what admission raises, and OwnOutput for an object of the target bucket.
    """
    source = letter.event.image.source
    if source.bucket == site.settings.target_bucket:
        raise OwnOutput(f"{source.bucket}/{source.key}")
    recipe = recipes.match(source.key)
    if isinstance(letter.event, ImageRemoved):
        yield _removed(letter.event, site, is_matched=recipe is not None)
        return
    if recipe is None or _is_folder(source):
        why = "no recipe matches its key" if recipe is None else "it is a folder's marker"
        log.info("ignored: %s", why)
        return
    size = source.size if source.size is not None else len(site.storage.read(source))
    metadata: dict[str, str] = {}

    def fetch(start: int, stop: int) -> bytes:
        content, said = site.storage.read_part(source, start, stop)
        metadata.update(said)
        return content

    admitted = admit(open_head(fetch, size), size)
    yield ImageIngested(
        image=letter.event.image,
        recipe=recipe.name,
        format=admitted.format,
        width=admitted.width,
        height=admitted.height,
        bytes=size,
        origin=origin.read(metadata),
        catalog_gps=recipe.catalog_gps,
    )


def _removed(removal: ImageRemoved, site: Site, *, is_matched: bool) -> ImageRemoved:
    """Return the removal with what only ingest can see: whether a recipe matches its key, and what S3 has of it now.

    The catalog decides which pictures it removes: today's recipes may not be those that made them.
    """
    gone = removal.image.source
    is_version = not removal.whole_key
    shown = site.storage.newest(gone.bucket, gone.key) if is_version else None
    emptied = is_version and not shown and site.storage.is_empty(gone.bucket, gone.key)
    return replace(removal, matched=is_matched and not gone.key.endswith("/"), shown=shown, emptied=emptied)


def _is_folder(source: Source) -> bool:
    """S3's console makes a folder by storing nothing under its name."""
    return source.key.endswith("/") and source.size == 0


handle = Function(INGEST, act, recipes=lambda _: load())
