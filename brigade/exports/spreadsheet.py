"""Cells that a spreadsheet shows as they are, and never takes for a formula. Pure."""

from typing import Any

# With the forms of full width, which some editions read as these: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: Any) -> Any:
    """Return a value for CSV: text that may be a formula gets an apostrophe before it; a number is none."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
