"""Places where documents name pictures, to the byte."""

import re
from dataclasses import dataclass
from html import escape
from typing import Literal, NamedTuple

from turbohtml import Element

from imaging.formats import SUFFIXES

MARK = "data-brigade"  # an <img> with what was added to it, and a <picture> that was put around it
_TEMPLATE = re.compile(r"\{[{%#]|<[%?]|\$\{|[%}]\}")


class Edit(NamedTuple):
    """Bytes ``start`` to ``end`` of a document give way to others."""

    start: int
    end: int
    new: bytes


class Left(Exception):
    """A picture stays as it is; the text says why."""


@dataclass(frozen=True)
class Image:
    """An ``<img>``: the first and last byte of its tag and of each of its attributes.

    ``after`` is where attributes may be added, ``ours`` are those that were; ``sources`` the bytes between our own
    ``<picture>`` and it, None where there is none. ``is_wrapped``: it is in a ``<picture>`` of the author's.
    """

    start: int
    end: int
    after: int
    spans: dict[str, tuple[int, int]]
    element: Element
    ours: list[str]
    sources: tuple[int, int] | None
    is_wrapped: bool


@dataclass(frozen=True)
class Place:
    """Bytes ``start`` to ``end`` hold an address, as its language writes it.

    ``shows``: the place wants the picture as large as the file is (master), or as large as pages show it (widest).
    """

    address: str
    start: int
    end: int
    shows: Literal["master", "widest"] = "master"
    language: Literal["markup", "quoted", "css", "sheet"] = "quoted"
    image: Image | None = None
    is_picture: bool = True  # whatever the address looks like
    is_template: bool = False  # a program fills its tag in
    media_type: str = ""  # of the files that it may show, where its document says one
    base: str = ""  # what it is relative to, if not to its document

    @property
    def is_filled_in(self) -> bool:
        """Whether a program writes the address, or its tag."""
        return self.is_template or bool(_TEMPLATE.search(self.address))

    @property
    def looks_like_one(self) -> bool:
        """Whether this is, by its place or by its name, a picture."""
        return self.is_picture or has_picture_name(self.address.split("?")[0].split("#")[0])

    def written(self, url: str) -> Edit:
        """Return the edit that puts a URL, which is percent-encoded, in its place."""
        text = url if self.language == "sheet" else escape(url)
        forms = {"markup": f'"{text}"', "quoted": text, "css": f"url({text})", "sheet": f"url({text})"}
        return Edit(self.start, self.end, forms[self.language].encode())


def has_picture_name(path: str) -> bool:
    """Whether a name ends as those of pictures do that the pipeline reads."""
    return path[path.rfind(".") :].lower() in SUFFIXES


def applied(raw: bytes, edits: list[Edit]) -> bytes:
    """Return a document with its edits; those at one place come in their order. No two may overlap."""
    parts, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        if start < at:
            raise ValueError(f"two edits overlap at byte {start}")
        parts += [raw[at:start], new]
        at = end
    return b"".join((*parts, raw[at:]))
