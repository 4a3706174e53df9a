"""What is wrong with a recipe, in the words of who wrote it: which recipe, rendition and field, and what is allowed."""

import re
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Meta

from imaging.effects import Effect
from imaging.recipes import Recipe, Recipes, Rendition
from kit.spelling import meant

_PLACE = re.compile(r"\.(\w+)(?:\[(\d+)\])?")
_KINDS: dict[str, Any] = {"recipe": Recipe, "rendition": Rendition}
_TYPES = {"int": "a whole number", "float": "a number", "str": "text", "bool": "true or false", "array": "a list"}
_EFFECTS = {each.__struct_config__.tag: each for each in get_args(Effect)}


def explained(content: Any, reason: str, place: str) -> str:
    """Return msgspec's reason with its place in words; ``content`` is the whole file as TOML has it."""
    kind, field, names = Recipes, "", []
    for word, number in _PLACE.findall(place):
        content, field = content.get(word) if isinstance(content, dict) else None, word
        if not number:
            continue
        content = content[int(number)] if isinstance(content, list) else None
        said = content.get("name" if word in _KINDS else "effect") if isinstance(content, dict) else None
        kind = _KINDS.get(word) or _EFFECTS.get(str(said)) or kind
        if word in _KINDS or word == "effects":
            field = ""
            names.append(f"{word.removesuffix('s')} {said if isinstance(said, str) else int(number) + 1}")
    type_ = get_type_hints(kind, include_extras=True).get(field)
    said = _said(reason, kind, list(_EFFECTS if field == "effect" else _parts(type_, str)))
    if "matching regex" in reason:
        said = f"it must be {next(meta.description for meta in _parts(type_, Meta) if meta.description)}"
    return f"{', '.join(filter(None, (*names, field)))}: {said}".removeprefix(": ")


def _said(reason: str, kind: Any, known: Sequence[str]) -> str:
    if found := re.match(r"Object contains unknown field `(.*)`", reason):
        fields = kind.__struct_encode_fields__
        return f"there is no field `{found[1]}`, but {', '.join(fields)}{meant(found[1], fields)}"
    if found := re.match(r"Invalid (?:enum )?value '(.*)'", reason):
        return f"{found[1]!r} is not one of {', '.join(known)}{meant(found[1], known)}"
    if found := re.match(r"Object missing required field `(.*)`", reason):
        return f"the field `{found[1]}` is missing"
    return re.sub(r"`([a-z |]+)`", lambda found: _in_words(found[1]), reason) if reason[:9] == "Expected " else reason


def _in_words(types: str) -> str:
    return " or ".join(_TYPES.get(each, each) for each in types.split(" | ") if each != "null")


def _parts(type_: Any, kind: type) -> Iterator[Any]:
    """Yield what a field's type names of a kind: the words that it may be, or what bounds it."""
    if get_origin(type_) in (Literal, Union, UnionType, Annotated, tuple):
        for each in get_args(type_):
            yield from _parts(each, kind)
    elif isinstance(type_, kind):
        yield type_
