"""docs/operations.md is followed to the letter: every command is run, every line that it shows must appear."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
# A step: a block of commands, and perhaps a block of what they print.
STEPS = re.findall(r"```sh\n(.*?)```(?:\s*```text\n(.*?)```)?", PAGE, re.DOTALL)

Shell = Callable[[str], str]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell in an empty home, with ``brigade`` and ``python3`` as a user has them."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, arguments in (("brigade", "-m brigade"), ("python3", "")):
        script = commands / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BRIGADE_"))}
    environment |= {
        "HOME": str(tmp_path),
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }

    def run(commands: str) -> str:
        result = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        assert result.returncode == 0, f"{commands}\n{result.stdout}"
        return result.stdout

    yield run
    run("brigade down")


def spaced(text: str) -> str:
    """Return the text as words: no lines of a table, every run of spaces as one."""
    return " ".join(re.sub(r"[\u2500-\u257f]+", " ", text).split())


def wanted(line: str) -> str:
    """Return what finds a line of the page in words; ``…`` stands for anything."""
    return r".*?".join(re.escape(spaced(part)) for part in line.split("…"))


def test_there_is_a_walk() -> None:
    assert len(STEPS) > 10
    assert sum(bool(shown) for _, shown in STEPS) > 8


def test_the_page_is_followed_to_the_letter(shell: Shell) -> None:
    for commands, shown in STEPS:
        printed = shell(commands)
        for line in shown.splitlines():
            assert re.search(wanted(line), spaced(printed)), f"{commands}\ndid not print {line!r}, but\n{printed}"
