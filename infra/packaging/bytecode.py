"""Compiled modules for a zip: a function's folder is read-only, so others are compiled at every cold start."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import which

# Run by the Python version of the functions: only that writes its magic number. Unchecked: else Python compares the
# source's time, which a zip does not keep. ``dfile`` is the file name in tracebacks, the same on every machine; Python
# replaces it at import. A module that does not compile is a library's for another Python.
_COMPILE = """
import importlib.util, json, os, py_compile, sys
into, files = json.load(sys.stdin)
for name, source in files:
    compiled = os.path.join(into, importlib.util.cache_from_source(name))
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(source, compiled, dfile=name, quiet=2, invalidation_mode=mode)
"""
_WHICH = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"


def interpreter(python: str) -> str | None:
    """Return this machine's program of a Python version, as 3.13, or None where it has none."""
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    program = which(f"python{python}")
    if program is None:
        return None
    # pyenv's python3.13 is a shim, which works only where that version is selected.
    chosen = {**os.environ, "PYENV_VERSION": python}
    said = subprocess.run([program, "-I", "-c", _WHICH], env=chosen, capture_output=True, text=True, check=False)
    version, _, path = said.stdout.strip().partition(" ")
    return path if version == python else None


def compiled(files: Mapping[str, Path], into: Path, program: str) -> dict[str, Path]:
    """Compile modules, given by their names in the zip, into a folder; return the results by theirs.

    The same sources and interpreter give the same bytes. Raises CalledProcessError when the interpreter fails.
    """
    modules = [(name, str(path)) for name, path in sorted(files.items()) if path.suffix == ".py"]
    into.mkdir(parents=True, exist_ok=True)
    subprocess.run([program, "-I", "-c", _COMPILE], input=json.dumps([str(into), modules]), text=True, check=True)
    return {path.relative_to(into).as_posix(): path for path in into.rglob("*.pyc")}
