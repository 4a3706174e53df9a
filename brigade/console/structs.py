"""What the console's API takes, as JSON or in a query; what it answers stands where it is made.

Times are ISO 8601, UTC; null: not known, or nothing.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta, Struct

from brigade.pictures.search import Filters
from kit.events import Judgement
from services.portal import structs as portal

Limit = Annotated[int, Meta(ge=1, le=1000)]


class Problem(portal.Problem):
    """Why not, and what to do about it."""

    hint: str = ""


class Token(Struct, forbid_unknown_fields=True):
    """What opens the console, once: the answer is ``{"secret": …}``, for ``Authorization: Bearer SECRET``."""

    token: str


class Switch(Struct, forbid_unknown_fields=True):
    """What an actor is to be."""

    state: Literal["paused", "running"]


class Newest(Struct, forbid_unknown_fields=True):
    """How many operations to list."""

    limit: Limit = 20


class Filter(Struct, forbid_unknown_fields=True, frozen=True):
    """Which dead letters, as the options of ``brigade dlq``; empty: any. ``since`` is an age, as 2h."""

    reason: str = ""
    key: str = ""
    image: str = ""
    since: Annotated[str, Meta(pattern=r"^([0-9]{1,7}[smhdw])?$")] = ""


class LettersAsked(Filter, frozen=True):
    """Which letters to list; no ``actor``: everybody's. ``cursor`` is what the page before named as ``next``."""

    actor: str = ""
    limit: Limit = 50
    cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class PicturesAsked(Filters):
    """Which pictures to list, as the options of ``brigade ls``."""

    limit: Limit = 60
    cursor: str = ""


class Edit(Struct, forbid_unknown_fields=True):
    """A new body: to be looked at, or sent back."""

    body: str
    send: bool = False


class Wanted(Struct, forbid_unknown_fields=True):
    """An act on dead letters; ``force`` takes those too that failed for the same reason after three redrives."""

    act: Literal["redrive", "discard"]
    actor: str
    filter: Filter = Filter()
    limit: Annotated[int, Meta(ge=1)] | None = None
    force: bool = False


class Start(Struct, forbid_unknown_fields=True):
    """What the operator has confirmed: the plan's count."""

    count: int


class Judged(Struct, forbid_unknown_fields=True):
    """An operator's judgement on what moderation holds back."""

    judgement: Judgement
    delete_original: bool = False
