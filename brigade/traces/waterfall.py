"""A trace as people read it: who worked when, after what wait, and what failed, all on one scale."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.console import Group
from rich.text import Text

from brigade.tables import Bar, facts, table
from brigade.terminal import duration, printable
from brigade.traces.traces import Segment, depths, origin

_COLUMNS = ("actor", "begun", "░ queued █ worked", "queued", "worked")
_PRECISE_MS = 10_000  # below that, milliseconds are shown


def draw(segments: Sequence[Segment]) -> Group:
    """Return a tree of segments as a table to print, with the failures below it.

    With segments of several pictures, a column says which one each belongs to; of several attempts, another which.
    """
    begin, depth, trace = origin(segments), depths(segments), segments[0].trace_id
    whole = max(segment.ended for segment in segments) - begin
    pictures = {segment.image_id for segment in segments}
    several, again = len(pictures) > 1, any(segment.attempt > 1 for segment in segments)
    rows: list[list[str | Text | Bar]] = []
    for segment in segments:
        actor = "  " * depth[segment.id] + segment.actor
        after = f"+{_time(round((segment.began - begin) * 1000))}"
        shares = ((at - begin) / (whole or 1) for at in (segment.sent, segment.began, segment.ended))
        bar = Bar(*shares, style="red" if segment.failure else "green")
        more = [str(segment.attempt)] * again + [segment.key] * several
        rows.append([actor, after, bar, _time(segment.queued_ms), _time(segment.worked_ms), *more])
    what = f"{len(pictures)} pictures" if several else segments[0].key
    at = datetime.fromtimestamp(begin, UTC).isoformat(" ", timespec="milliseconds").partition("+")[0]
    heading = facts({"picture": what, "begun": f"{at} UTC", "took": _time(round(whole * 1000)), "trace": trace})
    columns = (*_COLUMNS, *["attempt"] * again, *["key"] * several)
    failures: dict[str, str | Text | None] = {
        f"{each.actor}, attempt {each.attempt}{f', {each.key}' if several else ''}": Text(
            printable("{reason}: {detail}".format(**each.failure)), style="red"
        )
        for each in segments
        if each.failure
    }
    return Group(heading, Text(), table("", columns, rows), facts(failures))


def _time(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < _PRECISE_MS else duration(milliseconds / 1000)


def as_json(segments: Sequence[Segment]) -> list[dict[str, Any]]:
    """Return the segments in the tree's order, for programs: times in ISO 8601 and milliseconds."""
    begin = origin(segments)
    return [
        asdict(segment)
        | {
            "began": _iso(segment.began),
            "ended": _iso(segment.ended),
            "offset_ms": round((segment.began - begin) * 1000),
            "worked_ms": segment.worked_ms,
        }
        for segment in segments
    ]


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
