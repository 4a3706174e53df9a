"""What the generated pages share: tables, and what the sources say about a field."""

import inspect
import re
from collections.abc import Iterable


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    cells = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells)


def comment(struct: type, field: str) -> str:
    """Return the comment at the end of a struct's field's line, or nothing."""
    for owner in struct.__mro__:
        if field in vars(owner).get("__annotations__", {}):
            line = re.search(rf"^    {field}: .*?  # (.+)$", inspect.getsource(owner), re.MULTILINE)
            return line[1] if line else ""
    return ""
