"""Where our own code lies, in a checkout or in site-packages."""

from importlib.util import find_spec
from pathlib import Path

from kit.errors import ConfigurationError


def folder_of(package: str) -> Path:
    """Return the folder of an installed package of ours; raises ConfigurationError where there is none."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(f"there is no package {package} to put into a zip")
    return Path(next(iter(spec.submodule_search_locations)))


def modules_of(package: str) -> dict[str, Path]:
    """Return the modules of a package of ours, by their names in a zip."""
    folder = folder_of(package)
    inside = package.replace(".", "/")
    return {f"{inside}/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*.py")}
