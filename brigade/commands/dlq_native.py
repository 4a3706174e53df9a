"""`brigade dlq redrive --native`: SQS moves all of a queue's dead letters itself."""

from collections import Counter
from collections.abc import Iterator

from brigade.commands.dlq_where import patiently
from brigade.dead_letters.native import RATES, MoveTask
from brigade.dead_letters.notify_catalog import tell
from brigade.dead_letters.redrive import REDRIVEN
from brigade.dead_letters.where import Where
from brigade.progress import progress
from brigade.tables import table
from brigade.terminal import OperatorError, ask, counted, out, say


def move(where: Where, rate: float | None, *, dry_run: bool, yes: bool) -> None:
    """Say what is there, ask, and let SQS move it. Raises OperatorError where the engine cannot."""
    if rate is not None and rate not in RATES:
        raise OperatorError("SQS moves from 1 to 500 letters a second, a whole number", "change --rate")
    task = MoveTask(where.queue, where.target.poll_s)
    letters = patiently(where, 0)
    reasons = Counter(letter.reason for letter in letters)
    out.print(table(where.name, ("reason", "to redrive"), [(why, str(count)) for why, count in reasons.most_common()]))
    if dry_run or not letters:
        return
    ask(f"Let SQS move all dead letters of {where.name} back?", yes)
    with where.record("redrive --native", letters) as operation:
        moved = _follow(task.run(int(rate) if rate else None), len(letters))
        for letter in letters:
            operation.note(letter.message_id, REDRIVEN)
        if where.pipeline:
            tell(where.pipeline, letters, REDRIVEN, operation)
    say(f"SQS moved {counted(moved, 'dead letter')} (operation {operation.id})")


def _follow(moves: Iterator[int], total: int) -> int:
    """Show a bar until all is moved; return how many letters that were."""
    shown = 0
    with progress("moving", total) as step:
        try:
            for moved in moves:
                step(moved - shown)
                shown = moved
        except KeyboardInterrupt:
            say("SQS goes on by itself; `aws sqs cancel-message-move-task` stops it")
            raise
    return shown
