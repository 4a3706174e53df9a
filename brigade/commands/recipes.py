"""`brigade recipes`: what would happen to which key."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from brigade.console import out, print_json, table


def recipes(
    key: Annotated[list[str] | None, typer.Option(help="Say which recipe this key would get; repeatable.")] = None,
    file: Annotated[Path | None, typer.Option(help="Another recipes.toml.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Show the recipes, in the order in which they are asked; or, with --key, what would happen to a key."""
    import msgspec

    from brigade.recipes import load_recipes

    loaded = load_recipes(file)
    if key:
        answers = [(each, loaded.match(each)) for each in key]
        if as_json:
            print_json([{"key": each, "recipe": found.name if found else None} for each, found in answers])
            return
        for each, found in answers:
            said = f"{found.name}: {', '.join(r.name for r in found.rendition)}" if found else "ignored"
            out.print(Text(f"{each}  →  {said}"))
        return
    if as_json:
        print_json([msgspec.to_builtins(recipe) for recipe in loaded.recipe])
        return
    for recipe in loaded.recipe:
        keys = f"{recipe.prefix}*{recipe.suffix}" if recipe.prefix or recipe.suffix else "every other key"
        rows = [_row(msgspec.to_builtins(rendition)) for rendition in recipe.rendition]
        out.print(table(f"{recipe.name}  ({keys})", ("rendition", "fit", "size", "format", "effects"), rows))


def _row(rendition: dict[str, Any]) -> tuple[str, ...]:
    size = f"{rendition['width'] or ''}×{rendition['height'] or ''}"
    effects = ", ".join(" ".join(str(word) for word in effect.values()) for effect in rendition["effects"])
    return rendition["name"], rendition["fit"], size, f"{rendition['format']} {rendition['quality']}", effects
