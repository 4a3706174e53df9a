"""The two sides' packages, unpacked as Lambda unpacks them."""

import shutil
import zipfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from imaging.recipes import DEFAULT_PATH
from infra.libraries import Libraries
from infra.package import package
from infra.sources import folder_of, modules_of
from kit.actor import Actor

PEER = "benchmarks.straightforward"
OURS, THEIRS = "ours", "straightforward"
SIDES = (OURS, THEIRS)


def unpack(actor: Actor, libraries: Libraries, into: Path) -> None:
    """Unpack our package of an actor, and one that holds the straightforward handlers besides."""
    code = package(actor, recipes=DEFAULT_PATH, libraries=libraries)
    with zipfile.ZipFile(BytesIO(code)) as archive:
        archive.extractall(into / OURS / actor.name)
        archive.extractall(into / THEIRS / actor.name)
    with TemporaryDirectory() as folder:
        requirements = Path(folder, "requirements.txt")
        lists = (folder_of(f"services.{actor.name}"), folder_of(PEER))
        requirements.write_text("".join((each / "requirements.txt").read_text() + "\n" for each in lists))
        handlers = modules_of(PEER)
        files = libraries.named_in(requirements) | handlers | libraries.compile(handlers, Path(folder, "compiled"))
        for name, path in files.items():
            place = into / THEIRS / actor.name / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
