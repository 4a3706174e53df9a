"""Pictures in Markdown: images, links to pictures, definitions of references, and HTML."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pyromark

from brigade.site.places import Left, Place

_OPTIONS = pyromark.Options.ENABLE_YAML_STYLE_METADATA_BLOCKS | pyromark.Options.ENABLE_TABLES
_BOM = b"\xef\xbb\xbf"
_AFTER_LABEL = re.compile(rb"\]\(\s*(<?)")
_DEFINED = re.compile(rb"\[(?:\\.|[^\]\\])+\]:\s*(<?)", re.DOTALL)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def read(raw: bytes) -> tuple[list[Place], bytes]:
    """Return what a document names in Markdown; and the same document where all but its HTML is blank.

    Raises Left for what is not UTF-8.
    """
    skip = len(_BOM) if raw.startswith(_BOM) else 0
    # A carriage return alone ends a line, too; so all bytes stay where they are.
    try:
        text = raw[skip:].decode().replace("\r\n", " \n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Left("it is not UTF-8") from error
    page = bytearray(re.sub(rb"[^\r\n]", b" ", raw))
    places: list[Place] = []
    used: set[str] = set()
    inside: list[_Open] = []
    for event, where in pyromark.events_with_range(text, options=_OPTIONS):
        start, end = where["start"] + skip, where["end"] + skip
        kind, what = _said(event)
        if kind in {"Html", "InlineHtml"}:
            page[start:end] = raw[start:end]
        elif kind == "Start" and isinstance(what, dict) and what.keys() & {"Image", "Link"}:
            inside.append(_Open(what, start))
            continue
        elif kind == "End" and what in ("Image", "Link"):
            link = inside.pop()
            places += _inline(raw, link, end)
            used |= link.refers_to
        if inside and kind != "Start":
            inside[-1].label = max(inside[-1].label, end)
    return [*places, *_defined(raw, text, skip, used)], bytes(page)


def _defined(raw: bytes, text: str, skip: int, used: set[str]) -> Iterator[Place]:
    """Yield the addresses that the document defines for its images."""
    for name, found in pyromark.reference_definitions(text, options=_OPTIONS).items():
        match = _DEFINED.match(raw, found["span"]["start"] + skip)
        if match and _label(name) in used:
            yield _place(raw, match.end(), found["span"]["end"] + skip, match[1], is_image=True)


class _Open:
    """A link or an image that has begun; ``label`` is where its label ends, as far as is known."""

    def __init__(self, what: dict[str, Any], start: int) -> None:
        self.is_image = "Image" in what
        shown = what["Image" if self.is_image else "Link"]
        self.is_inline = shown["link_type"] == "Inline"
        self.refers_to = {_label(shown["id"])} if self.is_image and not self.is_inline else set()
        self.label = start + 1 + self.is_image


def _label(written: str) -> str:
    return " ".join(written.casefold().split())


def _said(event: Any) -> tuple[str, Any]:
    return (event, None) if isinstance(event, str) else next(iter(event.items()))


def _inline(raw: bytes, link: _Open, end: int) -> Iterator[Place]:
    if link.is_inline and (match := _AFTER_LABEL.match(raw, link.label)):
        yield _place(raw, match.end(), end, match[1], is_image=link.is_image)


def _place(raw: bytes, start: int, end: int, bracket: bytes, *, is_image: bool) -> Place:
    stop = raw.index(b">", start, end) if bracket else _bare(raw, start, end)
    address = unescape(_ESCAPED.sub(r"\1", raw[start:stop].decode()))
    return Place(address, start, stop, shows="widest" if is_image else "master", is_picture=is_image)


def _bare(raw: bytes, at: int, end: int) -> int:
    """Return where an address without angle brackets ends: at a blank, or at a bracket that it has not opened."""
    depth = 0
    while at < end and not raw[at : at + 1].isspace():
        byte = raw[at : at + 1]
        if byte == b")" and not depth:
            break
        depth += (byte == b"(") - (byte == b")")
        at += 2 if byte == b"\\" else 1
    return at
