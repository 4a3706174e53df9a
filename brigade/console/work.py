"""Acts on dead letters: counted first, confirmed by that count, done in a thread, and followed."""

import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from brigade.console import structs
from brigade.console.console import Console
from brigade.console.letters import facts, selection
from brigade.console.looking import look
from brigade.dead_letters.acts import discarding, discards_file, redriving
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.redrive import MOST_REDRIVES, Pace, RedrivePlan
from brigade.dead_letters.redrive import plan as redrive_plan
from brigade.dead_letters.where import Where
from brigade.flow import mappings
from brigade.terminal import OperatorError, counted
from services.portal.problems import Refused

_GOOD_S, _MOST_PLANS, _EXAMPLES = 600, 20, 3


@dataclass(frozen=True)
class Planned:
    """What was counted; ``until`` is a time of time.monotonic."""

    said: structs.Plan
    place: Where
    letters: Sequence[DeadLetter]
    until: float


def plan(console: Console, asked: structs.Wanted) -> structs.Plan:
    """Look at the letters anew, and say which would be redriven or discarded; nothing is done yet."""
    place = console.place(asked.actor)
    if console.worker.now.running:
        raise OperatorError("another act is at work", "wait until it is done, or stop it")
    found = look(place)
    chosen = selection(asked.filter).choose(found.letters)
    if asked.act == "redrive":
        meant = redrive_plan(chosen, most_redrives=MOST_REDRIVES, force=asked.force, limit=asked.limit)
        to, paused = place.back, _is_paused(place)
    else:
        meant = RedrivePlan(chosen[: asked.limit], [])
        to, paused = str(discards_file(place).absolute()), False
    said = structs.Plan(
        plan=secrets.token_urlsafe(),
        act=asked.act,
        actor=asked.actor,
        count=len(meant.letters),
        held_back=len(meant.held_back),
        to=to,
        saw_all=place.queue.saw_all,
        paused=paused,
        reasons=dict(Counter(letter.reason for letter in meant.letters).most_common()),
        examples=[structs.Letter(**facts(found, each)) for each in meant.letters[:_EXAMPLES]],
    )
    console.plans[said.plan] = Planned(said, place, meant.letters, time.monotonic() + _GOOD_S)
    for old in list(console.plans)[:-_MOST_PLANS]:
        del console.plans[old]
    return said


def start(console: Console, plan: str, asked: structs.Start) -> dict[str, str]:
    """Begin what was counted; raises Refused (404) where that is too old, OperatorError where its count is another."""
    meant = console.plans.get(plan)
    if not meant or time.monotonic() > meant.until:
        raise Refused(404, "this was counted too long ago: count again")
    said = meant.said
    if asked.count != said.count or not said.count:
        raise OperatorError(f"the plan is for {counted(said.count, 'dead letter')}, not {asked.count}", "count again")
    now = structs.Work(act=said.act, actor=said.actor, to=said.to, total=said.count)
    if said.act == "redrive":
        pace = Pace(poll_s=meant.place.target.poll_s, **{"watch_s": 0} if said.paused else {})
        operation = console.worker.start(now, lambda step: redriving(meant.place, meant.letters, pace, step))
    else:
        path = Path(said.to)
        operation = console.worker.start(now, lambda step: discarding(meant.place, meant.letters, path, step))
    del console.plans[plan]
    return {"operation": operation}


def now(console: Console) -> structs.Work:
    """Return the act that runs, or ran last."""
    return console.worker.now


def stop(console: Console) -> structs.Work:
    """Let the act do no more; what it has done stays done."""
    console.worker.stop()
    return console.worker.now


def _is_paused(place: Where) -> bool:
    actor, pipeline = place.actor, place.pipeline
    return bool(actor and pipeline and mappings.find(pipeline, actor).state == mappings.DISABLED)
