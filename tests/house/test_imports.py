"""What import-linter's contracts in pyproject.toml cannot say of who may import whom."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.chain import CHAIN

ROOT = Path(__file__).parents[2]
OURS = {"kit", "imaging", "records", "services", "infra", "brigade", "tests", "benchmarks", "tools"}
MODULES = sorted(path for top in OURS for path in (ROOT / top).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield the full names of the modules that a file imports, and of what it takes from packages."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports here are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(path: Path) -> set[str]:
    return {name for name in imported(path) if name.split(".")[0] in OURS}


def below(*places: str) -> list[Path]:
    found = [path for path in MODULES if path.relative_to(ROOT).as_posix().startswith(places)]
    assert found
    return found


def strangers(path: Path, *allowed: str) -> set[str]:
    return {name for name in ours(path) if not f"{name}.".startswith(tuple(f"{top}." for top in allowed))}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_a_service_imports_no_other_service() -> None:
    for actor in CHAIN.actors:
        own = [f"services.{actor.name}", "kit", "imaging", "records"]
        assert {name for path in below(f"services/{actor.name}/") for name in strangers(path, *own)} == set()


def test_what_a_service_imports_it_declares_to_carry() -> None:
    for actor in CHAIN.actors:
        found = {module.split(".")[0] for path in below(f"services/{actor.name}/") for module in ours(path)}
        assert found - {"kit", "services"} == set(actor.carries)


def test_the_chain_knows_kit_and_declarations_alone() -> None:
    declarations = [f"services.{actor.name}.actor" for actor in CHAIN.whole.actors]
    declarations += [f"services.{api.name}.declaration" for api in CHAIN.apis]
    assert strangers(ROOT / "services" / "chain.py", "kit", *declarations) == set()


def test_a_functions_zip_stands_alone() -> None:
    assert not list((ROOT / "services").rglob("__init__.py"))


def test_only_one_module_knows_the_xray_sdk() -> None:
    knowing = {name(path) for path in MODULES if any(n.split(".")[0] == "aws_xray_sdk" for n in imported(path))}
    assert knowing - {"tests/kit/test_tracing.py"} == {"kit/tracing.py"}


def loaded(module: str) -> set[str]:
    """Return the top-level modules that importing one loads, in a process of its own."""
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    return set(subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).split())


@pytest.mark.parametrize(
    "module", ["services.chain", *(f"services.{actor.name}.actor" for actor in CHAIN.whole.actors)]
)
def test_a_declaration_is_light(module: str) -> None:
    assert not loaded(module) & {"boto3", "botocore", "PIL", "aws_xray_sdk", "tenacity"}
