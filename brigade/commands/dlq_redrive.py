"""`brigade dlq redrive`: sending dead letters back to the queue that they came from."""

from collections import Counter
from collections.abc import Sequence

import click

from brigade.commands.dlq_native import move
from brigade.commands.dlq_options import of_actor, selecting
from brigade.commands.dlq_where import Whose, incomplete, patiently
from brigade.commands.options import Number, option, yes
from brigade.dead_letters.acts import redriving
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import HOLD_S
from brigade.dead_letters.reasons import explanation
from brigade.dead_letters.redrive import MOST_REDRIVES, WAVES, Pace, RedrivePlan, RedriveResult
from brigade.dead_letters.redrive import plan as redrive_plan
from brigade.dead_letters.selection import Selection
from brigade.dead_letters.where import Where
from brigade.flow import mappings
from brigade.progress import progress
from brigade.tables import table
from brigade.terminal import OperatorError, ask, counted, out, say

# What SQS does not know when it moves the letters itself.
_NOT_NATIVE = ("reason", "image", "key", "since", "limit", "max_redrives", "force", "stop_at", "watch")


@click.command()
@option("--limit", type=click.IntRange(min=1), help="At most so many, the oldest.")
@option("--rate", type=Number(min=0.01), help="Letters a second.")
@option(
    "--max-redrives",
    default=MOST_REDRIVES,
    type=click.IntRange(min=1),
    help="Leave a letter that failed for the same reason after so many redrives.",
)
@option("--force", is_flag=True, help="Take those too.")
@option(
    "--stop-at",
    default=0.5,
    type=Number(min=0, max=1),
    metavar="SHARE",
    help="Stop when more than this share comes straight back.",
)
@option(
    "--watch",
    default=20,
    type=Number(min=0),
    metavar="SECONDS",
    help="How long to wait for that, at most, after each wave.",
)
@option("--dry-run", is_flag=True, help="Say what would happen, and do nothing.")
@yes
@option("--native", is_flag=True, help="Let SQS move all letters itself: no filter, no lineage, AWS only.")
@selecting
@of_actor
@click.pass_context
def redrive(
    context: click.Context,
    *,
    chosen: Selection,
    limit: int | None,
    rate: float | None,
    max_redrives: int,
    force: bool,
    stop_at: float,
    watch: float,
    dry_run: bool,
    yes: bool,
    native: bool,
    whose: Whose,
) -> None:
    """Send an actor's dead letters back to its queue, in waves of 10, 100 and the rest.

    Each is sent before it is deleted, so that a command that is stopped loses none: give it again, and it goes on.
    Exits 1 when it stopped by itself, when a letter could not be sent, or when there are more than can be received in a
    minute.
    """
    where = whose.one()
    if _is_paused(where):
        watch = 0
    if native:
        _check_native(context, where)
        move(where, rate, dry_run=dry_run, yes=yes)
        return
    letters = chosen.choose(patiently(where, HOLD_S))
    saw_all = where.queue.saw_all
    plan = redrive_plan(letters, most_redrives=max_redrives, force=force, limit=limit)
    _show_plan(where, plan, max_redrives)
    if plan.letters and not dry_run:
        ask(f"Send {counted(len(plan.letters), 'dead letter')} back to {where.back}?", yes)
        if watch:
            waves = "10, 110 and all letters" if len(plan.letters) > WAVES[0] else "them"
            say(f"after {waves}: watching, for at most {watch:g} s, how many come straight back")
        pace = Pace(rate=rate, stop_at=stop_at, watch_s=watch, poll_s=where.target.poll_s)
        _conclude(_run(where, plan, pace), where, stop_at)
    if not saw_all and len(plan.letters) != limit:
        raise incomplete(where)


def _check_native(context: click.Context, where: Where) -> None:
    """Refuse what was asked for, and SQS would pass over in silence."""
    if where.pipeline and not where.actor:
        raise OperatorError("SQS does not know who hears what is undelivered", "leave --native out")
    given = [each for each in _NOT_NATIVE if getattr(context.get_parameter_source(each), "name", "") == "COMMANDLINE"]
    if given:
        options = " and ".join("--" + each.replace("_", "-") for each in given)
        raise OperatorError(
            f"SQS moves all letters or none, as fast as --rate says, and knows no {options}",
            "leave that out, or --native",
        )


def _is_paused(where: Where) -> bool:
    """Return whether nobody works on what is sent back, and say so: nothing can come straight back then."""
    if not (where.actor and where.pipeline):
        return False
    paused = mappings.is_paused(where.pipeline, where.actor)
    if paused:
        say(f"{where.name} is paused: what is sent back waits in its queue until `brigade resume {where.name}`")
    return paused


def _show_plan(where: Where, plan: RedrivePlan, max_redrives: int) -> None:
    """Say how many letters of which reason will be sent, and how many will not."""
    if not plan.letters and not plan.held_back:
        say(f"no dead letter of {where.name} is to be redriven")
        return
    sent, held_back = _reasons(plan.letters), _reasons(plan.held_back)
    rows = [(reason, str(sent[reason]), str(held_back[reason])) for reason, _ in (sent + held_back).most_common()]
    title = f"{where.name} on {where.target.describe()}"
    out.print(table(title, ("reason", "to redrive", "held back"), rows))
    for reason, why in ((reason, explanation(reason)) for reason in sent if where.pipeline):
        if why:
            say(f"{reason}: {why}")
    if plan.held_back:
        say(
            f"warning: {counted(len(plan.held_back), 'dead letter')} failed for the same reason after {max_redrives} "
            "redrives, and will be left: mend the cause, `brigade dlq edit` or `discard` them, or take them by --force"
        )


def _run(where: Where, plan: RedrivePlan, pace: Pace) -> RedriveResult:
    """Redrive, recorded and with a progress bar; say what was done even where it was broken off."""
    with (
        progress("redriving", len(plan.letters)) as step,
        redriving(where, plan.letters, pace, step) as run,
    ):
        try:
            return run.run()
        except BaseException:
            say(f"{run.account.redriven} redriven; give the command again to go on (operation {run.operation.id})")
            raise


def _conclude(account: RedriveResult, where: Where, stop_at: float) -> None:
    back = len(account.came_back)
    reasons = ", ".join(f"{count} {reason}" for reason, count in _reasons(account.came_back).most_common())
    say(
        f"{account.redriven} redriven, {back} came straight back{f' ({reasons})' if back else ''}, "
        f"{account.left} left, {account.taken} were taken by somebody else"
    )
    if account.stopped:
        raise OperatorError(
            f"{back} of {account.redriven} came straight back, and more than {stop_at:.0%} is too much: stopped",
            f"`brigade dlq show {where.words}` says why; mend that, then repeat",
        )
    if account.refused:
        raise OperatorError(
            f"{counted(account.refused, 'dead letter')} could not be sent, and stayed",
            "`brigade history` says why for each",
        )
    if account.left:
        raise OperatorError(
            f"{counted(account.left, 'dead letter')} could not be got hold of", "give the command again"
        )


def _reasons(letters: Sequence[DeadLetter]) -> Counter[str]:
    return Counter(letter.reason for letter in letters)
