"""`brigade archive` and `brigade restore`: originals and their copies in the archive."""

from collections.abc import Sequence

import click

from brigade.acting.here import here
from brigade.commands.options import option, pictures, stack_name, yes
from brigade.deploy import deployed_recipes
from brigade.operations.operation import Entry
from brigade.pipeline import Pipeline
from brigade.rework import copies
from brigade.rework import orders as reruns
from brigade.rework.sending import send_recorded
from brigade.terminal import OperatorError, ask, byte_size, counted, say
from records.picture import Archived, PictureRecord
from services.archive.actor import ARCHIVE, STORAGE_CLASS


@click.command()
@pictures
@yes
@stack_name
def archive(pictures: tuple[str, ...], yes: bool, stack: str) -> None:
    """Archive pictures that are READY now: as the actor does by itself, with the deployment's settings.

    For pictures that were READY before the archive was, and for copies that are gone. Of whole prefixes,
    `brigade rerun --prefix P --from archive` does the same. Exits 1 when one of those named cannot be archived.
    """
    pipeline = Pipeline.find(here(), stack)
    records = _named(pipeline, pictures)
    plan = reruns.plan(records, ARCHIVE, pipeline.chain, deployed_recipes.of(pipeline.stack))
    for why, keys in plan.left.items():
        say(f"left: {', '.join(keys)}: {why}")
    if plan.orders:
        ask(f"Archive {counted(len(plan.orders), 'picture')}?", yes)
        send_recorded(pipeline, plan.orders, ARCHIVE, None, command="archive")
    _refuse(len(records) - len(plan.orders), "archived", "READY pictures can be")


@click.command()
@pictures
@option("--days", type=click.IntRange(1, 365), default=7, help="For how many days they can be read.")
@option("--tier", type=click.Choice(copies.TIERS), default="Standard", help="How fast, and for how much.")
@yes
@stack_name
def restore(pictures: tuple[str, ...], days: int, tier: str, yes: bool, stack: str) -> None:
    """Make archived originals readable for some days: those in GLACIER and DEEP_ARCHIVE can be read only then.

    Their copies stay in the archive. `brigade rerun --from normalize` can take them as soon as they are there. Exits
    1 when one of those named is not archived.
    """
    pipeline = Pipeline.find(here(), stack)
    records = _named(pipeline, pictures)
    found = [(record, record.archived) for record in records if record.archived]
    for record in records:
        if not record.archived:
            say(f"left: {record.key}: it is not archived")
    if found:
        size = byte_size(sum(copy.bytes for _, copy in found))
        ask(f"Restore {counted(len(found), 'picture')}, {size}, for {counted(days, 'day')}? S3 bills it.", yes)
        _restore(pipeline, found, days, tier)
    _refuse(len(records) - len(found), "restored", "those that `brigade show` says are archived can be")


def _named(pipeline: Pipeline, pictures: Sequence[str]) -> list[PictureRecord]:
    if not pipeline.archive_bucket:
        hint = f"`brigade deploy --set {STORAGE_CLASS.name}=CLASS` gives it one: {', '.join(STORAGE_CLASS.choices[1:])}"
        raise OperatorError(f"stack {pipeline.stack.name} has no archive", hint)
    return list({record.image_id: record for record in map(pipeline.catalog.find, pictures)}.values())


def _refuse(count: int, done: str, hint: str) -> None:
    if count:
        raise OperatorError(f"{counted(count, 'picture')} of these not {done}", hint)


def _restore(pipeline: Pipeline, found: list[tuple[PictureRecord, Archived]], days: int, tier: str) -> None:
    entries = [Entry(message_id=each.image_id, image_id=each.image_id, key=each.key) for each, _ in found]
    with pipeline.history.begin("restore", where=ARCHIVE.name, messages=entries) as operation:
        for record, copy in found:
            done = copies.restore(pipeline.target, copy, days, tier)
            operation.note(record.image_id, done)
            wait = f", {copies.WAITS[copy.storage_class][tier]}" if done is copies.Restored.ASKED else ""
            say(f"{record.key}: {copy.storage_class}: {done}{wait}")
