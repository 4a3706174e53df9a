"""Pictures in style sheets: ``url()`` and the strings of ``image-set()``."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any, Literal

import tinycss2

from brigade.site.places import Place

_STRING = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_TOKEN = re.compile(r"url\(\s*(?:" + _STRING + r"|(?:\\.|[^)\\])*)\s*\)|" + _STRING, re.IGNORECASE | re.DOTALL)

_REFERENCE = re.compile(r"(&quot;|&apos;|&#3[49];)(.*?)\1")  # how an attribute's value writes its own quotes


def places(
    raw: bytes, start: int = 0, end: int | None = None, language: Literal["css", "sheet"] = "sheet"
) -> Iterator[Place]:
    """Yield what the CSS in bytes ``start`` to ``end`` of a document names; not all of that are pictures."""
    css = raw[start:end]
    # One character a byte, and one kind of line end: so lines and columns lead back to bytes.
    text = css.decode("latin-1").replace("\r", " ").replace("\f", " ")
    if language == "css":
        text = _REFERENCE.sub(_as_string, text)
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    for node, url in _urls(tinycss2.parse_component_value_list(text)):
        at = lines[node.source_line - 1] + node.source_column - 1
        if token := _TOKEN.match(text, at):
            address = url.encode("latin-1", "replace").decode("utf-8", "replace")
            address = unescape(address) if language == "css" else address
            yield Place(address, start + at, start + token.end(), language=language, is_picture=False)


def _as_string(quoted: re.Match[str]) -> str:
    blank = " " * (len(quoted[1]) - 1)
    return f'{blank}"{quoted[2]}"{blank}'


def _urls(nodes: Iterable[Any], function: str = "") -> Iterator[tuple[Any, str]]:
    for node in nodes:
        if node.type == "url" or (node.type == "string" and function.endswith("image-set")):
            yield node, node.value
        elif node.type == "function" and node.lower_name == "url":
            yield from ((node, each.value) for each in node.arguments if each.type == "string")
        elif node.type == "function":
            yield from _urls(node.arguments, node.lower_name)
        elif node.type in {"{} block", "[] block", "() block"}:
            yield from _urls(node.content)
