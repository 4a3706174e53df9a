"""Every command says whether it changes anything; here() in brigade/commands goes by it."""

import click
import pytest

from brigade.cli import Lazy, app, dlq
from tests.support.commands import every

ACTS = {"offline", "reading", "changing"}


@pytest.mark.parametrize("name", every())
def test_a_command_is_declared_and_one_that_changes_something_may_be_told_yes(name: str) -> None:
    command = every()[name]
    acts = getattr(command.callback, "acts", None)
    assert acts in ACTS, "say in brigade/cli.py, or where its group is, whether it is offline, reading or changing"
    options = {option for parameter in command.params for option in parameter.opts}
    assert acts != "changing" or "--yes" in options


def test_there_are_commands_of_every_kind() -> None:
    assert {command.callback.acts for command in every().values()} == ACTS
    assert len(every()) > 30


@pytest.mark.parametrize("declared", [*dlq.commands.values(), *app.commands.values()], ids=lambda each: each.name)
def test_what_the_list_of_commands_says_is_how_the_commands_own_help_begins(declared: click.Command) -> None:
    if isinstance(declared, Lazy):
        explained = " ".join((declared.load().help or "").split())
        assert explained.startswith((declared.short_help or "").rstrip("."))
