"""The recipes that a stack works with: those in its functions' zips, whatever lies on this machine."""

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from brigade.deploy.artifacts import Artifacts
from brigade.deploy.stack import Stack
from brigade.terminal import OperatorError
from imaging.recipes import DEFAULT_PATH, Recipes, parse
from infra import names
from infra.packaging.package import READS_RECIPES, RECIPES
from kit.chain import Chain
from kit.errors import ConfigurationError
from services.chain import CHAIN


def read(artifacts: Artifacts, chain: Chain, parameters: Mapping[str, str]) -> bytes:
    """Return the deployed file, by the parameters of the stack; nothing where its code is gone.

    All actors that read recipes carry the same ones.
    """
    readers = (names.code_key(actor) for actor in chain.actors if READS_RECIPES in actor.carries)
    key = next((parameters[name] for name in readers if name in parameters), "")
    # Those who deploy with other tools have a bucket of their own for the code.
    code = artifacts.get(key, parameters.get(names.CODE_BUCKET, "")) if key else None
    if code is None:
        return b""
    with zipfile.ZipFile(BytesIO(code)) as archive:
        return archive.read(RECIPES)


def of(stack: Stack) -> Recipes:
    """Return the recipes that a stack's functions work with; raises OperatorError where they are not to be found."""
    return load(read(Artifacts(stack.target, stack.name), CHAIN, stack.parameters))


def load(content: bytes) -> Recipes:
    """Return what the file says; raises OperatorError where it is empty, ConfigurationError where it is wrong."""
    if not content:
        raise OperatorError("the deployed recipes are not to be found", "`brigade deploy --recipes FILE` deploys some")
    return parse(content.decode(), f"the deployed {RECIPES}")


def choose(given: Path | None, deployed: bytes, folder: Path, note: Callable[[str], None]) -> Path:
    """Return the file that an existing stack gets: the one that was given, or else the deployed one as it is.

    That is written into the folder. ``note`` hears what changes, or that nothing does though brigade's own
    recipes are others. Raises as ``load`` does where the deployed ones are to stay.
    """
    if given is not None:
        if deployed and (words := change(deployed, given.read_bytes())):
            note(f"recipes change: {words}")
        return given
    load(deployed)
    if deployed != DEFAULT_PATH.read_bytes():
        note("the deployed recipes stay; --recipes names others")
    path = folder / RECIPES
    path.write_bytes(deployed)
    return path


def change(before: bytes, after: bytes) -> str:
    """Say by name which recipes change from one file to the other; empty: none."""
    if before == after:
        return ""
    try:
        old = {recipe.name: recipe for recipe in load(before).recipe}
    except ConfigurationError:
        return "this release cannot read those that are deployed"
    new = {recipe.name: recipe for recipe in parse(after.decode()).recipe}
    said = [
        *(f"{name} is new" for name in new if name not in old),
        *(f"{name} goes" for name in old if name not in new),
        *(f"{name} changes" for name in new if name in old and new[name] != old[name]),
    ]
    if not said:
        said = ["their wording alone" if list(old) == list(new) else "their order"]
    return ", ".join(said)
