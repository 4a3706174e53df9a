"""Compiled modules: the right Python's, the same bytes every time, and used without a look at the source."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.packaging import bytecode

OURS = f"{sys.version_info.major}.{sys.version_info.minor}"
SOURCE = "def fail():\n    raise ValueError('so')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"pkg/__init__.py": "", "pkg/a.py": SOURCE, "pkg/data.json": "{}"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def compiled(folder: Path, into: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in bytecode.compiled(files(folder), into, sys.executable).items()}


def test_modules_alone_are_compiled_and_to_where_python_looks_for_them(folder: Path, tmp_path: Path) -> None:
    made = compiled(folder, tmp_path / "into")
    assert set(made) == {importlib.util.cache_from_source(f"pkg/{name}.py") for name in ("a", "__init__")}
    assert all(each.startswith(importlib.util.MAGIC_NUMBER) for each in made.values())


def test_neither_place_nor_time_of_a_source_shows(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("elsewhere")
    for name, path in files(folder).items():
        (other / name).parent.mkdir(exist_ok=True)
        (other / name).write_bytes(path.read_bytes())
        os.utime(other / name, (0, 0))
    assert compiled(folder, folder / "into") == compiled(other, other / "into")


def test_they_are_used_whatever_the_sources_time_and_tracebacks_show_the_line(folder: Path) -> None:
    for name, content in compiled(folder, folder / "into").items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    os.utime(folder / "pkg/a.py", (0, 0))
    code = "import sys; sys.path.insert(0, sys.argv[1]); import pkg.a; pkg.a.fail()"
    ran = subprocess.run(
        [sys.executable, "-v", "-I", "-c", code, str(folder)], capture_output=True, text=True, check=False
    )
    assert f"code object from '{folder}/pkg/__pycache__/a." in ran.stderr.replace("# code", "code")
    assert f"File \"{folder}/pkg/a.py\", line 2, in fail\n    raise ValueError('so')" in ran.stderr


def test_a_module_for_another_python_is_left_out(folder: Path) -> None:
    (folder / "pkg/newer.py").write_text("def def\n")
    assert not [name for name in compiled(folder, folder / "into") if "newer" in name]


def test_our_own_python_is_always_at_hand() -> None:
    assert bytecode.interpreter(OURS) == sys.executable


def stand_in(folder: Path, script: str) -> None:
    program = folder / "python3.99"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_another_python_is_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bytecode.interpreter("3.99") is None
    stand_in(tmp_path, 'echo "3.99 $PYENV_VERSION"')
    assert bytecode.interpreter("3.99") == "3.99"


@pytest.mark.parametrize("script", ["exit 127", "echo 3.98 /usr/bin/python3.98"])
def test_a_program_of_that_name_that_is_no_such_python_does_not_count(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    stand_in(tmp_path, script)
    assert bytecode.interpreter("3.99") is None
