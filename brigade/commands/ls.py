"""`brigade ls`: pictures of the catalogue, by status, day, recipe, camera and verdict."""

import csv
import itertools
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brigade.commands import here
from brigade.commands.options import AsJson, StackName
from brigade.commands.show import listing
from brigade.console import OperatorError, err, out, print_json, say

if TYPE_CHECKING:
    from brigade.pictures.search import Filters

# What a spreadsheet may take for a formula, https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Where each column stands in a record.
_CSV = {
    **{name: (name,) for name in ("image_id", "status")},
    "key": ("source", "key"),
    **{name: (name,) for name in ("recipe", "entered_at")},
    **{name: ("original", name) for name in ("format", "width", "height", "bytes")},
    **{name: ("camera", name) for name in ("make", "model", "serial", "taken_at", "latitude", "longitude")},
    **{name: ("camera", name) for name in ("temperature_c", "moon_phase", "trigger", "sequence", "battery")},
    "verdict": ("moderation", "verdict"),
    "failure": ("failure", "reason"),
}


def ls(
    status: Annotated[
        str | None, typer.Option(help="processing, ready, failed, quarantined, superseded or removed.")
    ] = None,
    day: Annotated[str | None, typer.Option(help="Uploaded on this day, YYYY-MM-DD in UTC.")] = None,
    recipe: Annotated[str, typer.Option(help="Of this recipe.")] = "",
    serial: Annotated[str, typer.Option(help="Taken by the camera with this serial number.")] = "",
    make: Annotated[str, typer.Option(help="Taken by a camera of this maker.")] = "",
    taken_from: Annotated[
        str | None, typer.Option(help="Taken since this day or time, as 2026-11-21 or 2026-11-21T05:40.")
    ] = None,
    taken_to: Annotated[str | None, typer.Option(help="Taken until this time, or until the end of this day.")] = None,
    verdict: Annotated[str | None, typer.Option(help="Of moderation: accepted, refused or uncertain.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    after: Annotated[
        str | None, typer.Option(metavar="ID", help="Go on after this picture, the last one shown.")
    ] = None,
    stack: StackName = "brigade",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets.")] = False,
) -> None:
    """List pictures, newest first.

    --serial, --taken-from (at most three years of it), --day and --status each have an index: the first of these that
    is given is asked, and all else filters what it finds. Without any of them every picture may have to be looked at.
    Without --taken-to, --taken-from goes to tomorrow. By --serial, and by --taken-from within three years, the order is
    that of taking, by the camera's own clock, with a camera's undated pictures first; else that of the uploads.
    """
    from brigade.pictures import search

    if as_json and as_csv:
        raise OperatorError("--json and --csv exclude each other", "give one of them")
    filters = search.Filters(
        status=search.status(status) if status else None,
        day=search.day(day) if day else "",
        recipe=recipe,
        serial=serial,
        make=make,
        taken_from=search.time(taken_from) if taken_from else "",
        taken_to=search.time(taken_to) if taken_to else "",
        verdict=search.verdict(verdict) if verdict else "",
    )
    with err.status("looking"):
        shown, more = _find(stack, filters, limit, after)
    if as_json:
        print_json(shown)
    elif as_csv:
        _print_csv(shown)
    else:
        out.print(listing(shown))
    if more:
        say(f"there are more: --after {shown[-1]['image_id']} goes on")


def _find(stack: str, filters: "Filters", limit: int, after: str | None) -> tuple[list[dict[str, Any]], bool]:
    """Return at most so many records, and whether there are more."""
    from brigade.pictures import search
    from brigade.pipeline import Pipeline

    catalogue = Pipeline.find(here(), stack).catalogue
    plan = search.plan(filters, datetime.now(UTC).date())
    if plan.remark:
        say(plan.remark)
    begin = search.entry(catalogue.find(after), plan.index) if after else None
    questions = plan.from_(begin) if begin else plan.questions
    records = filter(filters.accepts, catalogue.ask(*questions, in_turn=plan.in_turn, after=begin))
    shown = list(itertools.islice(records, limit))
    return shown, len(shown) == limit and next(records, None) is not None


def _print_csv(records: list[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_CSV)
    writer.writerows([_cell(record, place) for place in _CSV.values()] for record in records)


def _cell(record: dict[str, Any], place: tuple[str, ...]) -> Any:
    value: Any = record
    for name in place:
        value = (value or {}).get(name)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
