"""Where in a TOML text something stands. TOML readers keep no line numbers, so the text is walked again."""

import re
from collections.abc import Iterator

_STEP = re.compile(r"\.(\w+)(?:\[(\d+)\])?")
# Strings and comments are passed over whole, so that brackets in them do not count.
_MARK = re.compile(r"""\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[\[\]{}]|\n""", re.DOTALL)


def line_of(text: str, reason: str, place: str) -> int:
    """Return the line, counted from 1, of what a validation error speaks of.

    ``place`` is msgspec's path (``$.recipe[0].rendition[2].fit``); words in backticks in ``reason`` are sought too.
    A table is found by counting its headers, or its braces where it is written on one line.
    """
    lines = text.splitlines()
    start, end, header = 0, len(lines), ""
    for word, index in _STEP.findall(place):
        header = f"{header}.{word}".lstrip(".")
        if index:
            start, end = _nth_table(lines, header, int(index), start, end)
    words = re.findall(r"`(\w+)`", reason) + [word for word, _ in reversed(_STEP.findall(place))]
    end = _next_header(lines, start, end)
    return next((number for word in words if (number := _key(lines, word, start, end)) is not None), start) + 1


def _nth_table(lines: list[str], header: str, index: int, start: int, end: int) -> tuple[int, int]:
    """Return where a table begins and where all that belongs to it ends, within the lines of what it belongs to."""
    headers = [i for i in range(start, end) if lines[i].strip().startswith(f"[[{header}]]")]
    if index < len(headers):
        return headers[index], (*headers, end)[index + 1]
    opening = _key(lines, header.rpartition(".")[2], start, _next_header(lines, start, end))
    if opening is None:
        return start, end
    braces = list(_braces("\n".join(lines[opening:end])))
    line = opening + (braces[index] if index < len(braces) else 0)
    return line, line + 1


def _next_header(lines: list[str], start: int, end: int) -> int:
    return next((i for i in range(start + 1, end) if lines[i].lstrip().startswith("[[")), end)


def _key(lines: list[str], word: str, start: int, end: int) -> int | None:
    return next((i for i in range(start, end) if re.match(rf"\s*{word}\s*=", lines[i])), None)


def _braces(text: str) -> Iterator[int]:
    """Yield the line, counted from 0, of each table in the array that the text begins with."""
    line = depth = 0
    for mark in _MARK.findall(text):
        if mark == "{" and depth == 1:
            yield line
        depth += (mark in ("[", "{")) - (mark in ("]", "}"))
        line += mark.count("\n")
        if mark == "]" and depth == 0:
            return
