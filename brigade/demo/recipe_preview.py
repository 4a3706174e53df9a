"""What a recipe makes of one photo, side by side: every rendition with its bytes and its milliseconds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import msgspec

from brigade.demo import contact_sheet
from brigade.demo.contact_sheet import SheetPicture
from brigade.pictures import processing
from brigade.pictures.local_files import LocalFile
from brigade.pictures.own_names import paths
from brigade.terminal import OperatorError
from imaging.recipes import DEFAULT_ACCEPT, DEFAULT_REFUSE, Recipe, Recipes
from records.picture import PictureRecord
from records.rules import failure
from services.resize.renditions import make

SHEET = "index.html"


def preview(photo: Path, recipes: Recipes, out: Path) -> Path:
    """Send the photo through the actors, write their outputs and the contact sheet below ``out``; return the sheet.

    Raises OperatorError for a photo that is rejected, or whose name no recipe matches.
    """
    out.mkdir(parents=True, exist_ok=True)
    started = perf_counter()
    record = processing.record_of(LocalFile(photo, photo.name), _ungated(recipes), out)
    if record is None:
        raise OperatorError(f"no recipe matches the key {photo.name}", "choose one with --recipe")
    if failed := failure(record):
        raise OperatorError(f"{photo} is rejected: {failed.reason}: {failed.detail}", "try another picture")
    seconds = perf_counter() - started
    recipe = recipes.named(record.recipe)
    assert record.master  # noqa: S101 - it is READY
    worked_ms = _milliseconds(paths(record, out)[record.master.key].read_bytes(), recipe)
    return page(f"Recipe {recipe.name}", [record], out, seconds, worked_ms)


def page(title: str, records: Sequence[PictureRecord], out: Path, seconds: float, worked_ms: Mapping[str, int]) -> Path:
    """Write the contact sheet of pictures whose files are below ``out``; return it."""
    pictures = [
        SheetPicture(each, {key: path.relative_to(out).as_posix() for key, path in paths(each, out).items()}, worked_ms)
        for each in records
    ]
    sheet = out / SHEET
    sheet.write_text(contact_sheet.render(title, pictures, {}, seconds=seconds), encoding="utf-8")
    return sheet


def _ungated(recipes: Recipes) -> Recipes:
    """Return the recipes without moderation: a preview shows what they make, not whether they would."""
    off = {"moderation": "off", "moderation_accept": DEFAULT_ACCEPT, "moderation_refuse": DEFAULT_REFUSE}
    return Recipes(recipe=tuple(msgspec.structs.replace(recipe, **off) for recipe in recipes.recipe))


def _milliseconds(master: bytes, recipe: Recipe) -> dict[str, int]:
    """Make the renditions once more, and return how long each took by its name; the first includes the decoding.

    The first time round, imports and caches would be measured too.
    """
    took: dict[str, int] = {}
    started = perf_counter()
    for made in make(master, recipe):
        took[made.name] = round((perf_counter() - started) * 1000)
        started = perf_counter()
    return took
