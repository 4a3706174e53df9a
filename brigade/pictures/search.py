"""Searching the catalog: which index is asked, and what its records must be besides. Pure: knows no cloud.

The first of these that is given is asked by its index; the others filter what that finds: the camera's serial number,
the time of taking (at most three years of it), the day of the upload, the status. Without any, all statuses' lists are
merged, and what the others filter is read one by one.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from brigade.pictures.catalog import Catalog, Entry, Question
from brigade.terminal import OperatorError
from records.picture import Described, PictureRecord
from records.status import Status
from records.table import BY_SERIAL, BY_STATUS, BY_TAKEN, UNDATED, Index

# A day of taking is a question of its own: with more than three years of them everything is looked at instead.
MOST_DAYS = 3 * 365 + 1
_EVERYTHING = "every record may have to be read: --serial, --taken-from, --day or --status looks at fewer"
_LAST = "~"  # after every character of a time
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is looked for; empty: anything. Texts compare as they are, the make in upper and lower case alike."""

    status: Status | None = None
    day: str = ""  # of the upload, UTC
    recipe: str = ""
    serial: str = ""
    make: str = ""
    taken_from: str = ""  # by the camera's own clock
    taken_to: str = ""  # inclusive: a day to its end
    verdict: str | None = None
    prefix: str = ""  # of the key

    def accepts(self, record: PictureRecord) -> bool:
        camera = record.camera or Described()
        taken_at = camera.taken_at or ""
        return (
            self.status in (None, record.status)
            and record.entered_at.startswith(self.day)
            and self.recipe in ("", record.recipe)
            and self.serial in ("", camera.serial)
            and self.make.casefold() in ("", (camera.make or "").casefold())
            and (not self.taken_from or taken_at >= self.taken_from)
            and (not self.taken_to or "" < taken_at <= self.taken_to + _LAST)
            and self.verdict in (None, record.verdict)
            and record.key.startswith(self.prefix)
        )


@dataclass(frozen=True)
class SearchPlan:
    """The questions to ask, all of one index: merged, or one after the other."""

    questions: tuple[Question, ...]
    in_turn: bool = False
    remark: str = ""  # what the operator must know of it

    @property
    def index(self) -> Index:
        """Whose order the records come in."""
        return self.questions[0].index

    def from_(self, entry: Entry) -> tuple[Question, ...]:
        """Return the questions that are left from an entry on."""
        at = entry[0]
        left = [question for question in self.questions if question.index is not BY_TAKEN or question.value <= at]
        until = (replace(question, high=min(question.high or at, at)) for question in left)
        return tuple(question for question in until if question.low <= question.high)


def plan(filters: Filters, today: date) -> SearchPlan:
    """Choose the index to ask; raises OperatorError where the time of taking ends before it begins."""
    until = filters.taken_to and filters.taken_to + _LAST
    if until and filters.taken_from > until:
        raise OperatorError(
            f"{filters.taken_from} lies after {filters.taken_to}", "let --taken-to come after --taken-from"
        )
    if filters.serial:
        return SearchPlan((Question(BY_SERIAL, filters.serial, filters.taken_from, until),))
    if filters.taken_from and len(days := _days_of_taking(filters, today)) <= MOST_DAYS:
        remark = "" if until else f"looking until {days[0]}: for a clock that is ahead, say --taken-to"
        questions = tuple(Question(BY_TAKEN, day, filters.taken_from, until) for day in days)
        return SearchPlan(questions, in_turn=True, remark=remark)
    statuses = [filters.status] if filters.status else list(Status)
    end = filters.day and filters.day + _LAST
    questions = tuple(Question(BY_STATUS, status.value, filters.day, end) for status in statuses)
    return SearchPlan(questions, remark="" if filters.status or filters.day or filters == Filters() else _EVERYTHING)


def _days_of_taking(filters: Filters, today: date) -> list[str]:
    """Return the days between two times, the last one first."""
    first = date.fromisoformat(filters.taken_from[:10])
    # Where it is tomorrow already, a camera's clock says so too.
    last = date.fromisoformat(filters.taken_to[:10]) if filters.taken_to else today + timedelta(days=1)
    if first > last:
        raise OperatorError(f"{first} lies after {last}", "say with --taken-to how far to look")
    return [(last - timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


def page(
    catalog: Catalog,
    filters: Filters,
    plan: SearchPlan,
    limit: int,
    after: Entry | None = None,
    most: int | None = None,
) -> tuple[list[PictureRecord], Entry | None]:
    """Return at most ``limit`` records after an entry, and the entry after which there are more; None: there are none.

    Where many are filtered out, ``most`` is how many are looked at before it leaves off.
    """
    questions = plan.from_(after) if after else plan.questions
    found: list[PictureRecord] = []
    last = after
    for looked_at, record in enumerate(catalog.ask(*questions, in_turn=plan.in_turn, after=after)):
        is_meant = filters.accepts(record)
        if looked_at == most or (is_meant and len(found) == limit):
            return found, last
        last = entry(record, plan.index)
        found += [record] * is_meant
    return found, None


def entry(record: PictureRecord, index: Index) -> Entry:
    """Return what the index lists of a record: where to go on after it."""
    if index is BY_STATUS:
        return record.entered_at, record.image_id
    return (record.camera and record.camera.taken_at) or UNDATED, record.image_id


def time(text: str) -> str:
    """Read a day, or a time on a day; raises OperatorError."""
    try:
        if _TIME.fullmatch(text):
            datetime.fromisoformat(text).replace(tzinfo=UTC)
            return text
    except ValueError:
        pass
    raise OperatorError(f"{text!r} is no time", "write it as 2026-11-21, or 2026-11-21T05:40")
