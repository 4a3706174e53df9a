"""Sending pictures back to one actor: the event that it hears, made anew from their records. Pure: knows no cloud."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from msgspec.structs import asdict, replace

from brigade.inline.s3_notification import CREATED, HIDDEN, REMOVED, notification
from brigade.release import release
from brigade.rework.gaps import Lost, how_lost, recipe_of
from brigade.rework.notes import notes
from brigade.terminal import OperatorError
from imaging.recipes import Recipes
from kit.actor import Actor
from kit.chain import OPERATOR, Chain
from kit.envelope import encode, wrap
from kit.events import Event, Image, ImageIngested, ImageModerated, ImageNormalized, ImageSettled, ImageUploaded
from kit.tracing import Trace
from records.picture import APPROVED, PictureRecord
from records.status import MEANING, Status
from services.relay.settlement import settlement

# The events that a record can tell again, each with the part of the record that it needs.
_TOLD_AGAIN = {ImageUploaded: "source", ImageIngested: "original", ImageNormalized: "master", ImageSettled: "settled"}
# Those after which the original is read.
_READ_AGAIN = (ImageUploaded, ImageIngested)
_LEFT = {
    Status.SUPERSEDED: "superseded: a newer upload has taken its place",
    Status.REMOVED: "removed from the source bucket, or rejected",
}
_HELD_BACK = "moderation has not let it pass: `brigade approve` does"


@dataclass(frozen=True)
class Order:
    """One message that sends one picture back; ``trace_header`` is its new trace, in X-Ray's notation."""

    image_id: str
    key: str
    body: str
    trace_header: str


@dataclass
class RerunPlan:
    """What a rerun will do: what it will send, and the keys of the pictures that it leaves, by the reason why.

    ``notes`` are what is to be known of pictures that it sends; ``moderated`` of them a moderation engine sees again.
    """

    orders: list[Order] = field(default_factory=list)
    left: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    moderated: int = 0
    cold: int = 0  # pictures that are left because their archived originals must be restored first
    worked_ms: list[int] = field(default_factory=list)  # the actor's work on each before, where it has done some

    def seconds(self, at_once: int, per_second: float | None) -> float | None:
        """Estimate how long the actor will work on that with so many invocations at a time; None: not known."""
        if not self.worked_ms:
            return None
        each_s = sum(self.worked_ms) / len(self.worked_ms) / 1000 / at_once
        return len(self.orders) * max(each_s, 1 / per_second if per_second else 0)


def heard(actor: Actor, chain: Chain) -> type[Event]:
    """Return the event that a rerun says to this actor; raises OperatorError where a record cannot tell any."""
    others = ", ".join(each.name for each in chain.actors if _tellable(each))
    if _writes(actor):
        raise OperatorError(f"{actor.name} writes the very records that a rerun is made from", f"name one of {others}")
    if found := _tellable(actor):
        return found
    what = " and ".join(event.kind for event in actor.hears)
    raise OperatorError(f"{actor.name} hears {what}, which no record can tell again", f"name one of {others}")


def _tellable(actor: Actor) -> type[Event] | None:
    return None if _writes(actor) else next((event for event in actor.receives if event in _TOLD_AGAIN), None)


def _writes(actor: Actor) -> bool:
    """Whether it is the one that writes the records."""
    return "UpdateItem" in actor.table


def after(actor: Actor, chain: Chain) -> tuple[Actor, ...]:
    """Return the actors that have their work to do again too, because they hear this one, or others that do."""
    hearers = [each for event in actor.says for each in chain.subscribers(event) if not _writes(each)]
    return tuple(
        dict.fromkeys(each for hearer in hearers if hearer != actor for each in (hearer, *after(hearer, chain)))
    )


def plan(
    records: Iterable[PictureRecord],
    actor: Actor,
    chain: Chain,
    recipes: Recipes,
    limit: int | None = None,
    why_cold: Callable[[PictureRecord], str] = lambda _: "",
) -> RerunPlan:
    """Decide what becomes of each picture; ends when ``limit`` of them are to be sent. Raises as ``heard`` does.

    ``why_cold`` says why a picture's original cannot be read now, empty where it can; it is asked if that is needed.
    """
    event = heard(actor, chain)
    made = RerunPlan()
    working = (actor, *after(actor, chain))
    for record in records:
        if limit is not None and len(made.orders) >= limit:
            break
        gated = _is_gated(record) and ImageModerated in actor.hears
        why = _why_unsaid(record, actor) if event is ImageSettled else _why_left(record, event, chain, recipes)
        if not why and gated and not _has_passed(record):
            why = _HELD_BACK
        if not why and event in _READ_AGAIN and (why := why_cold(record)):
            made.cold += 1
        if why:
            made.left[why].append(record.key)
            continue
        # What has passed the gate does not wait there again.
        made.orders.append(_order(replace(record, moderation_mode="off") if gated else record, event))
        if stage := record.stages.get(actor.name):
            made.worked_ms.append(stage.worked_ms)
        made.moderated += _is_moderated(record, event, working, recipes)
        for note in notes(record, working, recipes):
            made.notes[note].append(record.key)
    return made


def _is_moderated(record: PictureRecord, event: type[Event], working: Collection[Actor], recipes: Recipes) -> bool:
    """Whether a moderation engine is asked about the picture once more."""
    if how_lost(record) is Lost.GONE or not any(ImageModerated in actor.says for actor in working):
        return False
    if event is ImageNormalized:
        return record.moderation_mode in ("flag", "gate")
    recipe = recipes.match(record.key) if event is ImageUploaded else recipe_of(record, recipes)
    return recipe is not None and recipe.moderation != "off"


def _why_unsaid(record: PictureRecord, actor: Actor) -> str:
    """Say why an actor is not told again what has become of a picture; empty: it is."""
    if any(skip.event is ImageSettled and record.status in skip.values for skip in actor.skips):
        return f"{actor.name} has nothing to do for a picture that is {record.status}"
    return "" if record.settled and MEANING[record.status].is_settled else "it is in work still"


def _why_left(record: PictureRecord, event: type[Event], chain: Chain, recipes: Recipes) -> str:
    """Say why a picture cannot be sent, or need not; empty: it can."""
    how, from_the_start = how_lost(record), f"rerun it from {chain.subscribers(ImageUploaded)[0].name}"
    if how and event is not ImageUploaded:
        return f"{how}: {from_the_start}"
    if (why := _LEFT.get(record.status)) and not how:
        return why
    if event is ImageUploaded:
        is_taken = how is Lost.GONE or recipes.match(record.key)
        return "" if is_taken else "no recipe matches its key"
    part = _TOLD_AGAIN[event]
    if not getattr(record, part):
        return f"it has no {part}: rerun it from {_maker(record, chain)}"
    if recipe_of(record, recipes) is None:
        return f"its recipe {record.recipe} is gone: {from_the_start}"
    return ""


def _is_gated(record: PictureRecord) -> bool:
    return record.moderation_mode == "gate"


def _has_passed(record: PictureRecord) -> bool:
    return record.verdict == "accepted" or APPROVED in record.judged


def _maker(record: PictureRecord, chain: Chain) -> str:
    """Return who makes the first part that the record lacks."""
    lacking = next(event for event, part in _TOLD_AGAIN.items() if not getattr(record, part))
    return next(actor.name for actor in chain.actors if lacking in actor.says)


def _event(record: PictureRecord) -> str:
    if how_lost(record) is not Lost.GONE:
        return CREATED
    # What hides a key is another version than the picture's.
    return REMOVED if record.image_id == Image.of(record.source).id else HIDDEN


def _order(record: PictureRecord, event: type[Event]) -> Order:
    trace = Trace.start()
    return Order(record.image_id, record.key, _body(record, event, trace), trace.header)


def _body(record: PictureRecord, event: type[Event], trace: Trace) -> str:
    """Return the event as it is sent; ``_why_left`` has seen that its part of the record is there."""
    original, master = record.original, record.master
    if event is ImageUploaded:
        size = original.bytes if original else None
        return notification(replace(record.source, size=size), _event(record))
    said: Event
    if event is ImageSettled:
        said = settlement(record)
    elif event is ImageIngested:
        assert original  # noqa: S101 - see above
        said = ImageIngested(image=record.image, recipe=record.recipe, **asdict(original))
    else:
        assert master  # noqa: S101 - see above
        said = ImageNormalized(
            image=record.image,
            recipe=record.recipe,
            master=master,
            frames=record.frames or 1,
            moderation=record.moderation_mode or "off",
        )
    return encode(wrap(said, OPERATOR, trace, version=release()))
