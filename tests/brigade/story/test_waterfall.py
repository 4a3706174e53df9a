"""A trace as people read it, and as programs do."""

import io
import re
from dataclasses import replace

from rich.console import Console

from brigade.traces import traces, waterfall
from brigade.traces.traces import Segment

BEGIN = 1_763_700_000.0  # 2025-11-21 04:40:00 UTC
INGEST = Segment(
    trace_id="1-691fed20-bd862e3fe1be46a994272793",
    id="a",
    parent_id=None,
    actor="ingest",
    image_id="i1",
    key="in/a.jpg",
    attempt=1,
    began=BEGIN + 0.1,
    ended=BEGIN + 0.2,
    queued_ms=100,
    failure=None,
)
NORMALIZE = replace(
    INGEST,
    id="b",
    parent_id="a",
    actor="normalize",
    attempt=3,
    began=BEGIN + 0.3,
    ended=BEGIN + 0.4,
    failure={"reason": "corrupt-image", "detail": "cut\noff {here}"},
)


def drawn(*segments: Segment) -> list[str]:
    """Return the lines of the drawing, as on a terminal with colours."""
    console = Console(file=io.StringIO(), width=200, force_terminal=True, color_system="standard")
    console.print(waterfall.draw(traces.tree(segments)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


# actor, begun, bar, queued, worked; where there are any, attempt and key
_ROW = re.compile(r"( *\w+) +(\+\S+ \w+)  ( *░*█+) +(\S+ \w+) +(\S+ \w+)(?: +(\d+))?(?: +(\S+))? *")


def plain(*segments: Segment) -> list[list[str]]:
    """Return the cells of the drawing, without colours."""
    console = Console(file=io.StringIO(), width=200)
    console.print(waterfall.draw(traces.tree(segments)))
    assert isinstance(console.file, io.StringIO)
    found = map(_ROW.fullmatch, console.file.getvalue().splitlines())
    return [[cell for cell in row.groups() if cell is not None] for row in found if row]


def test_every_wait_and_all_work_stand_on_one_scale() -> None:
    first, second = plain(INGEST, NORMALIZE)
    assert first[2] == "░" * 10 + "█" * 10
    assert second[2] in (" " * 20 + "░" * 9 + "█" * 10, " " * 20 + "░" * 10 + "█" * 9)  # the whole are 39 characters


def test_a_row_says_who_worked_when_how_long_and_what_failed() -> None:
    first, second = plain(INGEST, NORMALIZE)
    assert [*first[:2], *first[3:]] == ["ingest", "+100 ms", "100 ms", "100 ms", "1"]
    assert [*second[:2], *second[3:]] == ["  normalize", "+300 ms", "100 ms", "100 ms", "3"]
    assert any("normalize, attempt 3  \x1b[31mcorrupt-image: cut\\noff {here}" in line for line in drawn(NORMALIZE))


def test_who_goes_on_from_another_stands_below_it_and_further_in() -> None:
    rows = plain(NORMALIZE, INGEST)
    assert [row[0] for row in rows] == ["ingest", "  normalize"]


def test_a_failure_is_red() -> None:
    line, _ = [line for line in drawn(INGEST, NORMALIZE) if "normalize" in line]
    assert "\x1b[31m█████████" in line
    (line,) = [line for line in drawn(INGEST, NORMALIZE) if "ingest" in line]
    assert "\x1b[31m" not in line


def test_work_too_short_for_the_scale_is_seen_all_the_same() -> None:
    short = replace(NORMALIZE, ended=NORMALIZE.began)
    assert "█" in plain(INGEST, short)[1][2]


def test_a_trace_of_no_length_can_be_drawn() -> None:
    instant = replace(INGEST, ended=INGEST.began, queued_ms=0)
    assert plain(instant)[0][2].strip() == "█"


def test_the_title_names_picture_length_beginning_and_trace() -> None:
    heading = [line.split(maxsplit=1) for line in drawn(INGEST, NORMALIZE)[:4]]
    assert {name: value.strip() for name, value in heading} == {
        "picture": "in/a.jpg",
        "begun": "2025-11-21 04:40:00.000 UTC",
        "took": "400 ms",
        "trace": "1-691fed20-bd862e3fe1be46a994272793",
    }


def test_of_a_trace_of_several_pictures_each_row_says_whose_it_is() -> None:
    other = replace(INGEST, id="c", image_id="i2", key="in/b.jpg")
    assert [row[-1] for row in plain(INGEST, other)] == ["in/a.jpg", "in/b.jpg"]
    assert "2 pictures" in drawn(INGEST, other)[0]


def test_long_times_are_said_in_larger_units() -> None:
    a_day_later = replace(NORMALIZE, began=BEGIN + 86_400 * 3, ended=BEGIN + 86_400 * 3 + 20, queued_ms=20_000)
    row = plain(INGEST, a_day_later)[1]
    assert (row[1], row[3], row[4]) == ("+3 d", "20 s", "20 s")


def test_a_program_gets_times_and_tree_without_drawing() -> None:
    first, second = waterfall.as_json([INGEST, NORMALIZE])
    assert first == {
        "trace_id": "1-691fed20-bd862e3fe1be46a994272793",
        "id": "a",
        "parent_id": None,
        "actor": "ingest",
        "image_id": "i1",
        "key": "in/a.jpg",
        "attempt": 1,
        "began": "2025-11-21T04:40:00.100+00:00",
        "ended": "2025-11-21T04:40:00.200+00:00",
        "queued_ms": 100,
        "worked_ms": 100,
        "offset_ms": 100,
        "failure": None,
    }
    assert (second["parent_id"], second["failure"]["reason"]) == ("a", "corrupt-image")
