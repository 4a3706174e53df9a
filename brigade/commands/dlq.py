"""`brigade dlq`: what could not be done, and why."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import typer

from brigade.commands import here
from brigade.commands.options import AsJson, StackName
from brigade.console import out, print_json, table

app = typer.Typer(help="Dead letters: what could not be done, and why.", no_args_is_help=True)


@app.command()
def ls(stack: StackName = "brigade", as_json: AsJson = False) -> None:
    """List dead letters by actor and reason, with one example each. Looking takes nothing out of a queue."""
    from brigade.pipeline import Pipeline
    from services.chain import CHAIN

    pipeline = Pipeline.find(here(), stack)
    groups: list[dict[str, Any]] = []
    for actor in CHAIN.actors:
        letters = pipeline.dead_letters(actor)
        for reason, count in Counter(letter.reason for letter in letters).most_common():
            oldest = next(letter for letter in letters if letter.reason == reason)
            groups.append(
                {
                    "actor": actor.name,
                    "reason": reason,
                    "count": count,
                    "oldest_at": oldest.sent_at.isoformat(),
                    "example": {"image_id": oldest.image_id, "key": oldest.key, "detail": oldest.detail},
                }
            )
    if as_json:
        print_json(groups)
        return
    if not groups:
        out.print("no dead letters")
        return
    columns = ("actor", "reason", "count", "oldest", "for example", "detail")
    out.print(table("", columns, [_row(group) for group in groups]))


def _row(group: dict[str, Any]) -> tuple[str, ...]:
    age = datetime.now(UTC) - datetime.fromisoformat(group["oldest_at"])
    example = group["example"]
    return (
        group["actor"],
        group["reason"],
        str(group["count"]),
        f"{str(age).partition('.')[0]} ago",
        example["key"] or example["image_id"],
        example["detail"],
    )
