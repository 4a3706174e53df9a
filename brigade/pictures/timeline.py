"""A picture's way as its record tells it: what happened when, and how long it waited and was worked on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from rich.text import Text

from brigade.operations.operation import Entry, Operation
from brigade.tables import Bar
from brigade.terminal import counted, duration
from records.picture import PictureRecord
from services.moderate.actor import MODERATE
from services.normalize.actor import NORMALIZE

_PRECISE_S = 10  # below that, tenths of a second are shown


@dataclass(frozen=True)
class Moment:
    """One thing that happened; ``queued_ms`` and ``worked_ms`` only of an actor's own work."""

    at: datetime
    who: str
    what: str
    queued_ms: int | None = None
    worked_ms: int | None = None
    is_failure: bool = False


Acts = Iterable[tuple[Operation, Entry]]


def moments(record: PictureRecord, master_at: str = "", acts: Acts = ()) -> list[Moment]:
    """Return a record's moments in order of time.

    ``master_at`` is when a master was stored that it does not name, ``acts`` are what operators have recorded of it.
    """
    found = list(_moments(record))
    told = {each.operation for each in record.handled.values()} | {each.operation for each in record.judged.values()}
    for each, entry in acts:
        if each.id not in told:
            what = f"{each.command} {each.where}: {entry.outcome} ({each.by}, {each.id})"
            found.append(Moment(_time(each.begun_at), "operator", what))
    if master_at:
        found.append(Moment(_time(master_at), NORMALIZE.name, "stored its master"))
    return sorted(found, key=lambda moment: moment.at)


def _moments(record: PictureRecord) -> Iterator[Moment]:
    if record.entered_at:
        yield Moment(_time(record.entered_at), "s3", "uploaded")
    for actor, stage in record.stages.items():
        what = f"done after {counted(stage.attempts - 1, 'retry')}" if stage.attempts > 1 else "done"
        if actor == MODERATE.name and record.moderation:
            what += f": {record.moderation}"
        yield Moment(_time(stage.at), actor, what, stage.queued_ms, stage.worked_ms)
    for actor, failure in record.failures.items():
        receives = f", after {failure.attempts} receives" if failure.attempts > 1 else ""
        what = f"gave it up: {failure.reason}{receives}; dead letter"
        yield Moment(_time(failure.at), actor, what, is_failure=True)
    for actor, handled in record.handled.items():
        what = f"{handled.action} {actor}'s dead letter ({handled.by}, {handled.operation})"
        yield Moment(_time(handled.at), "operator", what)
    for judgement, judged in record.judged.items():
        yield Moment(_time(judged.at), "operator", f"{judgement} it ({judged.by}, {judged.operation})")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def rows(record: PictureRecord, master_at: str = "", acts: Acts = ()) -> list[tuple[str | Text | Bar, ...]]:
    """Return the moments as rows of a table: after the upload, who, what, waiting, work, and both drawn to scale."""
    found = moments(record, master_at, acts)
    return [_row(moment, found[0].at, (found[-1].at - found[0].at).total_seconds() or 1) for moment in found]


def _row(moment: Moment, begin: datetime, whole: float) -> tuple[str | Text | Bar, ...]:
    seconds = (moment.at - begin).total_seconds()
    after = f"{seconds:+.1f} s" if seconds < _PRECISE_S else f"+{duration(seconds)}"
    what = Text(moment.what, style="red" if moment.is_failure else "")
    if moment.queued_ms is None or moment.worked_ms is None:
        return after, moment.who, what, "", "", ""
    began = seconds - moment.worked_ms / 1000
    bar = Bar(*(max(time, 0) / whole for time in (began - moment.queued_ms / 1000, began, seconds)))
    return after, moment.who, what, f"{moment.queued_ms} ms", f"{moment.worked_ms} ms", bar


COLUMNS = ("after", "who", "what", "queued", "worked", "░ queued █ worked")
