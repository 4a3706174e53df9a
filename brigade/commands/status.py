"""`brigade status`: how the actors are doing."""

import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import click
from rich.live import Live
from rich.table import Table
from rich.text import Text

from brigade.acting.here import here
from brigade.commands.options import as_json, option, stack_name
from brigade.flow import vitals
from brigade.flow.vitals import Vitals
from brigade.pipeline import Pipeline
from brigade.tables import table
from brigade.terminal import OperatorError, duration, out, print_json

_EVERY_S = 2
_COLUMNS = ("actor", "state", "waiting", "in flight", "oldest", "dead letters", "rate")
_COLOURS = {"running": "green", "paused": "yellow"}
_UNKNOWN = "–"


@click.command()
@option("--watch", is_flag=True, help="Look again every two seconds, until Ctrl-C.")
@stack_name
@as_json
def status(watch: bool, stack: str, as_json: bool) -> None:
    """Show how every actor is doing: running or paused, its queue, its dead letters, its rate.

    Looking takes nothing out of a queue. Counts are SQS's approximate ones. On AWS the oldest age and the rate come
    from CloudWatch, some minutes late; what is not known reads –.
    """
    if watch and (as_json or not out.is_terminal):
        raise OperatorError("--watch refreshes a screen", "leave it out for --json, a pipe or a file")
    pipeline = Pipeline.find(here(), stack)
    look = partial(vitals.look, pipeline, pipeline.chain.actors)
    if as_json:
        print_json([asdict(each) for each in look()])
    elif watch:
        _watch(look)
    else:
        out.print(_listing(look()))


def _watch(look: Callable[[], list[Vitals]]) -> None:
    with Live(_listing(look()), console=out, auto_refresh=False) as live:
        while True:
            time.sleep(_EVERY_S)
            live.update(_listing(look()), refresh=True)


def _listing(found: list[Vitals]) -> Table:
    return table("", _COLUMNS, [_row(each) for each in found])


def _row(each: Vitals) -> list[str | Text]:
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
