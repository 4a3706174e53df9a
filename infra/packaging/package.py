"""A function's code as a zip: the same bytes for the same inputs, wherever and whenever it is made."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from infra.packaging.libraries import Libraries
from infra.packaging.zips import zipped
from kit.actor import Declaration, HttpApi
from kit.errors import ConfigurationError

RECIPES = "recipes.toml"
READS_RECIPES = "imaging"  # the shared package that looks for them, at the zip's root


def package(declared: Declaration, *, recipes: Path, libraries: Libraries | None = None) -> bytes:
    """Return the zip of a function: the kit, what it carries, its own folder, its pages, recipes if it needs them.

    With ``libraries`` it holds those that its requirements name too, and everything compiled, for their platform;
    without, our sources only, which is enough where the engine brings the libraries.

    Raises ConfigurationError when the actor's code or the recipes file is not there, and when pip fails.
    """
    files = _ours(declared, recipes)
    if libraries is None:
        return zipped(files)
    named = libraries.named_in(folder_of(f"services.{declared.name}") / "requirements.txt")
    return zipped(named | files | libraries.compile(files))


def code_key(declared: Declaration, code: bytes) -> str:
    """Return the key under which a zip is uploaded: other content, other key, so that a deploy sees it."""
    return f"brigade/{declared.name}-{hashlib.sha256(code).hexdigest()[:16]}.zip"


def _ours(declared: Declaration, recipes: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for module in ("kit", *declared.carries, f"services.{declared.name}"):
        files |= modules_of(module)
    if isinstance(declared, HttpApi):
        for folder in declared.pages:
            files |= files_of(folder, "*")
    elif READS_RECIPES in declared.carries:
        if not recipes.is_file():
            raise ConfigurationError(f"there is no recipes file at {recipes}")
        files[RECIPES] = recipes
    return files


def folder_of(package: str) -> Path:
    """Return the folder of an installed package of ours; raises ConfigurationError where there is none."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(f"there is no package {package} to put into a zip")
    return Path(next(iter(spec.submodule_search_locations)))


def modules_of(package: str) -> dict[str, Path]:
    """Return the modules of a package of ours, by their names in a zip."""
    return files_of(package, "*.py")


def files_of(package: str, pattern: str) -> dict[str, Path]:
    """Return the files below a folder of ours whose names match, by their names in a zip."""
    folder = folder_of(package)
    inside = package.replace(".", "/")
    found = (path for path in folder.rglob(pattern) if path.is_file() and "__pycache__" not in path.parts)
    return {f"{inside}/{path.relative_to(folder).as_posix()}": path for path in found}
