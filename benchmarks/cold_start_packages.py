"""The two sides' packages, unpacked as Lambda unpacks them."""

import zipfile
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from imaging.recipes import DEFAULT_PATH
from infra.packaging import bytecode
from infra.packaging.libraries import Libraries, install, pins
from infra.packaging.package import folder_of, modules_of, package
from infra.packaging.zips import zipped
from kit.actor import Actor

PEER = "benchmarks.straightforward"
OURS, THEIRS = "ours", "straightforward"
SIDES = (OURS, THEIRS)


def has_peer(actor: Actor) -> bool:
    """Whether there is a straightforward handler that does the actor's work."""
    return find_spec(f"{PEER}.{actor.name}") is not None


def unpack_ours(actor: Actor, libraries: Libraries, into: Path) -> None:
    """Unpack the package that a deployment would upload."""
    _extract(package(actor, recipes=DEFAULT_PATH, libraries=libraries), into / OURS / actor.name)


def unpack_theirs(actor: Actor, libraries: Libraries, into: Path) -> None:
    """Unpack the straightforward handler's: the libraries as pip installs them, all compiled.

    It holds the actor's code, too, since both sides do the work on the picture with it.
    """
    folder = into / THEIRS / actor.name
    with TemporaryDirectory() as temporary:
        requirements = Path(temporary, "requirements.txt")
        named = [pins(folder_of(each) / "requirements.txt") for each in (f"services.{actor.name}", PEER)]
        requirements.write_text("".join(f"{name}=={release}\n" for each in named for name, release in each.items()))
        install(requirements, folder, libraries.platform, hashed=False)
    _extract(package(actor, recipes=DEFAULT_PATH), folder)
    _extract(zipped(modules_of(PEER)), folder)
    if libraries.compiler:
        modules = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}
        bytecode.compiled(modules, folder, libraries.compiler)


def _extract(code: bytes, into: Path) -> None:
    with zipfile.ZipFile(BytesIO(code)) as archive:
        archive.extractall(into)
