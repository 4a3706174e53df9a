"""Pictures in HTML, where turbohtml finds them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

from turbohtml import Document, Element, SourceLocation, parse

from brigade.site import in_css
from brigade.site.layout import is_ours
from brigade.site.places import MARK, Image, Place

# Addresses that no page shows as an <img>.
_ADDRESSES = {
    ("a", "href"),
    ("amp-img", "src"),
    ("image", "href"),
    ("image", "xlink:href"),
    ("input", "src"),
    ("object", "data"),
    ("video", "poster"),
}
_MAY_BE_OTHERS = {"a", "object"}
_META = {
    "og:image",
    "og:image:url",
    "og:image:secure_url",
    "twitter:image",
    "twitter:image:src",
    "image",
    "thumbnailurl",
}
_HAVE_CANDIDATES = {"img", "source", "amp-img"}
_CANDIDATE = re.compile(r"[\s,]*([^\s,](?:[^\s]*[^\s,])?)(?:\s+[^,]+)?\s*(?:,|$)")
_VALUE = re.compile(rb"[^=]+=\s*([\"']?)")
_NO_VALUE = re.compile(rb"\s*=")
_NO_NAME = re.compile(r"[{}%$<>\"'|]")  # what an attribute's name has where a template writes the tag
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.I)


class Page:
    """An HTML document: ``raw`` as it lies there, ``markup`` with all else than HTML blank, byte for byte."""

    def __init__(self, raw: bytes, markup: bytes) -> None:
        self.raw = raw
        # One character a byte, whatever the encoding; to a parser a CR is a blank like any other.
        self.document: Document = parse(markup.decode("latin-1").replace("\r", " "), source_locations=True)
        declared = _CHARSET.search(raw[:2048])
        self.encoding = declared[1].decode() if declared else "utf-8"
        base = self.document.select_one("base[href]")
        self.base = value(base, "href") if base else ""

    def places(self) -> Iterator[Place]:
        """Yield what it names, in no order."""
        for element in self.document.find_all(True):
            if location := element.source_location:
                yield from self._of(element, location)

    def _of(self, element: Element, location: SourceLocation) -> Iterator[Place]:
        is_template = any(map(_NO_NAME.search, location.attrs))
        for name in location.attrs:
            for place in self._attribute(element, location, name):
                yield replace(place, is_template=is_template, base=self.base)
        if element.tag == "style" and location.start_tag and location.end_tag:
            for place in in_css.places(self.raw, location.start_tag.end_offset, location.end_tag.start_offset):
                yield replace(place, base=self.base)

    def _attribute(self, element: Element, location: SourceLocation, name: str) -> Iterator[Place]:
        tag, span = element.tag, location.attrs[name]
        found = _VALUE.match(self.raw, span.start_offset, span.end_offset)
        if not found:
            return
        start, quote = found.end(), found[1]
        end = span.end_offset - len(quote)
        if tag == "img" and name == "src":
            yield replace(self._place(start, end, quote), image=_image(self.raw, element, location))
        elif tag in _HAVE_CANDIDATES and name == "srcset" and not _generated(element):
            yield from (replace(each, media_type=value(element, "type")) for each in self._choice(start, end, quote))
        elif (tag, name) in _ADDRESSES:
            yield replace(self._place(start, end, quote), is_picture=tag not in _MAY_BE_OTHERS)
        elif tag == "meta" and name == "content" and _property(element) in _META:
            yield replace(self._place(start, end, quote), shows="widest")
        elif name == "style":
            yield from in_css.places(self.raw, start, end, "css")

    def _choice(self, start: int, end: int, quote: bytes) -> Iterator[Place]:
        for match in _CANDIDATE.finditer(self.raw[start:end].decode("latin-1")):
            if quote or match.end(1) == end - start:  # without quotes, the whole of it gets some
                yield self._place(start + match.start(1), start + match.end(1), quote)

    def _place(self, start: int, end: int, quote: bytes) -> Place:
        written = self.raw[start:end]
        try:
            text = written.decode(self.encoding)
        except (UnicodeDecodeError, LookupError):
            text = written.decode("cp1252", "replace")
        return Place(unescape(text).strip(), start, end, language="quoted" if quote else "markup")


def _image(raw: bytes, element: Element, location: SourceLocation) -> Image:
    start, end = _tag(location)
    after = max(span.end_offset for span in location.attrs.values())
    outer: Any = element.parent
    is_wrapped = getattr(outer, "tag", "") == "picture"
    return Image(
        start=start,
        end=end,
        after=start + len("<img") if _NO_VALUE.match(raw, after) else after,
        spans={name: (span.start_offset, span.end_offset) for name, span in location.attrs.items()},
        element=element,
        ours=value(element, MARK).split(),
        sources=(_tag(outer.source_location)[1], start) if is_ours(outer) else None,
        is_wrapped=is_wrapped and not is_ours(outer),
    )


def _tag(location: Any) -> tuple[int, int]:
    """Return where an element's start tag begins and ends."""
    return location.start_tag.start_offset, location.start_tag.end_offset


def _generated(element: Element) -> bool:
    """Whether we have made this srcset."""
    return is_ours(element) or "srcset" in value(element, MARK).split()


def _property(element: Element) -> str:
    return (value(element, "property") or value(element, "name") or value(element, "itemprop")).lower()


def value(element: Element, name: str) -> str:
    """Return an attribute as text; empty where it is not there."""
    said = element.attrs.get(name) or ""
    return said if isinstance(said, str) else " ".join(said)
