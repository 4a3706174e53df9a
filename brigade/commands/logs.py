"""`brigade logs`: what actors have logged."""

import time
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

import click
from rich.text import Text

from brigade.acting.here import here
from brigade.commands import completing
from brigade.commands.options import argument, as_json, option, stack_name
from brigade.dead_letters.selection import age
from brigade.flow import lines
from brigade.flow.lines import Line
from brigade.pipeline import Pipeline
from brigade.terminal import OperatorError, out, print_json, printable
from brigade.traces import traces

_COLOURS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}
_SEVERE = set(_COLOURS)


@click.command()
@argument(
    "picture", required=False, metavar="[KEY_OR_ID]", shell_complete=completing.keys, help="Of this picture alone."
)
@option("--actor", "names", multiple=True, shell_complete=completing.actors, help="Of this actor alone; repeatable.")
@option("--trace", metavar="ID", help="Of this trace alone.")
@option("--since", default="1h", metavar="AGE", help="Of this time, as 90s, 30m, 2h, 3d or 1w.")
@option("--errors", is_flag=True, help="Only warnings and errors.")
@option("--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@stack_name
@as_json
def logs(
    picture: str | None,
    names: tuple[str, ...],
    trace: str | None,
    since: str,
    errors: bool,
    follow: bool,
    stack: str,
    as_json: bool,
) -> None:
    """Show what actors have logged, oldest first: when, who, what of which picture, and the traceback of a bug.

    They are CloudWatch's logs; the local cloud has them too. --json prints each line's own JSON, with all its facts.
    """
    if follow and as_json:
        raise OperatorError("--json prints one array, and --follow never ends", "leave one of them out")
    if picture and trace:
        raise OperatorError("a picture or a trace, not both", "`brigade show KEY --json` names a picture's trace")
    wanted = traces.trace_id(trace) if trace else None
    if trace and not wanted:
        raise OperatorError(f"{trace!r} is no trace's id", "`brigade trace KEY` shows it: 1-8-24 hex digits")
    pipeline = Pipeline.find(here(), stack)
    chosen = [pipeline.chain.actor(name) for name in names] or pipeline.chain.actors
    word = pipeline.catalog.find(picture).image_id if picture else wanted or ""
    begin = round((time.time() - age(since) / timedelta(seconds=1)) * 1000)
    search = partial(lines.find, pipeline, chosen, word=word)
    found: Iterable[Line] = lines.follow(search, begin, pipeline.target.poll_s) if follow else search(begin)
    told = (line for line in found if not errors or line.level in _SEVERE)
    if as_json:
        print_json([{"at": line.at.isoformat(), "actor": line.actor, **line.facts} for line in told])
        return
    for line in told:
        out.print(_text(line))


def _text(line: Line) -> Text:
    style = _COLOURS.get(line.level, "")
    facts = line.facts
    worked = f"{facts['worked_ms']} ms" if "worked_ms" in facts else ""
    said = "  ".join(map(printable, filter(None, (line.text, str(facts.get("key", "")), worked))))
    text = Text.assemble((f"{line.at:%H:%M:%S}.{line.at_ms % 1000:03}", "dim"), f"  {line.actor:11}", (said, style))
    for each in str(facts.get("stackTrace") or "").splitlines():
        text.append(f"\n  {printable(each)}", style)
    return text
