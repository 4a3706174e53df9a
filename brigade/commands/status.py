"""`brigade pause`, `resume` and `status`: stopping and starting actors, and how they are doing."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.live import Live
from rich.table import Table
from rich.text import Text

from brigade.commands import here
from brigade.commands.options import AsJson, StackName, Yes
from brigade.console import OperatorError, duration, out, print_json, say, table

if TYPE_CHECKING:
    from brigade.flow.vitals import Vitals

_EVERY_S = 2
_COLUMNS = ("actor", "state", "waiting", "in flight", "oldest", "dead letters", "rate")
_COLOURS = {"running": "green", "paused": "yellow"}
_UNKNOWN = "–"

ActorNames = Annotated[list[str], typer.Argument(metavar="ACTOR", help="One or more of the chain's actors.")]


def pause(actors: ActorNames, stack: StackName = "brigade", yes: Yes = False) -> None:  # noqa: ARG001 - here() asks it
    """Stop actors without a deployment; their messages wait in their queues, for at most four days.

    What an actor has begun it finishes. One that is paused already stays so. A later deployment that changes the
    actor's event source mapping may start it again: `brigade status` shows.
    """
    from infra.messaging import RETENTION_S

    _switch(actors, stack, on=False)
    say(f"their messages wait for {duration(RETENTION_S)}, then SQS deletes them; `brigade resume` lets them go on")


def resume(actors: ActorNames, stack: StackName = "brigade", yes: Yes = False) -> None:  # noqa: ARG001 - here() asks it
    """Start paused actors again: they go on with what waits in their queues."""
    _switch(actors, stack, on=True)
    say("`brigade status --watch` shows how they get on")


def _switch(wanted: list[str], stack: str, *, on: bool) -> None:
    from brigade.flow import mappings
    from brigade.pipeline import Pipeline
    from services.chain import CHAIN

    chosen = [CHAIN.actor(name) for name in wanted]
    word = "running" if on else "paused"
    for actor, changed in mappings.switch(Pipeline.find(here(), stack), chosen, on=on):
        say(f"{actor.name} is {word}" if changed else f"{actor.name} was {word} already")


def status(
    watch: Annotated[bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")] = False,
    stack: StackName = "brigade",
    as_json: AsJson = False,
) -> None:
    """Show how every actor is doing: running or paused, its queue, its dead letters, its rate.

    Looking takes nothing out of a queue. Counts are SQS's approximate ones. On AWS the oldest age and the rate come
    from CloudWatch, some minutes late; what is not known reads –.
    """
    from brigade.flow import metrics, vitals
    from brigade.pipeline import Pipeline
    from services.chain import CHAIN

    if watch and (as_json or not out.is_terminal):
        raise OperatorError("--watch refreshes a screen", "leave it out for --json, a pipe or a file")
    pipeline = Pipeline.find(here(), stack)
    source = metrics.of(pipeline)

    def look() -> list[vitals.Vitals]:
        return vitals.look(pipeline, CHAIN.actors, source)

    if as_json:
        print_json([asdict(each) for each in look()])
    elif watch:
        _watch(look)
    else:
        out.print(_listing(look()))


def _watch(look: Callable[[], "list[Vitals]"]) -> None:
    with Live(_listing(look()), console=out, auto_refresh=False) as live:
        while True:
            time.sleep(_EVERY_S)
            live.update(_listing(look()), refresh=True)


def _listing(found: "list[Vitals]") -> Table:
    return table("", _COLUMNS, [_row(each) for each in found])


def _row(each: "Vitals") -> list[str | Text]:
    oldest = _UNKNOWN if each.oldest_s is None else duration(each.oldest_s)
    rate = _UNKNOWN if each.per_minute is None else f"{each.per_minute:.0f}/min"
    return [
        each.actor,
        Text(each.state, style=_COLOURS.get(each.state, "")),
        str(each.waiting),
        str(each.in_flight),
        Text(oldest, style="red" if each.is_expiring else ""),
        Text(str(each.dead_letters), style="red" if each.dead_letters else ""),
        rate,
    ]
