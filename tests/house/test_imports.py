"""Who may import whom: imports run one way, and declarations stay light."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.chain import CHAIN

ROOT = Path(__file__).parents[2]
OURS = {"kit", "imaging", "services", "infra", "brigade", "tests", "benchmarks", "tools"}
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


@pytest.mark.parametrize("path", below("kit/"), ids=name)
def test_kit_imports_nothing_else_of_ours(path: Path) -> None:
    assert strangers(path, "kit") == set()


@pytest.mark.parametrize("path", below("imaging/"), ids=name)
def test_imaging_imports_nothing_but_kit(path: Path) -> None:
    assert strangers(path, "imaging", "kit") == set()


@pytest.mark.parametrize("path", [path for path in below("services/") if path.parent.name != "services"], ids=name)
def test_a_service_imports_kit_imaging_and_itself(path: Path) -> None:
    assert strangers(path, "kit", "imaging", f"services.{path.relative_to(ROOT).parts[1]}") == set()


def test_what_a_service_imports_it_declares_to_carry() -> None:
    for actor in CHAIN.actors:
        found = {module.split(".")[0] for path in below(f"services/{actor.name}/") for module in ours(path)}
        assert found - {"kit", "services"} == set(actor.carries)


def test_the_chain_knows_kit_and_declarations_alone() -> None:
    declarations = [f"services.{actor.name}.actor" for actor in CHAIN.actors]
    assert strangers(ROOT / "services" / "chain.py", "kit", *declarations) == set()


@pytest.mark.parametrize("path", below("kit/", "imaging/", "services/", "infra/"), ids=name)
def test_nothing_that_is_deployed_imports_the_command_line(path: Path) -> None:
    assert not {module for module in ours(path) if module.split(".")[0] in ("brigade", "tests", "benchmarks")}


def test_only_the_command_line_its_tests_and_benchmarks_import_the_command_line() -> None:
    users = {name(path).split("/")[0] for path in MODULES if any(n.startswith("brigade.") for n in ours(path))}
    assert users <= {"brigade", "tests", "benchmarks", "tools"}


def test_a_functions_zip_stands_alone() -> None:
    assert not list((ROOT / "services").rglob("__init__.py"))


def test_only_one_module_knows_the_xray_sdk() -> None:
    knowing = {name(path) for path in MODULES if any(n.split(".")[0] == "aws_xray_sdk" for n in imported(path))}
    assert knowing - {"tests/kit/test_tracing.py"} == {"kit/tracing.py"}


PURE = [
    "services.ingest.admission",
    "services.ingest.notification",
    "services.normalize.pixels",
    "services.resize.geometry",
    "services.resize.renditions",
    "services.catalog.record",
    "services.catalog.table",
    "imaging.codec",
    "imaging.recipes",
]


def loaded(module: str) -> set[str]:
    """Return the top-level modules that importing one loads, in a process of its own."""
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    return set(subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).split())


@pytest.mark.parametrize("module", ["services.chain", *(f"services.{actor.name}.actor" for actor in CHAIN.actors)])
def test_a_declaration_is_light(module: str) -> None:
    assert not loaded(module) & {"boto3", "botocore", "PIL", "aws_xray_sdk", "tenacity"}


@pytest.mark.parametrize("module", PURE)
def test_the_domain_knows_no_cloud(module: str) -> None:
    path = ROOT / (module.replace(".", "/") + ".py")
    cloud = {
        "kit.aws",
        "kit.storage",
        "kit.queue",
        "kit.publisher",
        "kit.retry",
        "kit.function",
        "kit.delivery",
        "kit.mailbox",
    }
    assert not {found for found in imported(path) if found.split(".")[0] in ("boto3", "botocore")}
    assert not {found for found in ours(path) if ".".join(found.split(".")[:2]) in cloud}
