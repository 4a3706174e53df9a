"""`brigade missing` and `brigade rerun`: pictures that lack renditions, and having work done again."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brigade.commands import here
from brigade.commands.asking import ask
from brigade.commands.options import AsJson, StackName, Yes
from brigade.console import OperatorError, counted, duration, err, out, print_json, progress, say, table

if TYPE_CHECKING:
    from brigade.pipeline import Pipeline
    from brigade.rework.missing import Missing, Record
    from brigade.rework.rerun import Order, Plan
    from kit.actor import Actor

_SENT = "sent"

Prefix = Annotated[str | None, typer.Option(help="Only keys that begin so, in their newest version.")]
Stuck = Annotated[
    str, typer.Option(metavar="AGE", help="Also those in work to which nothing has happened for so long, as 90s or 2h.")
]


def missing(prefix: Prefix = None, stuck: Stuck = "15m", stack: StackName = "brigade", as_json: AsJson = False) -> None:
    """List pictures that lack renditions which their recipe, as it is deployed now, names.

    Those are pictures that are ready, and those that are stuck. A rendition is lacking where the record does not name
    it, or where it does not lie in the target bucket. `brigade rerun --missing --from resize` has them made.
    """
    from brigade.pipeline import Pipeline

    pipeline = Pipeline.find(here(), stack)
    with err.status("looking for what is missing"):
        found = list(_missing(pipeline, prefix, stuck))
    if as_json:
        print_json([_facts(each) for each in found])
    elif found:
        out.print(table("", ("key", "status", "missing", "id"), [_row(each) for each in found]))
    else:
        out.print("nothing is missing")


def _missing(pipeline: "Pipeline", prefix: str | None, stuck: str) -> "Iterator[Missing]":
    from brigade.dead_letters.selection import age
    from brigade.rework import survey
    from brigade.rework.missing import due
    from services.catalog.status import Status

    since = datetime.now(UTC) - age(stuck)
    records = (
        survey.by_status(pipeline, Status.READY, Status.PROCESSING) if prefix is None else _below(pipeline, prefix)
    )
    return survey.lacking(pipeline, due(records, since))


def _below(pipeline: "Pipeline", prefix: str) -> "Iterator[Record]":
    from brigade.rework import survey

    unheard: list[str] = []
    yield from survey.below(pipeline, prefix, unheard.append)
    if unheard:
        say(f"the catalogue does not know {_some(unheard)}; `brigade dlq ls` shows what ingest gave up")


def _some(keys: list[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{counted(len(keys), 'picture')}, for example {keys[0]}"


def _facts(each: "Missing") -> dict[str, Any]:
    return {
        "image_id": each.record["image_id"],
        "key": each.record["source"]["key"],
        "status": each.record["status"],
        "recipe": each.record["recipe"],
        "recipe_is_gone": each.recipe_is_gone,
        "missing": list(each.names),
    }


def _row(each: "Missing") -> list[str]:
    what = f"its recipe {each.record['recipe']} is gone" if each.recipe_is_gone else ", ".join(each.names)
    return [each.record["source"]["key"], each.record["status"], what, each.record["image_id"]]


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
    ingest it gets the one that matches its key now. Pictures that were removed or replaced are left.
    """
    from brigade.pipeline import Pipeline
    from brigade.rework import rerun as reruns
    from services.chain import CHAIN

    chosen = CHAIN.actor(actor)
    reruns.heard(chosen, CHAIN)
    pipeline = Pipeline.find(here(), stack)
    records = _chosen(pipeline, pictures, lacking, prefix, stuck)
    with err.status("looking for the pictures"):
        plan = reruns.plan(records, chosen, CHAIN, pipeline.recipes, limit)
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


def _chosen(
    pipeline: "Pipeline", pictures: list[str] | None, lacking: bool, prefix: str | None, stuck: str
) -> "Iterable[Record]":
    if bool(pictures) == (lacking or prefix is not None):
        raise OperatorError("which pictures?", "name some, or else give --missing, --prefix or both")
    if pictures:
        found = [pipeline.catalogue.find(each) for each in pictures]
        return {record["image_id"]: record for record in found}.values()
    if lacking:
        return (each.record for each in _missing(pipeline, prefix, stuck))
    return _below(pipeline, prefix or "")


def _tell(pipeline: "Pipeline", plan: "Plan", actor: "Actor", rate: float | None) -> None:
    """Say what will happen, about how long it takes, and what the estimate leaves out."""
    from brigade.flow import mappings
    from brigade.rework.rerun import after
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

    from brigade.dead_letters.history import S3History
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
