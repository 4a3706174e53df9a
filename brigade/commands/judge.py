"""`brigade approve` and `brigade reject`: pictures that moderation holds back."""

from typing import TYPE_CHECKING, Annotated

import typer

from brigade.commands import here
from brigade.commands.asking import ask
from brigade.commands.options import StackName
from brigade.console import OperatorError, counted, out, progress, say, table

if TYPE_CHECKING:
    from brigade.judging import Held
    from brigade.pipeline import Pipeline

Pictures = Annotated[list[str], typer.Argument(metavar="KEY_OR_ID...", help="Source keys, or image ids.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def approve(pictures: Pictures, yes: Yes = False, stack: StackName = "brigade") -> None:
    """Let pictures in quarantine pass: their renditions are made.

    `brigade ls --status quarantined` lists them. Exits 1 when one of those named is not in quarantine.
    """
    _decide(pictures, stack, "approve", "Approve {}?", yes)


def reject(
    pictures: Pictures,
    delete_original: Annotated[
        bool, typer.Option("--delete-original", help="Delete what was uploaded too, this version of it, for ever.")
    ] = False,
    yes: Yes = False,
    stack: StackName = "brigade",
) -> None:
    """Remove pictures in quarantine: their masters go after the grace time. What was uploaded stays where it is.

    `brigade ls --status quarantined` lists them. Exits 1 when one of those named is not in quarantine.
    """
    question = "Reject {}, and delete what was uploaded for ever?" if delete_original else "Reject {}?"
    _decide(pictures, stack, "reject", question, yes, delete_original=delete_original)


def _decide(
    pictures: list[str],
    stack: str,
    command: str,
    question: str,
    yes: bool,
    *,
    delete_original: bool = False,
) -> None:
    from brigade.judging import Held
    from brigade.pipeline import Pipeline
    from services.catalog.record import Status

    pipeline = Pipeline.find(here(), stack)
    found = {record["image_id"]: record for record in map(pipeline.catalogue.find, pictures)}.values()
    held = [Held(record) for record in found if record["status"] == Status.QUARANTINED]
    others = [record for record in found if record["status"] != Status.QUARANTINED]
    for record in others:
        say(f"left: {record['source']['key']}: it is {record['status']}, not in quarantine")
    if held:
        out.print(table("", ("key", "verdict", "labels", "id"), [_row(each) for each in held]))
        ask(question.format(counted(len(held), "picture")), yes)
        _judge(pipeline, held, command, delete_original=delete_original)
    if others:
        raise OperatorError(
            f"{counted(len(others), 'picture')} of these not in quarantine",
            "`brigade ls --status quarantined` lists those that are",
        )


def _row(each: "Held") -> tuple[str, ...]:
    labels = ", ".join(f"{label['name']} {label['confidence']} %" for label in each.record["moderation"]["labels"])
    return each.key, each.reason, labels, each.image_id


def _judge(pipeline: "Pipeline", held: "list[Held]", command: str, *, delete_original: bool) -> None:
    from brigade import judging
    from brigade.dead_letters.history import S3History
    from services.moderate.actor import MODERATE

    history = S3History(pipeline.target, pipeline.target_bucket)
    judgement = judging.JUDGEMENTS[command]
    done = 0
    with history.begin(command, where=MODERATE.name, letters=held) as operation:
        try:
            with progress(judgement, len(held)) as step:
                for each in judging.judge(judging.publisher(pipeline), held, judgement, operation):
                    if delete_original:
                        judging.delete_original(pipeline.s3, each)
                    done += 1
                    step()
        finally:
            say(f"{judgement}: {done} of {counted(len(held), 'picture')} (operation {operation.id})")
