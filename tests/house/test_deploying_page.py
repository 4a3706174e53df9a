"""docs/deploying.md: its commands exist, and the files that it names are there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from brigade.cli import app

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "deploying.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    {
        re.sub(r"\s*#.*", "", command)
        for command in re.findall(r"(?:^|`|&& |=\S+ )(brigade [a-z][^`\n&]*)", PAGE, re.MULTILINE)
    }
)


def test_there_are_commands_on_it() -> None:
    assert len(COMMANDS) > 12


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_it_names_exists_with_its_options(command: str) -> None:
    found, words = get_command(app), shlex.split(command)[1:]
    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]  # type: ignore[attr-defined]
    assert found.name != "brigade", f"there is no {command}"
    known = {option for parameter in found.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!#)([^)#]+)", PAGE))))
def test_a_file_that_it_links_to_is_there(link: str) -> None:
    assert (DOCS / link).is_file()
