"""`brigade rerun`: pictures sent back to one actor, which does its work again."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import click

from brigade.acting.here import here
from brigade.commands import completing
from brigade.commands.missing import Ignored, compared, prefix, stuck
from brigade.commands.options import Number, option, some_pictures, stack_name, yes
from brigade.deploy import deployed_recipes
from brigade.flow import mappings
from brigade.pipeline import Pipeline
from brigade.progress import progress
from brigade.rework import copies, survey
from brigade.rework import orders as reruns
from brigade.rework.orders import RerunPlan, after
from brigade.rework.sending import send_recorded
from brigade.terminal import OperatorError, ask, counted, duration, say
from kit.actor import Actor
from kit.events import ImageUploaded
from records.picture import PictureRecord
from services.chain import CHAIN
from services.moderate import rekognition
from services.moderate.actor import MODERATOR


@click.command()
@option(
    "--from",
    "actor",
    required=True,
    metavar="ACTOR",
    shell_complete=completing.actors,
    help="The actor that has its work to do again.",
)
@some_pictures
@option("--missing", "lacking", is_flag=True, help="Those that `brigade missing` lists.")
@prefix
@stuck
@option("--rate", type=Number(min=0.01), help="At most so many pictures a second.")
@option("--limit", type=click.IntRange(min=1), help="At most so many pictures.")
@option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@yes
@stack_name
def rerun(
    actor: str,
    pictures: tuple[str, ...],
    lacking: bool,
    prefix: str | None,
    stuck: str,
    rate: float | None,
    limit: int | None,
    dry_run: bool,
    yes: bool,
    stack: str,
) -> None:
    """Send pictures back to one actor, which does its work again; so do those that come after it.

    This is the way to apply a changed recipe to what is already there: deploy it, then
    `brigade rerun --prefix P --from resize`. From resize or normalize a picture keeps its recipe, by name; from
    ingest it gets the one that matches its key now. Pictures that were removed or replaced are left. Ingest also gets
    word of what S3 shows, or does not show any more, and the catalog has not heard of: notifications can be lost.
    """
    chosen = CHAIN.whole.actor(actor)
    reruns.heard(chosen, CHAIN.whole)
    pipeline, ignored = Pipeline.find(here(), stack), Ignored()
    if bool(pictures) == (lacking or prefix is not None):
        raise OperatorError("which pictures?", "name some, or else give --missing, --prefix or both")
    with progress("looking for the pictures", None) as looked:
        if pictures:
            records = _named(pipeline, pictures, chosen)
        elif lacking:
            records = (each.record for each in compared(pipeline, prefix, stuck, looked, ignored))
        else:
            records = _below(pipeline, prefix or "", ignored)
        cold, recipes = partial(copies.why_cold, pipeline), deployed_recipes.of(pipeline.stack)
        plan = reruns.plan(survey.ordered(pipeline, records), chosen, pipeline.chain, recipes, limit, cold)
    ignored.tell()
    for why, keys in plan.left.items():
        say(f"left: {_some(keys)}: {why}")
    for why, keys in plan.notes.items():
        say(f"note: {_some(keys)}: {why}")
    if not plan.orders:
        _nothing(plan, actor)
        return
    _tell(pipeline, plan, chosen, rate)
    if dry_run:
        say("nothing was sent; without --dry-run it is")
    else:
        ask(f"Send {counted(len(plan.orders), 'picture')} to {actor}?", yes)
        send_recorded(pipeline, plan.orders, chosen, rate)


def _below(pipeline: Pipeline, prefix: str, ignored: Ignored) -> Iterator[PictureRecord]:
    """Yield the pictures that S3 shows, then those that it does not show because they are archived."""
    yield from survey.below(pipeline, prefix, ignored.add)
    yield from (each for each in survey.archived(pipeline, prefix) if each.original_gone)


def _nothing(plan: RerunPlan, actor: str) -> None:
    if plan.cold:
        hint = "`brigade restore` makes them readable; repeat this then"
        raise OperatorError(f"{counted(plan.cold, 'original')} of these must be restored first", hint)
    say(f"nothing to send to {actor}")


def _some(keys: list[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{counted(len(keys), 'picture')}, for example {keys[0]}"


def _named(pipeline: Pipeline, pictures: Sequence[str], actor: Actor) -> Iterable[PictureRecord]:
    """Return the pictures of these keys and ids; of a key for ingest, what S3 shows under it, known or not."""
    found = {}
    for each in pictures:
        record = survey.of_key(pipeline, each) if ImageUploaded in actor.hears else pipeline.catalog.find(each)
        found[record.image_id] = record
    return found.values()


def _tell(pipeline: Pipeline, plan: RerunPlan, actor: Actor, rate: float | None) -> None:
    """Say what will happen, about how long it takes, and what the estimate leaves out."""
    mapping = mappings.find(pipeline, actor)
    at_once = mapping.at_once or actor.concurrency
    seconds = plan.seconds(at_once, rate)
    long = (
        "how long that takes is not known, as it has not worked on any of them yet"
        if seconds is None
        else f"about {duration(seconds)} of its work, {at_once} at a time"
    )
    say(f"to send to {actor.name}: {counted(len(plan.orders), 'picture')}, {long}")
    if later := after(actor, pipeline.chain):
        say(f"then {', '.join(each.name for each in later)} do their work on them again: the estimate leaves that out")
    if plan.moderated and pipeline.stack.parameters.get(MODERATOR.name, MODERATOR.default) == rekognition.NAME:
        say(f"Amazon Rekognition is asked about {counted(plan.moderated, 'picture')} of these, and bills each")
    if mapping.state == mappings.DISABLED:
        say(f"{actor.name} is paused: they will wait in its queue until `brigade resume {actor.name}`")
