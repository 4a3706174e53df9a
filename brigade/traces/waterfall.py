"""A trace as people read it: who worked when, after what wait, and what failed, all on one scale."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from brigade.console import duration, printable, table
from brigade.traces.traces import Segment, depths, origin

_COLUMNS = ("actor", "begun", "░ queued █ worked", "queued", "worked", "attempt", "failure")
_BAR = 40  # characters
_PRECISE_MS = 10_000  # below that, milliseconds are shown


def draw(segments: Sequence[Segment], width: int = _BAR) -> Table:
    """Return a tree of segments as a table to print, whose bars are ``width`` characters long.

    With segments of several pictures, a column says which one each belongs to.
    """
    begin, depth = origin(segments), depths(segments)
    whole = max(segment.ended for segment in segments) - begin
    pictures = {segment.image_id for segment in segments}
    several = len(pictures) > 1
    rows: list[list[str | Text]] = []
    for segment in segments:
        actor = "  " * depth[segment.id] + segment.actor
        after = f"+{_time(round((segment.began - begin) * 1000))}"
        bar = _bar(segment, begin, width / whole if whole else 0)
        times = (_time(segment.queued_ms), _time(segment.worked_ms), str(segment.attempt))
        key = (segment.key,) if several else ()
        rows.append([actor, after, bar, *times, _failure(segment), *key])
    what = f"{len(pictures)} pictures" if several else segments[0].key
    at = datetime.fromtimestamp(begin, UTC).isoformat(" ", timespec="milliseconds").partition("+")[0]
    title = f"{printable(what)}: {_time(round(whole * 1000))} from {at} UTC, trace {segments[0].trace_id}"
    return table(title, (*_COLUMNS, "key") if several else _COLUMNS, rows)


def _bar(segment: Segment, begin: float, scale: float) -> Text:
    """Return the wait and the work; ``scale`` is in characters a second, and no work is too short to be seen."""
    sent, began, ended = (round((at - begin) * scale) for at in (segment.sent, segment.began, segment.ended))
    bar = Text(" " * sent, no_wrap=True)
    bar.append("░" * (began - sent), style="dim")
    bar.append("█" * max(ended - began, 1), style="red" if segment.failure else "green")
    return bar


def _failure(segment: Segment) -> Text:
    if not segment.failure:
        return Text()
    return Text(printable("{reason}: {detail}".format(**segment.failure)), style="red")


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
