"""A function's code as a zip: the same bytes for the same sources, wherever and whenever it is made."""

import hashlib
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from kit.actor import Actor
from kit.errors import ConfigurationError

RECIPES = "recipes.toml"
READS_RECIPES = "imaging"  # the shared package that looks for them, at the zip's root

# The first moment that a zip can name. Times and modes of the sources must not show in the bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16  # a plain file that everybody may read, as Lambda wants it
_UNIX = 3

# Lambda's name of a processor → the wheels' name of it.
WHEELS = {"arm64": "aarch64", "x86_64": "x86_64"}


def package(actor: Actor, *, recipes: Path, dependencies: Path | None = None) -> bytes:
    """Return the zip of an actor: the kit, what it carries, its own folder, and the recipes if it needs them.

    ``dependencies`` is a folder that install_dependencies has filled; without it the zip holds our code only,
    which is enough where the engine brings the libraries.

    Raises ConfigurationError when the actor's code or the recipes file is not there.
    """
    files = _dependencies(dependencies) if dependencies else {}
    for module in ("kit", *actor.carries, f"services.{actor.name}"):
        files |= _sources(module)
    if READS_RECIPES in actor.carries:
        if not recipes.is_file():
            raise ConfigurationError(f"there is no recipes file at {recipes}")
        files[RECIPES] = recipes
    return _zip(files)


def code_key(actor: Actor, code: bytes) -> str:
    """Return the key under which a zip is uploaded: other content, other key, so that a deploy sees it."""
    return f"brigade/{actor.name}-{hashlib.sha256(code).hexdigest()[:16]}.zip"


def install_dependencies(actor: Actor, into: Path, architecture: str, python: str) -> None:
    """Install into a folder what the actor's requirements.txt names, as wheels for Lambda's Linux.

    ``architecture`` is Lambda's name: arm64 or x86_64; ``python`` is a version, as 3.13. Raises ConfigurationError for
    another architecture, and when pip fails.
    """
    wheels = WHEELS.get(architecture)
    if wheels is None:
        raise ConfigurationError(f"there are no functions on {architecture}: use {' or '.join(WHEELS)}")
    requirements = _folder(f"services.{actor.name}") / "requirements.txt"
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"),
        *("--only-binary=:all:", "--implementation", "cp", "--python-version", python),
        *("--platform", f"manylinux2014_{wheels}", "--platform", f"manylinux_2_28_{wheels}"),
        *("--requirement", str(requirements), "--target", str(into)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise ConfigurationError(f"pip could not install what {actor.name} needs on {architecture}: {said}")


def _folder(module: str) -> Path:
    """Return where an installed package of ours lies: in a checkout or in site-packages."""
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(f"there is no package {module} to put into a zip")
    return Path(next(iter(spec.submodule_search_locations)))


def _sources(module: str) -> dict[str, Path]:
    folder = _folder(module)
    inside = module.replace(".", "/")
    return {f"{inside}/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*.py")}


def _dependencies(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _zip(files: dict[str, Path]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, path in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr, entry.create_system = _MODE, _UNIX
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()
