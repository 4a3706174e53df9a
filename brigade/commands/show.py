"""`brigade show`: one picture."""

from typing import Any

import click
from rich.text import Text

from brigade.acting.here import here
from brigade.commands.ls import coloured, facts
from brigade.commands.options import as_json, key_or_id, stack_name
from brigade.console import byte_size, out, print_json, printable, table
from brigade.pictures import camera, timeline
from brigade.pictures.verdicts import told
from brigade.pipeline import Pipeline
from services.catalog.record import MODERATE


@click.command()
@key_or_id
@stack_name
@as_json
def show(key_or_id: str, stack: str, as_json: bool) -> None:
    """Show one picture's record with its timeline; of a key, its newest upload."""
    record = Pipeline.find(here(), stack).catalogue.find(key_or_id)
    if as_json:
        print_json([record])
        return
    for name, value in _summary(record):
        out.print(Text(f"{name:14}"), value, sep="")
    out.print(table("timeline", timeline.COLUMNS, timeline.rows(record)))
    if record["renditions"] and not is_retired(record):
        made = [
            (r["name"], f"{r['width']}×{r['height']}", r["format"], byte_size(r["bytes"]), r["method"], r["key"])
            for r in record["renditions"]
        ]
        out.print(table("renditions", ("name", "size", "format", "bytes", "method", "key"), made))


def is_retired(record: dict[str, Any]) -> bool:
    """Whether a picture's outputs were deleted, because it was removed or replaced."""
    return "retire" in record["stages"]


def _summary(record: dict[str, Any]) -> list[tuple[str, Text]]:
    master, failure = record["master"], record["failure"]
    rows = {
        "id": record["image_id"],
        "source": record["source"]["url"],
        "uploaded": record["entered_at"],
        "recipe": record["recipe"],
        "original": facts(record["original"]),
        **camera.lines(record["camera"]),
        "master": f"{facts(master)}  {master['key']}" if master else None,
        "failure": f"{failure['actor']}: {failure['reason']}: {failure['detail']}" if failure else None,
        "moderation": _moderation(record),
        "judged": "; ".join(f"{word} by {judged['by']}" for word, judged in record["judged"].items()),
        "superseded by": record["superseded_by"],
        "removed by": record["removed_by"],
        "outputs": "deleted" if is_retired(record) else None,
    }
    said = [(name, Text(printable(str(value)))) for name, value in rows.items() if value]
    return [said[0], ("status", coloured(record["status"])), *said[1:]]


def _moderation(record: dict[str, Any]) -> str | None:
    """Say verdict, confidence and labels, and who says so; or that a picture waits for that."""
    moderation, failure = record["moderation"], record["failure"]
    if not moderation:
        if record["moderation_mode"] != "gate" or record["status"] not in {"PROCESSING", "FAILED"} or record["judged"]:
            return None
        if failure and failure["actor"] == MODERATE:
            return f"no verdict (gate): `brigade dlq redrive {MODERATE}`, or `brigade approve` or `reject`"
        return "waits for a verdict (gate)"
    labels = "".join(f", {label['name']} {label['confidence']} %" for label in moderation["labels"])
    engine = f"{moderation['model']} {moderation['version']}"
    return f"{told(moderation)}{labels} ({moderation['mode']}, {engine})"
