"""XMP: the tree that it is, read so that no file can harm its reader. Pure: knows no cloud."""

import re
from xml.etree import ElementTree

from imaging.containers import MAX_PROFILE

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_NO_TEXT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f]")
_UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


def tree(content: bytes) -> ElementTree.Element:
    """Return the root of a packet; one without anything where it is too large, damaged, or declares entities."""
    text = _NO_TEXT.sub(" ", content[: MAX_PROFILE + 1].decode(_UTF_16.get(content[:2], "utf-8"), "replace"))
    nothing = ElementTree.Element("nothing")
    if len(content) > MAX_PROFILE or "<!DOCTYPE" in text:  # where entities that multiply are declared
        return nothing
    try:
        return ElementTree.fromstring(text[text.find("<") : text.rfind(">") + 1])  # noqa: S314 - see above
    except ElementTree.ParseError:
        return nothing
