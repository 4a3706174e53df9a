"""The commands that there are."""

from functools import cache
from typing import Any

import click

from brigade.cli import Lazy, app


@cache
def every() -> dict[str, Any]:
    """Return every command by the words that it is given by, groups that do something themselves among them."""
    return dict(_below("", app))


def _below(words: str, group: click.Group) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, declared in group.commands.items():
        named = f"{words} {name}".strip()
        command = declared.load() if isinstance(declared, Lazy) else declared
        if not isinstance(command, click.Group):
            found.append((named, command))
            continue
        if command.invoke_without_command:
            found.append((named, command))
        found += _below(named, command)
    return found
