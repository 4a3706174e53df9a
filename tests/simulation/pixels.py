"""Tiny pictures, and work on their pixels that is done once: the same file and recipe always give the same outputs."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from PIL import ExifTags, Image

from imaging.recipes import Recipes, parse
from kit import envelope
from services.describe.extractors import by_pillow
from services.moderate.opinion import Opinion
from services.normalize import handler as normalize
from services.normalize.pixels import normalize as normalized
from services.resize import handler as resize
from services.resize.renditions import make


def _file(colour: str, format_: str) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = f"the {colour} camera"
    Image.new("RGB", (8, 8), colour).save(out, format_, exif=exif)
    return out.getvalue()


# What is uploaded, by the word for it in a run's story. Moderation takes red for nudity.
CONTENTS = {
    "green": _file("green", "PNG"),
    "blue": _file("blue", "JPEG"),
    "red": _file("red", "PNG"),
    "broken": _file("blue", "JPEG")[:-30],
    "text": b"no picture at all",
}
_RECIPES = """
[[recipe]]
name = "gated"
prefix = "gated/"
moderation = "gate"
{more}
rendition = [{renditions}]

[[recipe]]
name = "flagged"
prefix = "flagged/"
moderation = "flag"
rendition = [{renditions}]

[[recipe]]
name = "plain"
{more}
rendition = [{renditions}]
"""


def _recipes(*renditions: str, more: str = "") -> Recipes:
    return parse(_RECIPES.format(renditions=", ".join(renditions), more=more))


_SMALL, _WIDE = '{ name = "small", width = 4, height = 4 }', '{ name = "wide", width = 6, height = 6 }'
# The recipes that are deployed in turn: another size, another name, another master.
RECIPES = {
    "A": _recipes(_SMALL),
    "B": _recipes(_SMALL, _WIDE),
    "C": _recipes('{ name = "small", width = 3, height = 3 }', more='keep = ["artist"]'),
}


def opinion(content: bytes) -> Opinion:
    """Be the moderation engine."""
    return Opinion(confidence=_redness(content), model="simulated", version="1")


@cache
def _redness(content: bytes) -> int:
    red, green, blue = Image.open(io.BytesIO(content)).convert("RGB").getpixel((4, 4))  # type: ignore[misc]
    return 50 if red > green + blue else 0


class _Serial:
    """A pool of threads that has none: the order of what resize stores is then always the same."""

    def __init__(self, _: int) -> None: ...

    def __enter__(self) -> "_Serial":
        return self

    def __exit__(self, *_: object) -> None: ...

    def submit(self, work: Callable[..., Any], *args: Any) -> "_Done":
        return _Done(work(*args))


class _Done:
    def __init__(self, value: Any) -> None:
        self._value = value

    def result(self) -> Any:
        return self._value


def _once(work: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same work, remembered by what it is given; what it raises too."""

    @cache
    def attempt(*given: Any) -> tuple[Any, Exception | None]:
        try:
            return work(*given), None
        except Exception as error:  # noqa: BLE001 - raised again below
            return None, error

    def remembered(*given: Any) -> Any:
        value, error = attempt(*given)
        if error:
            raise error.with_traceback(None)
        return value

    return remembered


_normalize = _once(normalized)
_make = _once(lambda content, recipe, focus: tuple(make(content, recipe, focus)))
extract = _once(by_pillow)


class Time:
    """The clock on the wall of a simulation: ``now`` as datetime's, some seconds after the beginning."""

    BEGAN = datetime.fromisoformat("2026-11-28T12:00:00+00:00")

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds

    def now(self, _: Any = None) -> datetime:
        return self.BEGAN + timedelta(seconds=self._seconds())


@contextmanager
def simulated(time: Time) -> Iterator[None]:
    """Let the actors work with remembered pixels, without threads, and by that clock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(normalize, "normalize", _normalize)
        patch.setattr(resize, "make", _make)
        patch.setattr(resize, "ThreadPoolExecutor", _Serial)
        patch.setattr(envelope, "datetime", time)
        yield
