"""What a command may do where it acts: nothing (offline), look (reading), or change something (changing)."""

import os
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, Literal

import click

Acts = Literal["offline", "reading", "changing"]
# Whether the command that runs was given --yes; None: it changes nothing. One that is not declared might.
told_yes: ContextVar[bool | None] = ContextVar("told_yes", default=False)
given_profile: ContextVar[str | None] = ContextVar("given_profile", default=None)


def acting(command: Callable[..., Any], acts: Acts, unless: str) -> Callable[..., Any]:
    """Return the command so that ``here`` knows how it acts. One that changes something has an option ``yes``."""

    @wraps(command)
    def declared(**given: Any) -> Any:
        told_yes.set(given["yes"] if acts == "changing" and not given.get(unless) else None)
        return command(**given)

    declared.__dict__["acts"] = acts
    return declared


def where() -> list[click.Parameter]:
    """Return the options that choose the account, for every command that acts somewhere."""

    def set_variable(_: click.Context, parameter: click.Parameter, value: str | None) -> None:
        if value:
            os.environ["AWS_PROFILE" if parameter.name == "profile" else "AWS_REGION"] = value
        if parameter.name == "profile":
            given_profile.set(value)

    words = {"profile": "The profile of your AWS configuration.", "region": "The AWS region."}
    return [
        click.Option([f"--{name}"], help=said, expose_value=False, callback=set_variable)
        for name, said in words.items()
    ]
