"""`brigade missing`: what is missing between source bucket, catalog and target bucket."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
from click.exceptions import Exit

from brigade.acting.here import here
from brigade.commands.options import as_json, option, stack_name
from brigade.dead_letters.selection import age
from brigade.pipeline import Pipeline
from brigade.progress import progress
from brigade.rework.gaps import Lost, Missing
from brigade.rework.survey import Comparison
from brigade.rework.unheard import messages_under_way
from brigade.tables import table
from brigade.terminal import counted, out, print_json, say

_TABLE = 1_000  # rows of one table: a longer one takes too long to lay out

prefix = option("--prefix", help="Only keys that begin so, in their newest version.")
stuck = option(
    "--stuck",
    default="15m",
    metavar="AGE",
    help="Also those in work to which nothing has happened for so long, as 90s or 2h.",
)


@dataclass
class Ignored:
    """Objects that ingest ignores by their name."""

    count: int = 0
    example: str = ""

    def add(self, key: str) -> None:
        """Count one."""
        self.count += 1
        self.example = self.example or key

    def tell(self) -> None:
        """Say how many there are."""
        if self.count:
            say(f"ignored by name: {counted(self.count, 'object')}, for example {self.example}")


@click.command()
@prefix
@stuck
@stack_name
@as_json
def missing(prefix: str | None, stuck: str, stack: str, as_json: bool) -> None:
    """List what is missing between source bucket, catalog and target bucket. Exits 1 when anything is.

    That is: uploads that no record knows, because no notification came; those that S3 shows though their record reads
    SUPERSEDED or REMOVED; records of what S3 does not show any more; and pictures that are ready, or stuck, and lack
    outputs which their record or their recipe, as it is deployed now, names. `brigade rerun --missing --from ingest`
    lets the chain hear of what it has not heard; `brigade rerun --missing --from resize` has renditions made.
    """
    pipeline, ignored = Pipeline.find(here(), stack), Ignored()
    with progress("looking for what is missing", None) as looked:
        # Of what may be a whole bucket only what is printed is held.
        found = [_facts(each) for each in compared(pipeline, prefix, stuck, looked, ignored)]
    ignored.tell()
    if as_json:
        print_json(found)
    for start in range(0, len(found), _TABLE) if not as_json else ():
        out.print(table("", ("key", "status", "missing", "id"), map(_row, found[start : start + _TABLE])))
    if not (found or as_json):
        out.print("nothing is missing")
    if any(each["lost"] for each in found):
        if waiting := messages_under_way(pipeline):
            say(f"{counted(waiting, 'message')} for ingest or the catalog may tell of some of these: look again then")
        say("`brigade rerun --missing --from ingest` lets the chain hear of what it has not heard")
    if found:
        raise Exit(1)


def compared(
    pipeline: Pipeline, prefix: str | None, stuck: str, looked: Callable[[int], None], ignored: Ignored
) -> Iterator[Missing]:
    """Yield what a comparison of buckets and catalog finds missing."""
    since = datetime.now(UTC) - age(stuck)
    return Comparison(pipeline, prefix or "", since, looked, ignored.add).missing()


def _facts(each: Missing) -> dict[str, Any]:
    return {
        "image_id": each.record.image_id,
        "key": each.record.key,
        "status": None if each.lost is Lost.UNKNOWN else each.record.status,
        "recipe": each.record.recipe or None,
        "recipe_is_gone": each.recipe_is_gone,
        "lost": each.lost.name.lower() if each.lost else None,
        "missing": list(each.names),
    }


def _row(facts: Mapping[str, Any]) -> list[str]:
    what = f"its recipe {facts['recipe']} is gone" if facts["recipe_is_gone"] else ", ".join(facts["missing"])
    how = Lost[facts["lost"].upper()] if facts["lost"] else what
    return [facts["key"], facts["status"] or "–", how, facts["image_id"]]
