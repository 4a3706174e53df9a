"""A picture's record as people read it. Pure: knows no cloud."""

from typing import Any
from urllib.parse import quote

from services.catalog.record import FAILURE, HANDLED, JUDGED, STAGE, Record
from services.catalog.status import failure


def view(record: Record) -> dict[str, Any]:
    """Return the record as people read it: stages and failures gathered, bookkeeping left out."""
    shown = (
        "recipe",
        "entered_at",
        "original",
        "master",
        "frames",
        "moderation_mode",
        "moderation",
        "renditions",
        "camera",
    )
    last = ("replaces", "superseded_by", "removed_by", "region", "environment", "trace_id")
    return {
        "image_id": record["image_id"],
        "status": record["status"],
        "source": _with_url(record["source"]) if "source" in record else None,
        **{name: record.get(name) for name in shown},
        "stages": _gathered(record, STAGE),
        "failure": failure(record),
        "failures": _gathered(record, FAILURE),
        "handled": _gathered(record, HANDLED),
        "judged": _gathered(record, JUDGED),
        **{name: record.get(name) for name in last},
    }


def _with_url(source: Record) -> dict[str, Any]:
    url = f"s3://{source['bucket']}/{quote(source['key'])}"
    return {**source, "url": f"{url}?versionId={source['version']}" if source["version"] else url}


def _gathered(record: Record, prefix: str) -> dict[str, Any]:
    """Return what the actors have under that prefix, by actor, in order of time."""
    found = {name.removeprefix(prefix): value for name, value in record.items() if name.startswith(prefix)}
    return dict(sorted(found.items(), key=lambda each: str(each[1]["at"])))
