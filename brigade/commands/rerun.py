"""`brigade missing` and `brigade rerun`: pictures that lack renditions, and having work done again."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brigade.commands import here
from brigade.commands.asking import ask
from brigade.commands.options import AsJson, StackName, Yes
from brigade.console import OperatorError, counted, duration, err, out, print_json, progress, say, table

if TYPE_CHECKING:
    from brigade.pipeline import Pipeline
    from brigade.rework.gaps import Missing, Record
    from brigade.rework.orders import Order, Plan
    from kit.actor import Actor
    from kit.events import Source

_SENT = "sent"
_TABLE = 1_000  # rows of one table: a longer one takes too long to lay out
# How often, and after how many seconds, uploads that may be on their way are looked at again.
_LOOKS, _LOOK_S = 10, 0.5

Prefix = Annotated[str | None, typer.Option(help="Only keys that begin so, in their newest version.")]
Stuck = Annotated[
    str, typer.Option(metavar="AGE", help="Also those in work to which nothing has happened for so long, as 90s or 2h.")
]


@dataclass
class _Ignored:
    """Objects that ingest ignores by their name."""

    count: int = 0
    example: str = ""

    def add(self, key: str) -> None:
        self.count += 1
        self.example = self.example or key

    def tell(self) -> None:
        if self.count:
            say(f"ignored by name: {counted(self.count, 'object')}, for example {self.example}")


@contextmanager
def _looking(words: str) -> Iterator[Callable[[int], None]]:
    """Show how many things were looked at."""
    seen = 0

    def looked(count: int) -> None:
        nonlocal seen
        seen += count
        status.update(f"{words}: {seen:,} looked at")

    with err.status(words) as status:
        yield looked


def missing(prefix: Prefix = None, stuck: Stuck = "15m", stack: StackName = "brigade", as_json: AsJson = False) -> None:
    """List what is missing between source bucket, catalogue and target bucket. Exits 1 when anything is.

    That is: uploads that no record knows, because no notification came; those that S3 shows though their record reads
    SUPERSEDED or REMOVED; records of what S3 does not show any more; and pictures that are ready, or stuck, and lack
    outputs which their record or their recipe, as it is deployed now, names. `brigade rerun --missing --from ingest`
    lets the chain hear of what it has not heard; `brigade rerun --missing --from resize` has renditions made.
    """
    from brigade.pipeline import Pipeline

    pipeline, ignored = Pipeline.find(here(), stack), _Ignored()
    with _looking("looking for what is missing") as looked:
        # Of what may be a whole bucket only what is printed is held.
        found = [_facts(each) for each in _missing(pipeline, prefix, stuck, looked, ignored)]
    ignored.tell()
    if as_json:
        print_json(found)
    for start in range(0, len(found), _TABLE) if not as_json else ():
        out.print(table("", ("key", "status", "missing", "id"), map(_row, found[start : start + _TABLE])))
    if not (found or as_json):
        out.print("nothing is missing")
    if any(each["lost"] for each in found):
        if waiting := _waiting(pipeline):
            say(f"{counted(waiting, 'message')} for ingest or the catalogue may tell of some of these: look again then")
        say("`brigade rerun --missing --from ingest` lets the chain hear of what it has not heard")
    if found:
        raise typer.Exit(1)


def _waiting(pipeline: "Pipeline") -> int:
    """Return how many messages might still tell the catalogue of an upload."""
    from brigade.dead_letters.queue import counts
    from infra import names
    from services.catalog.actor import CATALOG
    from services.ingest.actor import INGEST

    sqs = pipeline.target.client("sqs")
    waiting = [counts(sqs, pipeline.output(names.queue(actor))) for actor in (INGEST, CATALOG)]
    return sum(each.visible + each.held + each.delayed for each in waiting)


def _missing(
    pipeline: "Pipeline", prefix: str | None, stuck: str, looked: Callable[[int], None], ignored: _Ignored
) -> "Iterator[Missing]":
    from brigade.dead_letters.selection import age
    from brigade.rework.survey import Comparison

    since = datetime.now(UTC) - age(stuck)
    return Comparison(pipeline, prefix or "", since, looked, ignored.add).missing()


def _some(keys: list[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{counted(len(keys), 'picture')}, for example {keys[0]}"


def _facts(each: "Missing") -> dict[str, Any]:
    return {
        "image_id": each.record["image_id"],
        "key": each.record["source"]["key"],
        "status": each.record["status"],
        "recipe": each.record["recipe"],
        "recipe_is_gone": each.recipe_is_gone,
        "lost": each.lost.name.lower() if each.lost else None,
        "missing": list(each.names),
    }


def _row(facts: dict[str, Any]) -> list[str]:
    from brigade.rework.gaps import Lost

    what = f"its recipe {facts['recipe']} is gone" if facts["recipe_is_gone"] else ", ".join(facts["missing"])
    how = Lost[facts["lost"].upper()] if facts["lost"] else what
    return [facts["key"], facts["status"] or "–", how, facts["image_id"]]


def rerun(
    actor: Annotated[str, typer.Option("--from", metavar="ACTOR", help="The actor that has its work to do again.")],
    pictures: Annotated[
        list[str] | None, typer.Argument(metavar="KEY_OR_ID", help="Source keys, or image ids.")
    ] = None,
    lacking: Annotated[bool, typer.Option("--missing", help="Those that `brigade missing` lists.")] = False,
    prefix: Prefix = None,
    stuck: Stuck = "15m",
    rate: Annotated[float | None, typer.Option(min=0.01, help="At most so many pictures a second.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many pictures.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    yes: Yes = False,
    stack: StackName = "brigade",
) -> None:
    """Send pictures back to one actor, which does its work again; so do those that come after it.

    This is the way to apply a changed recipe to what is already there: deploy it, then
    `brigade rerun --prefix P --from resize`. From resize or normalize a picture keeps its recipe, by name; from
    ingest it gets the one that matches its key now. Pictures that were removed or replaced are left. Ingest also gets
    word of what S3 shows, or does not show any more, and the catalogue has not heard of: notifications can be lost.
    """
    from brigade.pipeline import Pipeline
    from brigade.rework import orders as reruns
    from brigade.rework import survey
    from services.chain import CHAIN

    chosen = CHAIN.actor(actor)
    reruns.heard(chosen, CHAIN)
    pipeline, ignored = Pipeline.find(here(), stack), _Ignored()
    if bool(pictures) == (lacking or prefix is not None):
        raise OperatorError("which pictures?", "name some, or else give --missing, --prefix or both")
    with _looking("looking for the pictures") as looked:
        if pictures:
            records = _named(pipeline, pictures, chosen)
        elif lacking:
            records = (each.record for each in _missing(pipeline, prefix, stuck, looked, ignored))
        else:
            records = survey.below(pipeline, prefix or "", ignored.add)
        plan = reruns.plan(survey.ordered(pipeline, records), chosen, CHAIN, pipeline.recipes, limit)
    ignored.tell()
    for why, keys in plan.left.items():
        say(f"left: {_some(keys)}: {why}")
    for why, keys in plan.notes.items():
        say(f"note: {_some(keys)}: {why}")
    if not plan.orders:
        say(f"nothing to send to {actor}")
        return
    _tell(pipeline, plan, chosen, rate)
    if not dry_run:
        ask(f"Send {counted(len(plan.orders), 'picture')} to {actor}?", yes)
        _send(pipeline, plan.orders, chosen, rate)


def _named(pipeline: "Pipeline", pictures: list[str], actor: "Actor") -> "Iterable[Record]":
    """Return the pictures of these keys and ids; of a key for ingest, what S3 shows under it, known or not."""
    from brigade.rework import survey
    from kit.events import ImageUploaded

    found = {}
    for each in pictures:
        record = survey.of_key(pipeline, each) if ImageUploaded in actor.hears else pipeline.catalogue.find(each)
        found[record["image_id"]] = record
    return found.values()


def send_unheard(pipeline: "Pipeline", sources: "list[Source]") -> list[str]:
    """Send ingest what S3 shows and the catalogue does not know, or takes for replaced; return their ids."""
    from brigade.rework import orders as reruns
    from brigade.rework import survey
    from services.chain import CHAIN
    from services.ingest.actor import INGEST

    lost = survey.lost_among(pipeline, sources)
    # What was uploaded a moment ago may be on its way.
    for _ in range(_LOOKS):
        if not lost or not _waiting(pipeline):
            break
        time.sleep(_LOOK_S)
        lost = survey.lost_among(pipeline, sources)
    plan = reruns.plan(survey.ordered(pipeline, lost), INGEST, CHAIN, pipeline.recipes)
    if plan.orders:
        say(f"{counted(len(plan.orders), 'picture')} of these the catalogue has not heard of: ingest is told again")
        _send(pipeline, plan.orders, INGEST, None)
    return [order.image_id for order in plan.orders]


def _tell(pipeline: "Pipeline", plan: "Plan", actor: "Actor", rate: float | None) -> None:
    """Say what will happen, about how long it takes, and what the estimate leaves out."""
    from brigade.flow import mappings
    from brigade.rework.orders import after
    from services.chain import CHAIN
    from services.moderate import rekognition
    from services.moderate.actor import MODERATOR

    mapping = mappings.find(pipeline, actor)
    at_once = mapping.at_once or actor.concurrency
    seconds = plan.seconds(at_once, rate)
    long = (
        "how long that takes is not known, as it has not worked on any of them yet"
        if seconds is None
        else f"about {duration(seconds)} of its work, {at_once} at a time"
    )
    say(f"to send to {actor.name}: {counted(len(plan.orders), 'picture')}, {long}")
    if later := after(actor, CHAIN):
        say(f"then {', '.join(each.name for each in later)} do their work on them again: the estimate leaves that out")
    if plan.moderated and pipeline.stack.parameters.get(MODERATOR.name, MODERATOR.default) == rekognition.NAME:
        say(f"Amazon Rekognition is asked about {counted(plan.moderated, 'picture')} of these, and bills each")
    if mapping.state == mappings.DISABLED:
        say(f"{actor.name} is paused: they will wait in its queue until `brigade resume {actor.name}`")


def _send(pipeline: "Pipeline", orders: "list[Order]", actor: "Actor", rate: float | None) -> None:
    from collections import Counter

    from brigade.operations.storage import S3History
    from brigade.rework.sending import send
    from infra import names

    history = S3History(pipeline.target, pipeline.target_bucket)
    outcomes: Counter[str] = Counter()
    sqs, queue_url = pipeline.target.client("sqs"), pipeline.output(names.queue(actor))
    with history.begin("rerun", where=actor.name, letters=orders) as operation:
        try:
            with progress(f"sending to {actor.name}", len(orders)) as step:
                for order, why in send(sqs, queue_url, orders, rate):
                    outcomes[why or _SENT] += 1
                    operation.note(order.message_id, f"not sent: {why}" if why else _SENT)
                    step()
        finally:
            sent = f"{outcomes[_SENT]} of {counted(len(orders), 'picture')}"
            say(f"sent to {actor.name}: {sent} (operation {operation.id})")
    for why, count in outcomes.items():
        if why != _SENT:
            say(f"not sent: {count}: {why}")
    if outcomes[_SENT] < len(orders):
        raise OperatorError(
            "not all pictures were sent", f"`brigade dlq history {operation.id}` lists which; repeat it"
        )
    say("`brigade status --watch` shows the work")
