"""Tables for people, without lines between columns: content before ids, long keys shortened in their middle.

Where no terminal limits it, everything is there in full: `brigade ls | grep` must find ids.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from brigade.terminal import out, printable

# What tells these apart stands at their two ends.
_MIDDLE = {"key", "picture", "path", "file", "value"}
_SHORTEST, _LONGEST = 12, 40  # characters of such a text at least, and of a bar at most
_GAP = 2  # characters between columns
_WHOLE = 22  # characters of a column's longest cell that is not folded
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBER = re.compile(r"[+-]?[\d.,]+( (ms|s|min|h|d|B|kB|MB|%))?|–|")


class Middle:
    """One line of text that gives up its middle where it is too long."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __rich_measure__(self, *_: object) -> Measurement:
        return Measurement(min(cell_len(self.text), _SHORTEST), cell_len(self.text))

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(shortened(self.text, options.max_width), no_wrap=True)


def shortened(text: str, width: int) -> str:
    """Return a text of at most so many cells: what is too long has … in its middle."""
    if cell_len(text) <= width:
        return text
    begin = set_cell_size(text, (width - 1) // 2).rstrip()
    end = text
    while cell_len(end) > width - 1 - cell_len(begin):
        end = end[1:]
    return f"{begin}…{end}"


class Bar:
    """A wait (pale), then work, drawn to scale: when each began and ended, as shares of the whole, 0 to 1."""

    def __init__(self, *shares: float, style: str = "green") -> None:
        self.shares = shares
        self.style = style

    def __rich_measure__(self, *_: object) -> Measurement:
        return Measurement(_SHORTEST, _LONGEST)

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        # No work is too short to be seen.
        width = min(options.max_width, _LONGEST) - 1
        sent, began, ended = (round(width * share) for share in self.shares)
        waited = ("░" * (began - sent), "dim")
        yield Text.assemble(" " * sent, waited, ("█" * max(ended - began, 1), self.style), no_wrap=True)


def short(identity: str) -> str:
    """Return the first eight characters of an image's or message's id on a terminal: every command takes them."""
    return identity[:8] if out.is_terminal and _UUID.fullmatch(identity) else identity


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str | Text | Bar]]) -> Table:
    """Return a table to print. Strings are shown as they are, whatever brackets they hold.

    Numbers stand on the right. Where the screen is too narrow, long texts are folded, and keys lose their middle.
    """
    cells = [list(row) for row in rows]
    heading = Text(printable(title), style="bold") if title else None
    built = Table(title=heading, title_justify="left", box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    longest = [max(map(cell_len, (column, *(short(str(row[n])) for row in cells)))) for n, column in enumerate(columns)]
    whole = _whole(columns, longest)
    for number, column in enumerate(columns):
        numeric = all(_NUMBER.fullmatch(str(row[number])) for row in cells)
        no_wrap = column == "id" or number in whole
        built.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=no_wrap)
    for row in cells:
        built.add_row(*(_cell(column, cell) for column, cell in zip(columns, row, strict=True)))
    return built


def _whole(columns: Sequence[str], longest: Sequence[int]) -> set[int]:
    """Return which columns stay on one line: of the short ones as many as the screen has room for."""
    short = sorted(
        (n for n, column in enumerate(columns) if column not in {"id", *_MIDDLE} and longest[n] <= _WHOLE),
        key=lambda n: longest[n],
    )

    def needed() -> int:
        one_line = {*short, *(n for n, column in enumerate(columns) if column == "id")}
        return sum(length if n in one_line else min(length, _SHORTEST) for n, length in enumerate(longest))

    while short and needed() + _GAP * (len(columns) - 1) > out.width:
        short.pop()
    return set(short)


def _cell(column: str, cell: str | Text | Bar) -> Text | Middle | Bar:
    if not isinstance(cell, str):
        return cell
    if column in _MIDDLE:
        return Middle(printable(cell))
    return Text(short(cell) if column == "id" else printable(cell))


def facts(rows: Mapping[str, str | Text | None]) -> Table:
    """Return named facts to print, a line each; what is not known is left away."""
    built = Table.grid(padding=(0, 2, 0, 0))
    built.add_column(no_wrap=True)
    built.add_column(overflow="fold")
    for name, value in rows.items():
        if value:
            built.add_row(name, Text(printable(value)) if isinstance(value, str) else value)
    return built
