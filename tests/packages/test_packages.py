"""Packages as they are shipped: nothing is missing from them, and they are the same whenever they are made."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from brigade.deploy import packages
from imaging.recipes import DEFAULT_PATH
from infra.packaging.libraries import Platform, pins
from kit.actor import Declaration
from services.chain import CHAIN
from tests.packages.conftest import QUICK, Built

ROOT = Path(__file__).parents[2]
MB = 1_000_000
LAMBDA_LIMIT = 250 * MB  # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
every_function = pytest.mark.parametrize("declared", CHAIN.whole.functions, ids=lambda each: each.name)


def names(code: bytes) -> set[str]:
    return set(zipfile.ZipFile(BytesIO(code)).namelist())


@every_function
def test_a_package_is_small_besides_pillow_and_the_sdk(built: Built, declared: Declaration) -> None:
    sizes = packages.Package.of(declared, built[declared.name])
    assert sizes.rest <= 25 * MB
    assert sizes.sdk <= 10 * MB
    assert sizes.sdk + sizes.pictures + sizes.rest <= LAMBDA_LIMIT
    carried = pins(ROOT / "services" / declared.name / "requirements.txt")
    assert (sizes.pictures > 0) == ("pillow" in carried)


@every_function
def test_every_module_is_there_as_source_and_compiled(built: Built, declared: Declaration) -> None:
    held = names(built[declared.name])
    sources = {name for name in held if name.endswith(".py")}
    missing = {name for name in sources if importlib.util.cache_from_source(name) not in held}
    assert f"{declared.module.replace('.', '/')}.py" in sources
    assert not missing


@every_function
def test_every_library_comes_with_its_licence(built: Built, declared: Declaration) -> None:
    held = names(built[declared.name])
    shipped = {name.partition("/")[0] for name in held if ".dist-info/" in name}
    assert len(shipped) > 5
    for library in shipped:
        about = {name.upper() for name in held if name.startswith(f"{library}/")}
        assert any(word in name for name in about for word in ("LICENSE", "LICENCE", "COPYING", "NOTICE")), library


MAKE_AGAIN = """
import sys
from brigade.deploy import packages
from imaging.recipes import DEFAULT_PATH
from infra.packaging import zips
from infra.packaging.libraries import Platform
from kit.chain import Chain
from services.chain import CHAIN

zips.LEVEL = int(sys.argv.pop())
retire = CHAIN.whole.actor("retire")
alone = Chain(retire.hears[0], (retire,), operator=retire.hears)
[(_, again)] = packages.build(alone, DEFAULT_PATH, Platform(*sys.argv[1:]), lambda _: None)
sys.stdout.buffer.write(again)
"""


def test_made_again_in_another_process_it_is_the_same(built: Built, this_machine: Platform) -> None:
    """That of retire is the smallest with all kinds of files: our sources, the SDK, compiled modules."""
    environment = os.environ | {"PYTHONHASHSEED": "7"}  # sets have another order than here
    command = [sys.executable, "-c", MAKE_AGAIN, this_machine.architecture, this_machine.python, str(QUICK)]
    again = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True).stdout
    assert again == built["retire"]


def test_a_machine_that_cannot_compile_says_so_and_ships_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.packaging.bytecode.interpreter", lambda _: None)
    monkeypatch.setattr("infra.packaging.libraries.install", lambda _, into, *__, **___: into.mkdir())
    notes: list[str] = []
    for _, code in packages.build(CHAIN.whole, DEFAULT_PATH, Platform("arm64", "3.13"), notes.append):
        assert not [name for name in names(code) if name.endswith(".pyc")]
    assert notes[0].startswith("there is no python3.13 here to compile with")
    assert notes[1:] == [f"packaging {actor.name} for python3.13-arm64" for actor in CHAIN.whole.functions]
