"""A picture's trace: one segment for each attempt of an actor, from the local cloud's file or from X-Ray."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brigade.local import local_record, segment_collector
from brigade.target import Target
from brigade.terminal import OperatorError

# https://docs.aws.amazon.com/xray/latest/devguide/xray-limits.html
KEPT_DAYS = 30
_ID = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})|([0-9a-f]{8})([0-9a-f]{24})")


@dataclass(frozen=True)
class Segment:
    """One actor's work on one picture; times in seconds since 1970, ``queued_ms`` since its message was sent."""

    trace_id: str
    id: str
    parent_id: str | None
    actor: str
    image_id: str
    key: str
    attempt: int
    began: float
    ended: float
    queued_ms: int
    failure: dict[str, str] | None  # reason and detail

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Segment":
        """Read X-Ray's document of a segment; raises KeyError where it is not one of an actor's."""
        notes = document["annotations"]
        return cls(
            trace_id=document["trace_id"],
            id=document["id"],
            parent_id=document.get("parent_id"),
            actor=document["name"],
            image_id=notes["image_id"],
            key=notes["key"],
            attempt=notes["attempt"],
            began=document["start_time"],
            ended=document["end_time"],
            queued_ms=document["metadata"]["default"]["queued_ms"],
            failure=_failure(document),
        )

    @property
    def sent(self) -> float:
        """When its message was sent, seconds since 1970."""
        return self.began - self.queued_ms / 1000

    @property
    def worked_ms(self) -> int:
        return round((self.ended - self.began) * 1000)


def _failure(document: Mapping[str, Any]) -> dict[str, str] | None:
    reason = document["annotations"].get("reason")
    if reason is None:
        return None
    thrown = document.get("cause", {}).get("exceptions", [])
    return {"reason": reason, "detail": thrown[0].get("message", "") if thrown else ""}


def trace_id(text: str) -> str | None:
    """Return a trace's id as X-Ray writes it, 1-8-24 hex digits, also of 32 hex digits; None of anything else."""
    found = _ID.fullmatch(text)
    return "-".join(["1", *filter(None, found.groups())]) if found else None


def find(target: Target, trace: str, image_id: str | None = None) -> list[Segment]:
    """Return a trace's segments as a tree, or those of one picture; raises OperatorError where there are none."""
    if cloud := local_record.at(target.endpoint):
        found = collected(cloud.segments, trace)
        forgotten = f"fell out of the newest {2 * segment_collector.MOST_BYTES >> 20} MB"
    elif target.is_ministack:
        raise OperatorError(
            f"nobody collects traces for {target.endpoint}", "a local cloud that `brigade up` started does"
        )
    else:
        found = recorded(target.client("xray"), trace)
        forgotten = f"is older than {KEPT_DAYS} days"
    wanted = [segment for segment in found if image_id in (None, segment.image_id)]
    if not wanted:
        raise OperatorError(
            f"nothing is known of trace {trace}", f"it was not sampled, or {forgotten}, or no actor is done yet"
        )
    return tree(wanted)


def collected(path: Path, trace: str) -> list[Segment]:
    """Return what the local cloud has written down of a trace."""
    documents = (json.loads(line) for line in _lines(path) if trace in line)
    return list(_read(document for document in documents if document["trace_id"] == trace))


def _lines(path: Path) -> Iterator[str]:
    """Yield the whole lines of the file and of the one before it, oldest first."""
    for each in (segment_collector.old(path), path):
        if each.exists():
            with each.open(encoding="utf-8") as file:
                yield from (line for line in file if line.endswith("\n"))


def recorded(xray: Any, trace: str) -> list[Segment]:
    """Return what X-Ray has recorded of a trace."""
    pages = xray.get_paginator("batch_get_traces").paginate(TraceIds=[trace])
    traces = (found for page in pages for found in page["Traces"])
    return list(_read(json.loads(segment["Document"]) for found in traces for segment in found["Segments"]))


def _read(documents: Iterable[Mapping[str, Any]]) -> Iterator[Segment]:
    for document in documents:
        try:
            yield Segment.read(document)
        except KeyError:
            continue  # Lambda's own, or the uploading client's


def tree(segments: Iterable[Segment]) -> list[Segment]:
    """Return each segment followed by those that go on from it, earliest first."""
    ordered = sorted(segments, key=lambda segment: segment.began)
    ids = {segment.id for segment in ordered}
    children: dict[str | None, list[Segment]] = {}
    for segment in ordered:
        # What goes on from a segment that is not there, such as the uploading client's, begins a tree too.
        children.setdefault(segment.parent_id if segment.parent_id in ids else None, []).append(segment)

    def below(parent: str | None) -> Iterator[Segment]:
        for segment in children.get(parent, ()):
            yield segment
            yield from below(segment.id)

    return list(below(None))


def depths(segments: Iterable[Segment]) -> dict[str, int]:
    """Return how far each segment of a tree is from its first one, by id."""
    found: dict[str, int] = {}
    for segment in segments:
        found[segment.id] = found.get(segment.parent_id or "", -1) + 1
    return found


def origin(segments: Iterable[Segment]) -> float:
    """Return when the first message was sent, seconds since 1970."""
    return min(segment.sent for segment in segments)
