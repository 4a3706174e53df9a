"""What the generated pages share: tables, places for them in pages, and what the sources say about a field."""

import inspect
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

# To find a class Python parses its whole module again.
_source: Final = cache(inspect.getsource)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    cells = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells)


def fill(page: str, kind: str, text: Callable[[str], str]) -> str:
    """Return a page that is otherwise written by hand with its generated parts anew, each given by its name.

    Each stands between ``<!-- kind: name -->`` and ``<!-- end -->``.
    """
    marked = re.compile(rf"(<!-- {kind}: ([a-z-]+) -->\n)(?:(?!<!-- ).)*(<!-- end -->)", re.DOTALL)
    return marked.sub(lambda found: found[1] + text(found[2]) + "\n" + found[3], page)


def comment(struct: type, field: str) -> str:
    """Return the comment at the end of a struct's field's line, or nothing."""
    for owner in struct.__mro__:
        if field in vars(owner).get("__annotations__", {}):
            line = re.search(rf"^    {field}: .*?  # (.+)$", _source(owner), re.MULTILINE)
            return line[1] if line else ""
    return ""
