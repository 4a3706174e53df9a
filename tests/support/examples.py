"""The programs that the docs show."""

import importlib.util
from pathlib import Path
from types import ModuleType

SUBSCRIBING = Path(__file__).parents[2] / "docs" / "subscribing"


def example(name: str) -> ModuleType:
    """Return a program of docs/subscribing.md, newly imported."""
    spec = importlib.util.spec_from_file_location(name, SUBSCRIBING / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
