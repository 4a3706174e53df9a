"""Which index a search asks, and what its filters let through."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from brigade.pictures import search
from brigade.pictures.catalog import Question
from brigade.pictures.search import MOST_DAYS, Filters, entry, plan
from brigade.terminal import OperatorError
from records.picture import Described, Moderated, PictureRecord
from records.status import Status
from records.table import BY_SERIAL, BY_STATUS, BY_TAKEN, UNDATED

TODAY = date(2026, 11, 21)
MODERATED = Moderated(mode="flag", verdict="accepted", contains_nudity=False, confidence=3)
RECORD = PictureRecord(
    image_id="id",
    status=Status.READY,
    entered_at="2026-11-21T08:00:00.000Z",
    recipe="default",
    camera=Described(make="RECONYX", serial="P800", taken_at="2010-11-06T04:04:00"),
    moderation=MODERATED,
)
BARE = replace(RECORD, camera=None, moderation=None, entered_at="")


@pytest.mark.parametrize(
    ("filters", "asked"),
    [
        (Filters(serial="P800", status=Status.READY), [Question(BY_SERIAL, "P800")]),
        (
            Filters(serial="P800", taken_from="2010-11", taken_to="2010-12"),
            [Question(BY_SERIAL, "P800", "2010-11", "2010-12~")],
        ),
        (
            Filters(taken_from="2026-11-20", taken_to="2026-11-21", day="2026-11-21"),
            [
                Question(BY_TAKEN, "2026-11-21", "2026-11-20", "2026-11-21~"),
                Question(BY_TAKEN, "2026-11-20", "2026-11-20", "2026-11-21~"),
            ],
        ),
        (Filters(status=Status.FAILED), [Question(BY_STATUS, "FAILED")]),
        (
            Filters(status=Status.FAILED, day="2026-11-21"),
            [Question(BY_STATUS, "FAILED", "2026-11-21", "2026-11-21~")],
        ),
        (Filters(make="RECONYX"), [Question(BY_STATUS, status.value) for status in Status]),
        (Filters(taken_to="2026-11-21"), [Question(BY_STATUS, status.value) for status in Status]),
    ],
)
def test_the_most_telling_filter_has_its_index_asked(filters: Filters, asked: list[Question]) -> None:
    assert list(plan(filters, TODAY).questions) == asked


def test_without_an_end_days_go_to_tomorrow_and_the_operator_hears_that() -> None:
    found = plan(Filters(taken_from="2026-11-21T05:00"), TODAY)
    assert [question.value for question in found.questions] == ["2026-11-22", "2026-11-21"]
    assert found.in_turn
    assert found.remark == "looking until 2026-11-22: for a clock that is ahead, say --taken-to"
    assert plan(Filters(taken_from="2026-11-21", taken_to="2028-01-01"), TODAY).remark == ""


def test_a_clock_that_is_ahead_is_asked_for_with_its_end() -> None:
    with pytest.raises(OperatorError, match="2031-01-01 lies after 2026-11-22 — say with --taken-to how far to look"):
        plan(Filters(taken_from="2031-01-01"), TODAY)
    assert len(plan(Filters(taken_from="2031-01-01", taken_to="2031-01-02"), TODAY).questions) == 2


def test_more_days_than_three_years_have_are_not_asked_one_by_one() -> None:
    within = plan(Filters(taken_from="2026-01-01", taken_to="2028-12-31"), TODAY)
    assert (within.index, len(within.questions), within.remark) == (BY_TAKEN, MOST_DAYS, "")
    beyond = plan(Filters(taken_from="2026-01-01", taken_to="2029-01-01"), TODAY)
    assert (beyond.index, beyond.in_turn) == (BY_STATUS, False)
    assert beyond.remark.startswith("every record may have to be read")


@pytest.mark.parametrize("serial", ["", "P800"])
@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-05-01", "2026-01-01"),
        ("2026-05-01T10:00", "2026-05-01T09:00"),
        ("2026-05-01T10:00:01", "2026-05-01T10:00:00"),
    ],
)
def test_an_end_before_its_beginning_is_an_error(since: str, until: str, serial: str) -> None:
    with pytest.raises(OperatorError, match=f"{since} lies after {until} — let --taken-to come after --taken-from"):
        plan(Filters(serial=serial, taken_from=since, taken_to=until), TODAY)


def test_an_end_in_the_minute_or_on_the_day_of_its_beginning_is_none() -> None:
    for since, until in (("2026-05-01T10:00", "2026-05-01"), ("2026-05-01T10:00:30", "2026-05-01T10:00")):
        assert len(plan(Filters(taken_from=since, taken_to=until), TODAY).questions) == 1


@pytest.mark.parametrize("narrow", [{}, {"status": Status.READY}, {"day": "2026-11-21"}, {"serial": "P800"}])
@pytest.mark.parametrize(
    "filters", [{}, {"make": "RECONYX"}, {"recipe": "default"}, {"verdict": "refused"}, {"taken_to": "2026-11-21"}]
)
def test_that_everything_may_be_read_is_said_where_it_may(narrow: dict[str, Any], filters: dict[str, Any]) -> None:
    everything = bool(filters) and not narrow
    assert bool(plan(Filters(**narrow, **filters), TODAY).remark) is everything


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(status=Status.READY),
        Filters(day="2026-11-21"),
        Filters(recipe="default"),
        Filters(serial="P800"),
        Filters(make="Reconyx"),
        Filters(taken_from="2010-11-06"),
        Filters(taken_from="2010-11-06T04:04"),
        Filters(taken_to="2010-11-06"),
        Filters(taken_to="2010-11-06T04:04"),
        Filters(verdict="accepted"),
    ],
)
def test_what_is_looked_for_is_found(filters: Filters) -> None:
    assert filters.accepts(RECORD)
    assert filters.accepts(BARE) is (filters in (Filters(), Filters(status=Status.READY), Filters(recipe="default")))


@pytest.mark.parametrize(
    "filters",
    [
        Filters(status=Status.FAILED),
        Filters(day="2026-11-20"),
        Filters(recipe="training"),
        Filters(serial="P80"),
        Filters(make="RECON"),
        Filters(taken_from="2010-11-06T04:05"),
        Filters(taken_to="2010-11-06T04:03"),
        Filters(verdict="refused"),
    ],
)
def test_what_is_not_looked_for_is_left_out(filters: Filters) -> None:
    assert not filters.accepts(RECORD)


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(DAYS, DAYS, st.datetimes().map(lambda taken: taken.isoformat(timespec="seconds")))
def test_every_time_between_two_days_is_in_the_list_of_one_of_them(first: date, last: date, taken_at: str) -> None:
    first, last = sorted((first, last))
    filters = Filters(taken_from=first.isoformat(), taken_to=last.isoformat())
    record = replace(RECORD, camera=Described(taken_at=taken_at))
    lists = [
        question
        for question in plan(filters, TODAY).questions
        if question.value == taken_at[:10] and question.low <= taken_at <= question.high
    ]
    assert len(lists) == filters.accepts(record) == (first.isoformat() <= taken_at[:10] <= last.isoformat())


def test_going_on_after_a_picture_asks_for_nothing_newer() -> None:
    taken = plan(Filters(taken_from="2026-11-19", taken_to="2026-11-21"), TODAY)
    left = taken.from_(("2026-11-20T12:00:00", "id"))
    assert [(question.value, question.high) for question in left] == [
        ("2026-11-20", "2026-11-20T12:00:00"),
        ("2026-11-19", "2026-11-20T12:00:00"),
    ]
    assert plan(Filters(status=Status.READY), TODAY).from_(("2026", "id")) == (
        Question(BY_STATUS, "READY", high="2026"),
    )


@pytest.mark.parametrize(
    ("filters", "at"),
    [
        (Filters(day="2026-11-21"), "2026-11-20T08:00:00.000Z"),
        (Filters(status=Status.READY, day="2026-11-21"), "2026-11-20T08:00:00.000Z"),
        (Filters(serial="P800", taken_from="2026-11-21"), "2026-11-20T12:00:00"),
        (Filters(taken_from="2026-11-21T08:00"), "2026-11-21T07:00:00"),
    ],
)
def test_going_on_after_a_picture_from_before_all_that_is_looked_for_asks_nothing(filters: Filters, at: str) -> None:
    assert plan(filters, TODAY).from_((at, "id")) == ()


def test_a_picture_is_listed_under_its_upload_or_its_taking() -> None:
    assert entry(RECORD, BY_STATUS) == ("2026-11-21T08:00:00.000Z", "id")
    assert entry(RECORD, BY_SERIAL) == ("2010-11-06T04:04:00", "id")
    assert entry(replace(RECORD, camera=Described(serial="P800")), BY_SERIAL) == (UNDATED, "id")
    assert entry(BARE, BY_STATUS) == ("", "id")


@pytest.mark.parametrize("text", ["2026-11-21", "2026-11-21T05:40", "2026-11-21T05:40:59"])
def test_a_time_that_is_typed_is_read(text: str) -> None:
    assert search.time(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-21 05:40", "is no time — write it as 2026-11-21, or 2026-11-21T05:40"),
        ("2026-11-21T25:00", "is no time"),
        ("2026-11-21T05:40+01:00", "is no time"),
    ],
)
def test_what_means_nothing_is_an_error_that_says_how_to_write_it(text: str, said: str) -> None:
    with pytest.raises(OperatorError, match=said):
        search.time(text)
