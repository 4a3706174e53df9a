"""relay: the wiring."""

from collections.abc import Iterator

from kit.events import ImageSettled
from kit.function import Function, Site
from kit.letter import Letter
from services.relay.actor import RELAY


def act(letter: Letter[ImageSettled], *, site: Site) -> Iterator[ImageSettled]:
    """Say it."""
    del site
    yield letter.event


handle = Function(RELAY, act)
