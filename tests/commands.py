"""The commands that there are."""

from functools import cache
from typing import Any

from typer.main import get_command

from brigade.cli import app


@cache
def every() -> dict[str, Any]:
    """Return every command by the words that it is given by, groups that do something themselves among them."""
    return dict(_below("", get_command(app)))


def _below(words: str, group: Any) -> list[tuple[str, Any]]:
    found = []
    for name, command in group.commands.items():
        named = f"{words} {name}".strip()
        if not hasattr(command, "commands"):
            found.append((named, command))
            continue
        if command.invoke_without_command:
            found.append((named, command))
        found += _below(named, command)
    return found
