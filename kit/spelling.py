"""What somebody probably meant who wrote a word that there is not."""

from collections.abc import Iterable
from importlib import import_module


def meant(word: str, known: Iterable[str]) -> str:
    """Return what was probably meant, as the end of a sentence, or nothing."""
    matches = import_module("difflib").get_close_matches  # no function needs it
    lower = {each.lower(): each for each in known}
    close = matches(word.lower(), lower, n=1)
    return f"; did you mean {lower[close[0]]}?" if close else ""
