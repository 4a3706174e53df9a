"""The operator's command line and the local cloud. Never shipped in a Lambda function."""

import importlib.util
import sys
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brigade.pictures.processing import Report

if sys.platform == "win32":
    raise SystemExit(
        "error: brigade runs on Linux and macOS — on Windows use WSL, https://learn.microsoft.com/windows/wsl"
    )

# What the wheel brings beside this package, each by a name that a project of one's own may have, too.
_OURS = ("imaging", "infra", "kit", "records", "services")


def _hidden() -> str:
    """Return where a package is that would be imported instead of ours; empty: there is none."""
    beside = Path(__file__).resolve().parents[1]
    for name in _OURS:
        found = importlib.util.find_spec(name)
        assert found  # noqa: S101 - ours, or another
        places = found.submodule_search_locations or [str(found.origin)]
        if beside / name not in (Path(each).resolve() for each in places):
            return places[0]
    return ""


if _place := _hidden():
    raise ImportError(
        f"{_place} stands where brigade's own package of that name should be found — rename it, or install brigade in "
        "an environment of its own (pipx) and use its command"
    )


def process(
    path: str | PathLike[str],
    recipe: str = "",
    *,
    out: str | PathLike[str],
    recipes: str | PathLike[str] | None = None,
) -> "Report":
    """Make a master and every rendition of one local picture, as the deployed actors do; no cloud is asked.

    The files lie in ``out``/NAME; the report names each with its size in pixels and bytes. ``recipe``: its name; where
    it is left out, the first of ``recipes`` (a TOML file; else ./recipes.toml, or brigade's own) that matches NAME.
    A picture that cannot be processed is reported as rejected, with the reason. Raises UnknownRecipe, and
    ConfigurationError for a recipes file that is wrong.
    """
    from brigade.pictures import processing
    from brigade.pictures.local_files import LocalFile
    from brigade.pictures.recipes_file import load_recipes
    from brigade.terminal import actors_quiet

    loaded = load_recipes(Path(recipes) if recipes else None)
    with actors_quiet():
        file = LocalFile(Path(path), Path(path).name)
        [(report, _)] = processing.process([file], processing.only(loaded, recipe) if recipe else loaded, Path(out), 1)
    return report
