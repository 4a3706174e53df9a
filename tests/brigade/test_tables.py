"""Tables on a terminal of 80 columns: whatever they hold, they fit, and lose nothing that tells things apart."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from brigade.tables import facts, shortened, table
from brigade.terminal import out
from tests.brigade.conftest import WIDTH

IDENTITY = "00000007-129e-5039-8fa1-2c17daa83825"
OPERATION = "20261128T161024Z-15d"
_words = st.text("abcdefghij 水é[]…", max_size=60)


@given(st.sampled_from(("key", "detail", "path")), st.lists(st.tuples(*[_words] * 4), min_size=1, max_size=4))
@pytest.mark.usefixtures("terminal")
def test_no_table_is_wider_than_the_terminal_whatever_it_holds(column: str, rows: list[tuple[str, ...]]) -> None:
    built = table("t", (column, "status", "what", "id"), [(*row[:3], IDENTITY) for row in rows])
    with out.capture() as seen:
        out.print(built, facts({"one": rows[0][0], "two": rows[0][1]}))
    lines = seen.get().splitlines()
    assert max(map(cell_len, lines)) <= WIDTH
    assert sum("00000007" in line for line in lines) == len(rows)  # an id is never cut, and stands in its row's line


_names = st.text("abcdefgh ij", max_size=30)


@given(st.lists(st.tuples(*[_names] * 5), min_size=1, max_size=3))
@pytest.mark.usefixtures("terminal")
def test_no_table_loses_a_letter_but_in_the_middle_of_a_key(rows: list[tuple[str, ...]]) -> None:
    columns = ("command", "where", "count", "what came of them", "by", "id")
    with out.capture() as seen:
        out.print(table("", columns, [(*row, OPERATION) for row in rows]))
    meant = "".join(("".join(columns), *map("".join, rows), OPERATION * len(rows)))
    assert sorted(seen.get().replace("\n", "").replace(" ", "")) == sorted(meant.replace(" ", ""))


@given(st.text("ab水é", min_size=0, max_size=40), st.integers(3, 40))
def test_what_is_shortened_keeps_its_two_ends(text: str, width: int) -> None:
    cut = shortened(text, width)
    assert cell_len(cut) <= width
    begin, dots, end = cut.partition("…")
    assert text.startswith(begin)
    assert text.endswith(end)
    assert bool(dots) == (cell_len(text) > width)


def test_all_tables_are_of_this_kind() -> None:
    """So that what holds of one table holds of every command's."""
    root = Path(__file__).parents[2] / "brigade"
    builders = {path.relative_to(root).as_posix() for path in root.rglob("*.py") if " Table(" in path.read_text()}
    assert builders == {"tables.py"}
