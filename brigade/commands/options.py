"""Options as data: what several commands take is declared here, once; and how each is declared."""

import math
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from brigade.commands import completing

Function = TypeVar("Function", bound=Callable[..., Any])


def option(*names: str, **more: Any) -> Callable[[Function], Function]:
    """Return click's option; its help names the variable that gives it, and its default where that says something."""
    return click.option(*names, show_default=bool(more.get("default")), show_envvar="envvar" in more, **more)


argument = click.argument


class Number(click.ParamType[float]):
    """A number within limits, which "nan" is not."""

    name = "number"

    def __init__(self, min: float = -math.inf, max: float = math.inf) -> None:  # noqa: A002 - click's words
        self.limits = min, max

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        least, most = self.limits
        with suppress(ValueError):
            if least <= (number := float(value)) <= most:
                return number
        limits = f" from {least:g}" if math.isinf(most) else f" from {least:g} to {most:g}"
        raise click.BadParameter(f"{value!r} is no number{'' if math.isinf(least) else limits}", ctx, param)


def yes_to_the_account(function: Function) -> Function:
    """Declare --yes for a command that asks nothing itself: ``here`` does."""

    @wraps(function)
    def command(*, yes: bool, **given: Any) -> Any:  # noqa: ARG001 - as said
        return function(**given)

    return cast("Function", yes(command))


PATH = click.Path(path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def out_folder(words: str, default: str = "") -> Callable[[Function], Function]:
    """Declare --out, the folder that is written into; without a default it must be given."""
    more = {"default": default} if default else {"required": True}
    return option("--out", "folder", type=PATH, help=words, **more)


paths = argument("paths", nargs=-1, required=True, type=PATH, help="Pictures, or folders that hold some.")
other_recipes = option(
    "--recipes", "recipes_file", type=PATH, help="The recipes.  [default: ./recipes.toml, or else brigade's own]"
)
recipe = option("--recipe", shell_complete=completing.recipes, help="This recipe, whatever the key.")
actors = argument(
    "actors", nargs=-1, required=True, metavar="ACTOR...", shell_complete=completing.actors, help="Of the chain."
)
stack_name = option("--stack", default="brigade", envvar="BRIGADE_STACK", help="The stack's name.")
yes = option("--yes", is_flag=True, help="Do not ask.")
verbose = option("--verbose", is_flag=True, help="Say every resource instead of showing a bar.")
as_json = option("--json", "as_json", is_flag=True, help="Print one JSON array.")
_KEYS: dict[str, Any] = {"shell_complete": completing.keys}
key_or_id = argument("key_or_id", help="A source key, or an image id: eight characters do.", **_KEYS)
_some = "Source keys, or image ids: eight characters do."
_pictures = partial(argument, "pictures", nargs=-1, metavar="KEY_OR_ID...", help=_some, **_KEYS)
pictures, some_pictures = _pictures(required=True), _pictures()
