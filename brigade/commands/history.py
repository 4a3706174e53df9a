"""`brigade history`, also `brigade dlq history`: what operators did."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import click
from msgspec import to_builtins

from brigade.acting.here import here
from brigade.commands.dlq_options import of_pair
from brigade.commands.dlq_where import Whose
from brigade.commands.options import argument, as_json, option
from brigade.operations.operation import Operation
from brigade.operations.storage import History
from brigade.pipeline import Pipeline
from brigade.tables import table
from brigade.terminal import out, print_json


@click.command()
@argument("operation", required=False, help="The beginning of an operation's id.")
@option("--limit", default=20, type=click.IntRange(min=1), help="The newest so many.")
@as_json
@of_pair
def history(*, operation: str | None, limit: int, as_json: bool, whose: Whose) -> None:
    """List what operators did, newest first: who, when, where, to how many messages, and what came of them.

    That is all that was done to dead letters, reruns, and judgements on pictures.

    Of one operation, show its messages, and where each picture stands now.
    """
    kept, pipeline = _kept(whose)
    if operation is not None:
        _show(kept.find(operation), pipeline, as_json=as_json)
        return
    found = list(islice(kept.newest(), limit))
    if as_json:
        print_json([_facts(each) for each in found])
    elif found:
        columns = ("command", "where", "count", "what came of them", "by", "id")  # an id begins with its time
        out.print(table("", columns, [_row(each) for each in found]))
    else:
        out.print("nothing was done yet")


def _kept(whose: Whose) -> tuple[History, Pipeline | None]:
    if not whose.is_open:  # two queues were named
        return whose.one().history, None
    pipeline = Pipeline.find(here(), whose.stack)
    return pipeline.history, pipeline


def _facts(operation: Operation) -> Mapping[str, Any]:
    return {**to_builtins(operation), "outcomes": dict(operation.outcomes)}


def _row(operation: Operation) -> tuple[str, ...]:
    return (
        operation.command,
        operation.where,
        str(len(operation.messages)),
        _outcomes(operation),
        operation.by,
        operation.id,
    )


def _outcomes(operation: Operation) -> str:
    counted = ", ".join(f"{count} {outcome}" for outcome, count in operation.outcomes.most_common())
    return counted if operation.ended_at else f"{counted} (still at it, or killed)"


def _show(operation: Operation, pipeline: Pipeline | None, *, as_json: bool) -> None:
    statuses = _statuses(operation, pipeline)
    if as_json:
        facts = _facts(operation)
        for each in facts["messages"]:
            each["status"] = statuses.get(each["image_id"])
        print_json([facts])
        return
    ended = f"to {operation.ended_at}" if operation.ended_at else "and is still at it, or was killed"
    title = f"{operation.command} {operation.where} by {operation.by}, {operation.begun_at} {ended}"
    rows = [
        (each.key or each.image_id, each.reason, each.outcome, statuses.get(each.image_id, ""), each.message_id)
        for each in operation.messages
    ]
    out.print(table(title, ("picture", "reason", "outcome", "status now", "id"), rows))


def _statuses(operation: Operation, pipeline: Pipeline | None) -> dict[str, str]:
    """Return where the operation's pictures stand now, by id, as the catalog says."""
    ids = {each.image_id for each in operation.messages if each.image_id}
    if pipeline is None or not ids:
        return {}
    return {identity: record.status.value for identity, record in pipeline.catalog.get(ids).items()}
