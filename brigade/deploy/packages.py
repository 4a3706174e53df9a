"""The zips of all actors: for a deployment, or in a folder for those who deploy with other tools."""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from infra import names
from infra.packaging.libraries import Libraries, Platform
from infra.packaging.package import code_key, package
from kit.actor import Declaration
from kit.chain import Chain

PARAMETERS = "parameters.json"

# The two parts of a zip that are large whoever writes the function, by the first part of their files' names.
_SDK = ("botocore", "boto3", "s3transfer")
_PICTURES = ("PIL", "pillow", "pi_heif", "_pi_heif")


@dataclass(frozen=True)
class Package:
    """One actor's zip: the key that it is uploaded under, and its sizes in bytes; all but ``zipped`` are unzipped."""

    actor: str
    key: str
    zipped: int
    sdk: int  # AWS's own for Python
    pictures: int  # Pillow and its codecs
    rest: int  # our code and all other libraries

    @classmethod
    def of(cls, declared: Declaration, code: bytes) -> "Package":
        sizes = {"sdk": 0, "pictures": 0, "rest": 0}
        with zipfile.ZipFile(BytesIO(code)) as archive:
            for entry in archive.infolist():
                sizes[_part(entry.filename)] += entry.file_size
        return cls(declared.name, code_key(declared, code), len(code), **sizes)


def build(
    chain: Chain, recipes: Path, platform: Platform | None, note: Callable[[str], None]
) -> Iterator[tuple[Declaration, bytes]]:
    """Yield every actor with its zip. Without a platform the zips hold our sources only.

    ``note`` hears of the steps that take their time, and when this machine cannot compile for the platform. Raises
    ConfigurationError as infra.packaging.package does.
    """
    with TemporaryDirectory() as folder:
        libraries = Libraries(Path(folder), platform) if platform else None
        if libraries and libraries.compiler is None:
            note(
                f"there is no python{libraries.platform.python} here to compile with: "
                "the functions will take longer to start; install one to mend that"
            )
        for declared in chain.functions:
            if libraries:
                note(f"packaging {declared.name} for {platform}")
            yield declared, package(declared, recipes=recipes, libraries=libraries)


def write(built: Iterator[tuple[Declaration, bytes]], folder: Path) -> list[Package]:
    """Write zips into a folder, each under its key, in place of those of an earlier time; return what was written."""
    made = []
    for actor, code in built:
        each = Package.of(actor, code)
        path = folder / each.key
        path.parent.mkdir(parents=True, exist_ok=True)
        for earlier in path.parent.glob(f"{actor.name}-*.zip"):
            earlier.unlink()
        path.write_bytes(code)
        made.append(each)
    return made


def write_parameters(chain: Chain, made: list[Package], folder: Path, more: dict[str, str]) -> Path:
    """Write the template's parameters that name these zips, and ``more``, as `aws cloudformation deploy` reads them."""
    keys = {each.actor: each.key for each in made}
    values = {names.code_key(each): keys[each.name] for each in chain.functions} | more
    path = folder / PARAMETERS
    listed = [f"{name}={value}" for name, value in sorted(values.items())]
    path.write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
    return path


def _part(name: str) -> str:
    top = name.partition("/")[0]
    if top.startswith(_SDK):
        return "sdk"
    return "pictures" if top.startswith(_PICTURES) else "rest"
