"""What the console's API takes and answers, as JSON. Times are ISO 8601, UTC; null: not known, or nothing."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from brigade.dead_letters.letter import Redrive
from brigade.pictures.timeline import Moment
from kit.events import Judgement, Verdict
from records.picture import Failure
from records.status import Status
from services.portal import structs as portal
from services.portal.structs import Rendition

Age = Annotated[str, Meta(pattern=r"^([0-9]{1,7}[smhdw])?$")]


class Problem(portal.Problem):
    """Why not, and what to do about it."""

    hint: str = ""


class Token(Struct, forbid_unknown_fields=True):
    """What opens the console, once: the answer is ``{"secret": …}``, for ``Authorization: Bearer SECRET``."""

    token: str


class Switch(Struct, forbid_unknown_fields=True):
    """What an actor is to be."""

    state: Literal["paused", "running"]


class ActorNow(Struct):
    """One actor. ``state``: running, paused, or AWS's word for what lies between; ``oldest`` is in words.

    ``expiring``: SQS will soon delete its oldest message.
    """

    name: str
    purpose: str
    state: str
    waiting: int
    in_flight: int
    oldest: str | None
    oldest_s: float | None
    expiring: bool
    dead_letters: int
    per_minute: float | None


class Overview(Struct):
    """The chain now. ``edges`` have from, to and event: beside actors, ``s3`` and ``operator`` say something."""

    stack: str
    where: str
    read_only: bool
    at: str
    actors: list[ActorNow]
    edges: list[dict[str, str]]
    undelivered: int


class Filter(Struct, forbid_unknown_fields=True, frozen=True):
    """Which dead letters, as the options of ``brigade dlq``; empty: any. ``since`` is an age, as 2h."""

    reason: str = ""
    key: str = ""
    image: str = ""
    since: Age = ""


class LettersAsked(Filter, frozen=True):
    """Which letters to list; empty ``actor``: everybody's."""

    actor: str = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50
    cursor: str = ""


class Newest(Struct, forbid_unknown_fields=True):
    """How many operations to list: each as ``brigade history`` has it, with a ``count`` instead of its messages."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 20


class PicturesAsked(Struct, forbid_unknown_fields=True):
    """Which pictures to list, as the options of ``brigade ls``; empty: any."""

    prefix: str = ""
    status: Status | None = None
    day: str = ""
    recipe: str = ""
    serial: str = ""
    make: str = ""
    taken_from: str = ""
    taken_to: str = ""
    verdict: Verdict | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 60
    cursor: str = ""


class Group(Struct):
    """One actor's dead letters of one reason; ``expires_at`` is when SQS deletes the oldest of them."""

    actor: str
    reason: str
    count: int
    oldest_at: str
    newest_at: str
    expires_at: str
    example_key: str
    example_detail: str
    explanation: str


class Letter(Struct):
    """One dead letter; ``since`` is when it became one, ``redrives`` how often it was sent back before."""

    id: str
    actor: str
    reason: str
    detail: str
    key: str
    image: str
    kind: str
    since: str
    expires_at: str
    attempts: int | None
    redrives: int


class Letters(Struct):
    """``groups`` are of everything, ``total`` and ``letters`` of the filter, the oldest first.

    ``saw_all``: whether nobody else held some meanwhile, and they were not too many to look at.
    """

    saw_all: bool
    total: int
    groups: list[Group]
    letters: list[Letter]
    next: str | None


class Picture(Struct):
    """One picture. ``reason``: why an actor gave it up; ``held``: why moderation holds it back.

    ``thumbnail`` is the name of a file to show: GET /api/files/IMAGE/NAME.
    """

    image: str
    key: str
    status: str
    status_word: str
    settled: bool
    colour: str
    uploaded_at: str
    reason: str | None
    width: int | None
    height: int | None
    held: str | None
    thumbnail: str | None


class WholeLetter(Letter):
    """A letter whose body is readable JSON (as it is, where it is none). ``to``: where it would be sent back."""

    body: str
    attributes: dict[str, str]
    lineage: tuple[Redrive, ...]
    trace: str
    explanation: str
    to: str
    record: Picture | None


class Edit(Struct, forbid_unknown_fields=True):
    """A new body: to be looked at, or sent back. The answer has ``diff``, ``mistake`` and ``operation``."""

    body: str
    send: bool = False


class Wanted(Struct, forbid_unknown_fields=True):
    """An act on dead letters; ``force`` takes those too that failed for the same reason after three redrives."""

    act: Literal["redrive", "discard"]
    actor: str
    filter: Filter = Filter()
    limit: Annotated[int, Meta(ge=1)] | None = None
    force: bool = False


class Plan(Struct):
    """What exactly would be done; good for ten minutes. ``to``: the queue, or the file that keeps what is discarded.

    ``held_back``: how many are left without ``force``. ``paused``: nobody works on what is sent back.
    """

    plan: str
    act: str
    actor: str
    count: int
    held_back: int
    to: str
    saw_all: bool
    paused: bool
    reasons: dict[str, int]
    examples: list[Letter]


class Start(Struct, forbid_unknown_fields=True):
    """What the operator has confirmed: the plan's count."""

    count: int


class Outcome(Struct):
    """What came of an act, in letters. ``stopped``: by itself, as too many came straight back; ``cancelled``: by you.

    ``left`` are still there, ``taken`` is what somebody else took meanwhile. ``error``: what broke it off.
    """

    redriven: int = 0
    refused: int = 0
    came_back: int = 0
    left: int = 0
    taken: int = 0
    deleted: int = 0
    stopped: bool = False
    cancelled: bool = False
    error: str | None = None


class Work(Struct):
    """The act that runs or ran last; ``done`` and ``total`` count letters, ``to`` is as in the plan."""

    running: bool = False
    act: str = ""
    actor: str = ""
    to: str = ""
    done: int = 0
    total: int = 0
    operation: str = ""
    outcome: Outcome | None = None


class Pictures(Struct):
    """A page, the newest first. One with few pictures and a ``next``: only a part was looked through as yet."""

    pictures: list[Picture]
    next: str | None
    remark: str


class WholePicture(Picture):
    """A picture with all that is known; ``acts`` are what operators did: at, by, operation, act, actor.

    ``trace`` is as ``brigade trace --json`` has it, ``camera`` facts by their names; ``judgeable``: may be judged.
    """

    recipe: str
    origin: str
    stages: list[Moment]
    trace: list[dict[str, Any]] | None
    camera: dict[str, str]
    moderation: str
    master: Rendition | None
    renditions: list[Rendition]
    failures: list[Failure]
    acts: list[dict[str, str]]
    judgeable: bool


class Judged(Struct, forbid_unknown_fields=True):
    """An operator's judgement on what moderation holds back."""

    judgement: Judgement
    delete_original: bool = False
