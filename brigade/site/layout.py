"""What a page's own CSS says of its pictures: which changes of markup cannot move anything."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import tinycss2
from turbohtml import Document, Element, parse

from brigade.site.places import MARK

# Who leaves its sides to a picture's proportions: then attributes that say the same change nothing.
_FLUID = {"max-width": "100%", "height": "auto"}
_SIDE = re.compile(r"max-width|(?:min-|max-)?height|min-width|aspect-ratio|(?:min-|max-)?(?:block|inline)-size|all")
_BOX = re.compile(r"flex|grid")
# Selectors that go by an element's neighbours, and those that find a <picture> whatever it is for.
_STRUCTURE = re.compile(r"[>+~*]|picture|:(?:nth-|first-|last-|only-|has|empty|not|is|where)|^[\[:]")
_PSEUDO_ELEMENT = re.compile(r"::|:(?:before|after|first-line|first-letter)\b")
_SOMETIMES = {"media", "supports", "container"}


class Unknown(Exception):
    """CSS that is elsewhere, or says more than is understood here."""


@dataclass(frozen=True)
class Rule:
    """One selector with what it declares; ``always``: not on some screens alone."""

    selector: str
    declared: tuple[tuple[str, str], ...]
    always: bool

    def is_for(self, element: Element) -> bool:
        """Whether it applies to an element, or might."""
        try:
            return element.matches(self.selector)
        except ValueError:
            return True

    @property
    def is_harmless(self) -> bool:
        """Whether it changes nothing of an inline box without a border."""
        return all(name == "box-sizing" or name.startswith("--") or value == "0" for name, value in self.declared)


class Layout:
    """The layout of one page, by its sheets; those may raise Unknown. None: something else gives it some."""

    def __init__(self, document: Document, sheets: Iterable[str] | None) -> None:
        self._document = document
        self._rules: list[Rule] = []
        self._is_known = sheets is not None
        try:
            self._rules += (rule for css in sheets or () for rule in _rules(css))
        except Unknown:
            self._is_known = False

    def is_fluid(self, image: Element) -> bool:
        """Whether a picture is as wide as its file or as there is room, in its own proportions, by rules for it."""
        rules = [rule for rule in self._having(lambda name, _: bool(_SIDE.fullmatch(name))) if rule.is_for(image)]
        said = [(each, rule.always) for rule in rules for each in rule.declared]
        said += [(each, True) for each in _declared(str(image.attrs.get("style") or ""))]
        if self.is_boxed(image) or any(_SIDE.fullmatch(n) and v != _FLUID.get(n) for (n, v), _ in said):
            return False
        return set(_FLUID.items()) <= {each for each, always in said if always}

    def is_boxed(self, image: Element) -> bool:
        """Whether a picture is, or may be, an item of a flex container or of a grid."""
        parent = next(each for each in image.ancestors if not is_ours(each))
        if not self._is_known or not isinstance(parent, Element) or _BOX.search(str(parent.attrs.get("style") or "")):
            return True
        boxes = self._having(lambda name, value: name == "display" and bool(_BOX.search(value)))
        return any(rule.is_for(parent) for rule in boxes)

    @cached_property
    def may_wrap(self) -> bool:
        """Whether every rule finds the same elements when the page's pictures have a ``<picture>`` around them.

        Not in columns: there a picture that floats breaks elsewhere if it is in another box.
        """
        if not self._is_known or self._having(lambda name, _: name.startswith("column")):
            return False
        try:
            return self._found(0) == self._found(1) == self._found(2)
        except ValueError:
            return False

    def _having(self, wanted: Callable[[str, str], bool]) -> list[Rule]:
        return [rule for rule in self._rules if any(wanted(*each) for each in rule.declared)]

    def _found(self, sources: int) -> list[set[int]]:
        """Return by number what each rule finds where a ``<picture>`` with so many sources is around each picture.

        -1 is an element of ours, which the rule does not leave as it is.
        """
        document = parse(self._document.html)
        for image in document.find_all("img") if sources else ():
            if not isinstance(image.parent, Element) or image.parent.tag != "picture":
                image.wrap(Element("picture", {MARK: ""}, [Element("source", {}) for _ in range(sources)]))
        others = [each for each in document.find_all(True) if not is_ours(each)]
        numbers = {each: number for number, each in enumerate(others)}
        return [
            {numbers.get(each, -1) for each in document.select(rule.selector)} - ({-1} if rule.is_harmless else set())
            for rule in self._rules
            if _STRUCTURE.search(rule.selector)
        ]


def is_ours(element: Any) -> bool:
    """Whether an element is a ``<picture>`` that was put around a picture, or one of its sources."""
    outer = element.parent if getattr(element, "tag", "") == "source" else element
    return getattr(outer, "tag", "") == "picture" and MARK in outer.attrs


@lru_cache
def _rules(css: str) -> tuple[Rule, ...]:
    """Return the rules of a sheet. Raises Unknown for one that imports others, or has rules in rules."""
    return tuple(_among(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), always=True))


def _among(nodes: Iterable[Any], *, always: bool) -> Iterator[Rule]:
    for node in nodes:
        if node.type == "qualified-rule":
            declared = tuple(_declared(node.content))
            for selector in _selectors(node.prelude):
                if not _PSEUDO_ELEMENT.search(selector):
                    yield Rule(selector, declared, always)
        elif node.type == "at-rule" and node.lower_at_keyword in {"import", "scope"}:
            raise Unknown
        elif node.type == "at-rule" and node.content and node.lower_at_keyword in {*_SOMETIMES, "layer"}:
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            yield from _among(inner, always=always and node.lower_at_keyword == "layer")


def _selectors(prelude: list[Any]) -> Iterator[str]:
    part: list[Any] = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield tinycss2.serialize(part).strip()
            part = []
        elif token.type != "comment":
            part.append(token)
    yield tinycss2.serialize(part).strip()


def _declared(content: Any) -> Iterator[tuple[str, str]]:
    for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration":
            yield node.lower_name, tinycss2.serialize(node.value).strip().lower()
        elif node.type != "error":
            raise Unknown
