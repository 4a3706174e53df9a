"""`brigade recipes`: what would happen to which key, whether a recipes file is right, and what it makes of a photo."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from brigade.commands import offline
from brigade.console import actors_quiet, counted, out, print_json, say, table

app = typer.Typer(help="What would happen to which key.")

RecipesFile = Annotated[Path | None, typer.Option("--recipes", help="Another recipes.toml.")]


@app.callback(invoke_without_command=True)
@offline
def recipes(
    context: typer.Context,
    key: Annotated[list[str] | None, typer.Option(help="Say which recipe this key would get; repeatable.")] = None,
    file: Annotated[Path | None, typer.Option(help="Another recipes.toml.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Show the recipes, in the order in which they are asked; or, with --key, what would happen to a key."""
    if context.invoked_subcommand:
        return
    from brigade.pictures.recipes_file import load_recipes

    loaded = load_recipes(file)
    if key:
        _answer([(each, loaded.match(each)) for each in key], as_json=as_json)
    else:
        _show(loaded, as_json=as_json)


@app.command()
@offline
def check(
    file: Annotated[Path | None, typer.Argument(help="[default: ./recipes.toml, or else the one with brigade]")] = None,
) -> None:
    """Read a recipes file as a function would; say what it holds, or file, line and reason of the first mistake."""
    from brigade.pictures.recipes_file import load_recipes, recipes_path

    found = load_recipes(file).recipe
    renditions = sum(len(recipe.rendition) for recipe in found)
    out.print(Text(f"{recipes_path(file)}: {counted(len(found), 'recipe')}, {counted(renditions, 'rendition')}"))


@app.command()
@offline
def preview(
    photo: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="One picture.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Where the contact sheet and the pictures are written.")],
    recipe: Annotated[str | None, typer.Option(help="Use this recipe, whatever the picture's name.")] = None,
    file: RecipesFile = None,
) -> None:
    """Make every rendition of one photo and show them side by side in OUT/index.html, with bytes and milliseconds."""
    from brigade.pictures import processing, recipe_preview
    from brigade.pictures.recipes_file import load_recipes

    loaded = load_recipes(file)
    with actors_quiet():
        sheet = recipe_preview.preview(photo, processing.only(loaded, recipe) if recipe else loaded, out_folder)
    say(f"look at {sheet}")


def _answer(answers: list[tuple[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json([{"key": key, "recipe": found.name if found else None} for key, found in answers])
        return
    for key, found in answers:
        said = f"{found.name}: {', '.join(r.name for r in found.rendition)}" if found else "ignored"
        out.print(Text(f"{key}  →  {said}"))


def _show(loaded: Any, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        print_json([msgspec.to_builtins(recipe) for recipe in loaded.recipe])
        return
    for recipe in loaded.recipe:
        keys = f"{recipe.prefix}*{recipe.suffix}" if recipe.prefix or recipe.suffix else "every other key"
        keys += "" if recipe.moderation == "off" else f", moderation {recipe.moderation}"
        rows = [_row(rendition) for rendition in recipe.rendition]
        out.print(table(f"{recipe.name}  ({keys})", ("rendition", "fit", "size", "format", "effects"), rows))


def _row(rendition: Any) -> tuple[str, ...]:
    from services.resize.effects import name

    size = f"{rendition.width or ''}×{rendition.height or ''}"
    fit = rendition.fit if rendition.gravity == "centre" else f"{rendition.fit} {rendition.gravity}"
    effects = ", ".join(name(effect) for effect in rendition.effects)
    return rendition.name, fit, size, f"{rendition.format} {rendition.quality}", effects
