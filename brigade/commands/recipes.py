"""`brigade recipes`: what would happen to which key, whether a recipes file is right, and what it makes of a photo."""

from pathlib import Path
from typing import Any

import click
import msgspec
from rich.text import Text

from brigade.acting.here import here
from brigade.commands.options import FILE, argument, as_json, option, other_recipes, out_folder, recipe, stack_name
from brigade.demo import recipe_preview
from brigade.deploy import deployed_recipes
from brigade.deploy.stack import Stack
from brigade.pictures import processing
from brigade.pictures.recipes_file import editors_schema, load_recipes, recipes_path, warn
from brigade.progress import progress
from brigade.tables import table
from brigade.terminal import actors_quiet, counted, out, print_json, say
from services.resize.effects import name


@click.group(invoke_without_command=True)
@option("--key", multiple=True, help="Say which recipe this key would get; repeatable.")
@other_recipes
@option("--deployed", is_flag=True, help="Not a file's: those that a stack works with.")
@stack_name
@as_json
@click.pass_context
def recipes(
    context: click.Context,
    *,
    key: tuple[str, ...],
    recipes_file: Path | None,
    deployed: bool,
    stack: str,
    as_json: bool,
) -> None:
    """Show the recipes, in the order in which they are asked; or, with --key, what would happen to a key.

    Those of a file are not asked by any stack until they are deployed; --deployed shows those that are.
    """
    if context.invoked_subcommand:
        return
    loaded = deployed_recipes.of(Stack.find(here(), stack)) if deployed else load_recipes(recipes_file)
    say(f"recipes of stack {stack}" if deployed else f"recipes of {recipes_path(recipes_file)}")
    if key:
        _answer([(each, loaded.match(each)) for each in key], as_json=as_json)
    else:
        _show(loaded, as_json=as_json)


@recipes.command()
@other_recipes
def check(recipes_file: Path | None) -> None:
    """Read a recipes file as a function would; say what it holds, or file, line and reason of the first mistake."""
    loaded = load_recipes(recipes_file)
    found = loaded.recipe
    renditions = sum(len(recipe.rendition) for recipe in found)
    holds = f"{counted(len(found), 'recipe')}, {counted(renditions, 'rendition')}"
    out.print(Text(f"{recipes_path(recipes_file)}: {holds}"))
    warn(loaded)


@recipes.command()
def schema() -> None:
    """Print the JSON schema of a recipes file: editors check with it, and complete what one writes."""
    print_json(editors_schema())


@recipes.command()
@argument("photo", required=True, type=FILE, help="One picture.")
@out_folder("Where the contact sheet and the pictures are written.")
@recipe
@other_recipes
def preview(photo: Path, folder: Path, recipe: str | None, recipes_file: Path | None) -> None:
    """Make every rendition of one photo and show them side by side in OUT/index.html, with bytes and milliseconds."""
    loaded = load_recipes(recipes_file)
    with actors_quiet(), progress("making every rendition", None):
        sheet = recipe_preview.preview(photo, processing.only(loaded, recipe) if recipe else loaded, folder)
    say(f"look at {sheet}")


def _answer(answers: list[tuple[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json([{"key": key, "recipe": found.name if found else None} for key, found in answers])
        return
    for key, found in answers:
        said = f"{found.name}: {', '.join(r.name for r in found.rendition)}" if found else "ignored"
        out.print(Text(f"{key}  →  {said}"))


def _show(loaded: Any, *, as_json: bool) -> None:
    if as_json:
        print_json([msgspec.to_builtins(recipe) for recipe in loaded.recipe])
        return
    for each in loaded.recipe:
        keys = f"{each.prefix}*{each.suffix}" if each.prefix or each.suffix else "every other key"
        keys += "" if each.moderation == "off" else f", moderation {each.moderation}"
        rows = [_row(rendition) for rendition in each.rendition]
        out.print(table(f"{each.name}  ({keys})", ("rendition", "fit", "size", "format", "effects"), rows))


def _row(rendition: Any) -> tuple[str, ...]:
    size = f"{rendition.width or ''}×{rendition.height or ''}"
    fit = rendition.fit if rendition.gravity == "centre" else f"{rendition.fit} {rendition.gravity}"
    effects = ", ".join(name(effect) for effect in rendition.effects)
    return rendition.name, fit, size, f"{rendition.format} {rendition.quality}", effects
