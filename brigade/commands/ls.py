"""`brigade ls`: pictures of the catalog, by status, day, recipe, camera and verdict."""

import sys
from datetime import UTC, datetime
from typing import Any, get_args

import click
from rich.text import Text

from brigade.acting.here import here
from brigade.commands.options import as_json, option, stack_name
from brigade.exports.columns import PICTURES
from brigade.exports.files import csv_writer
from brigade.pictures import search
from brigade.pictures.search import Filters
from brigade.pipeline import Pipeline
from brigade.progress import progress
from brigade.tables import short, table
from brigade.terminal import OperatorError, byte_size, out, print_json, say
from kit.events import StoredImage, Verdict
from records.picture import Original, PictureRecord
from records.rules import failure
from records.shown import shown
from records.status import MEANING, Status

_COLUMNS = ("key", "status", "original", "master", "made", "worked", "id")
_NARROW_COLUMNS = ("key", "status", "original", "made", "id")
_WIDE = 120  # characters that all columns need


@click.command()
@option("--prefix", default="", help="With a key that begins so.")
@option("--status", type=click.Choice(Status, case_sensitive=False), help="With this status.")
@option("--day", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Uploaded on this day, in UTC.")
@option("--recipe", default="", help="Of this recipe.")
@option("--serial", default="", help="Taken by the camera with this serial number.")
@option("--make", default="", help="Taken by a camera of this maker.")
@option("--taken-from", default="", help="Taken since this day or time, as 2026-11-21 or 2026-11-21T05:40.")
@option("--taken-to", default="", help="Taken until this time, or until the end of this day.")
@option("--verdict", type=click.Choice(get_args(Verdict)), help="Of moderation.")
@option("--limit", default=50, type=click.IntRange(min=1), help="At most so many.")
@option("--after", metavar="ID", help="Go on after this picture, the last one shown.")
@stack_name
@as_json
@option("--csv", "as_csv", is_flag=True, help="Print a table for spreadsheets.")
def ls(
    *, day: datetime | None, limit: int, after: str | None, stack: str, as_json: bool, as_csv: bool, **more: Any
) -> None:
    """List pictures, newest first.

    --serial, --taken-from (at most three years of it), --day and --status each have an index: the first of these that
    is given is asked, and all else filters what it finds. Without any of them every picture may have to be looked at.
    Without --taken-to, --taken-from goes to tomorrow. By --serial, and by --taken-from within three years, the order is
    that of taking, by the camera's own clock, with a camera's undated pictures first; else that of the uploads.
    """
    if as_json and as_csv:
        raise OperatorError("--json and --csv exclude each other", "give one of them")
    asked: dict[str, Any] = more | {"day": f"{day:%Y-%m-%d}" if day else ""}
    asked |= {name: search.time(asked[name]) for name in ("taken_from", "taken_to") if asked[name]}
    with progress("looking", None):
        found, are_more = _find(stack, Filters(**asked), limit, after)
    if as_json:
        print_json([shown(record) for record in found])
    elif as_csv:
        _print_csv(found)
    elif found:
        out.print(listing(found))
    else:
        out.print("no pictures")
    if are_more:
        say(f"there are more: --after {short(found[-1].image_id)} goes on")


def _find(stack: str, filters: Filters, limit: int, after: str | None) -> tuple[list[PictureRecord], bool]:
    """Return at most so many records, and whether there are more."""
    catalog = Pipeline.find(here(), stack).catalog
    plan = search.plan(filters, datetime.now(UTC).date())
    if plan.remark:
        say(plan.remark)
    begin = search.entry(catalog.find(after), plan.index) if after else None
    found, more = search.page(catalog, filters, plan, limit, begin)
    return found, more is not None


def _print_csv(records: list[PictureRecord]) -> None:
    write = csv_writer(sys.stdout, PICTURES)
    for facts in map(shown, records):
        write({column.name: column.value(facts) for column in PICTURES})


def listing(records: list[PictureRecord]) -> Any:
    """Return a table of pictures to print; on a narrow screen, of what tells them apart."""
    columns = _COLUMNS if out.width >= _WIDE else _NARROW_COLUMNS
    return table("", columns, [[cells[column] for column in columns] for cells in map(_cells, records)])


def colored(status: Status) -> Text:
    """Return a status in its color."""
    return Text(status, style=MEANING[status].color)


def _cells(record: PictureRecord) -> dict[str, str | Text]:
    said = colored(record.status)
    if failed := failure(record):
        said.append(f" {failed.reason}", style="default")
    elif record.status is Status.QUARANTINED:
        said.append(f" {record.verdict}", style="default")
    return {
        "key": record.key,
        "status": said,
        "original": measures(record.original),
        "master": measures(record.master),
        "made": str(len(record.renditions)),
        "worked": f"{sum(stage.worked_ms for stage in record.stages.values())} ms",
        "id": record.image_id,
    }


def measures(image: Original | StoredImage | None) -> str:
    """Return an image in words: JPEG 4000×3000 2.1 MB."""
    return f"{image.format} {image.width}×{image.height} {byte_size(image.bytes or 0)}" if image else "–"
