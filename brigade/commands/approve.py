"""`brigade approve` and `brigade reject`: pictures that moderation holds back."""

from collections.abc import Sequence

import click

from brigade.acting.here import here
from brigade.commands.options import option, pictures, stack_name, yes
from brigade.pictures import moderation_review as judging
from brigade.pictures.moderation_review import waits_in_vain, why_held, why_left
from brigade.pipeline import Pipeline
from brigade.progress import progress
from brigade.tables import table
from brigade.terminal import OperatorError, ask, counted, out, say
from infra import names
from kit.events import ImageJudged
from kit.publisher import SnsPublisher
from records.picture import PictureRecord
from services.moderate.actor import MODERATE


@click.command()
@pictures
@yes
@stack_name
def approve(pictures: tuple[str, ...], yes: bool, stack: str) -> None:
    """Let pictures in quarantine pass: their renditions are made.

    `brigade ls --status quarantined` lists them. So may those pass that are gated and whose moderation has FAILED.
    Exits 1 when one of those named is not in quarantine.
    """
    _decide(pictures, stack, "approve", "Approve {}?", yes)


@click.command()
@pictures
@option("--delete-original", is_flag=True, help="Delete what was uploaded too, this version of it, for ever.")
@yes
@stack_name
def reject(pictures: tuple[str, ...], delete_original: bool, yes: bool, stack: str) -> None:
    """Remove pictures in quarantine: their masters go after the grace time. What was uploaded stays where it is.

    `brigade ls --status quarantined` lists them; gated ones whose moderation has FAILED may be named, too. Repeat it
    after a failure: with --delete-original it takes those that are rejected already. Exits 1 when one of those named
    is not in quarantine.
    """
    question = "Reject {}, and delete what was uploaded for ever?" if delete_original else "Reject {}?"
    _decide(pictures, stack, "reject", question, yes, delete_original=delete_original)


def _decide(
    pictures: Sequence[str],
    stack: str,
    command: str,
    question: str,
    yes: bool,
    *,
    delete_original: bool = False,
) -> None:
    pipeline = Pipeline.find(here(), stack)
    found = {record.image_id: record for record in map(pipeline.catalog.find, pictures)}.values()
    held, others = [], 0
    for record in found:
        if why := why_left(record, delete_original=delete_original):
            say(f"left: {record.key}: {why}")
            others += 1
        else:
            held.append(record)
    if held:
        out.print(table("", ("key", "verdict", "labels", "id"), [_row(each) for each in held]))
        ask(question.format(counted(len(held), "picture")), yes)
        _judge(pipeline, held, command, delete_original=delete_original)
    if others:
        raise OperatorError(
            f"{counted(others, 'picture')} of these not judged",
            "`brigade ls --status quarantined` lists those that can be",
        )


def _row(each: PictureRecord) -> tuple[str, ...]:
    seen = each.moderation.labels if each.moderation else ()
    labels = ", ".join(f"{label.name} {label.confidence} %" for label in seen)
    return each.key, why_held(each), labels, each.image_id


def _judge(pipeline: Pipeline, held: list[PictureRecord], command: str, *, delete_original: bool) -> None:
    judgement = judging.JUDGEMENTS[command]
    publisher = SnsPublisher({ImageJudged.kind: pipeline.output(names.topic(ImageJudged))})
    done = deleted = 0
    with judging.recorded(pipeline.history, command, held) as operation:
        try:
            with progress(judgement, len(held)) as step:
                for each in judging.judge(publisher, held, judgement, operation):
                    done += 1
                    if delete_original:
                        judging.delete_original(pipeline.s3, each)
                        deleted += 1
                    step()
        finally:
            also = f", {counted(deleted, 'original')} deleted" if delete_original else ""
            say(f"{judgement}: {done} of {counted(len(held), 'picture')}{also} (operation {operation.id})")
    if any(map(waits_in_vain, held)):
        say(f"moderation gave some of them up: `brigade dlq discard {MODERATE.name} --image ID` removes dead letters")
