"""Which recipes file the command line uses."""

from pathlib import Path

from brigade.console import say
from imaging.recipes import DEFAULT_PATH, Recipes, load


def recipes_path(named: Path | None = None) -> Path:
    """Return the file that was named, else ./recipes.toml where there is one, else the one that came with brigade."""
    here = Path("recipes.toml")
    return named or (here if here.is_file() else DEFAULT_PATH)


def warn(recipes: Recipes) -> None:
    """Say of which recipes nothing will come, and which keys none takes."""
    for warning in recipes.warnings():
        say(f"warning: {warning}")


def load_recipes(named: Path | None = None) -> Recipes:
    """Read those recipes; raises ConfigurationError with file, line and reason."""
    return load(recipes_path(named))
