"""Acts on dead letters: counted first, confirmed by that count, done in a thread, and followed."""

import secrets
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from brigade.console import structs
from brigade.console.console import Console
from brigade.console.letters import facts, selection
from brigade.console.worker import Begin, Work
from brigade.dead_letters.acts import Step, discarding, discards_file, redriving
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.redrive import MOST_REDRIVES, Pace, Redrive, RedrivePlan
from brigade.dead_letters.redrive import plan as redrive_plan
from brigade.dead_letters.where import Where
from brigade.flow import mappings
from brigade.terminal import OperatorError, counted
from services.portal.problems import Refused

_GOOD_S, _MOST_PLANS, _EXAMPLES = 600, 20, 3


def plan(console: Console, asked: structs.Wanted) -> dict[str, Any]:
    """Look anew, and say exactly which letters would be redriven or discarded; that is good for ten minutes.

    ``to``: the queue, or the file that keeps what is discarded. ``held_back``: how many are left without ``force``.
    ``paused``: nobody works on what is sent back.
    """
    place = console.place(asked.actor)
    if console.worker.now.running:
        raise OperatorError("another act is at work", "wait until it is done, or stop it")
    found, paused, to = console.look(place), False, place.back
    chosen = selection(asked.filter).choose(found.letters)
    begin: Begin
    if asked.act == "discard":
        meant, to = RedrivePlan(chosen[: asked.limit], []), str(discards_file(place).absolute())
        begin = partial(discarding, place, meant.letters, Path(to))
    else:
        meant = redrive_plan(chosen, most_redrives=MOST_REDRIVES, force=asked.force, limit=asked.limit)
        paused = _is_paused(console, place)
        begin = partial(_redriving, console, place, meant.letters)
    name, work = secrets.token_urlsafe(), Work(asked.act, asked.actor, to, len(meant.letters))
    console.plans[name] = work, begin, time.monotonic() + _GOOD_S
    for old in list(console.plans)[:-_MOST_PLANS]:
        del console.plans[old]
    return {
        "plan": name,
        "act": asked.act,
        "actor": asked.actor,
        "count": work.total,
        "held_back": len(meant.held_back),
        "to": to,
        "saw_all": place.queue.saw_all,
        "paused": paused,
        "reasons": Counter(letter.reason for letter in meant.letters),
        "examples": [facts(found, each) for each in meant.letters[:_EXAMPLES]],
    }


def start(console: Console, plan: str, asked: structs.Start) -> dict[str, str]:
    """Begin what was counted; raises Refused (404) where that is too old, OperatorError where its count is another."""
    if plan not in console.plans or time.monotonic() > console.plans[plan][-1]:
        raise Refused(404, "this was counted too long ago: count again")
    work, begin, _ = console.plans[plan]
    if asked.count != work.total or not work.total:
        raise OperatorError(f"this is for {counted(work.total, 'dead letter')}", "count again")
    operation = console.worker.start(work, begin)
    console.plans.pop(plan, None)
    return {"operation": operation}


def _is_paused(console: Console, place: Where) -> bool:
    return bool(place.actor and mappings.is_paused(console.pipeline, place.actor))


def _redriving(
    console: Console, place: Where, letters: Sequence[DeadLetter], step: Step
) -> AbstractContextManager[Redrive]:
    # Asked when it begins: the actor may have been paused or resumed since this was counted.
    watch_s = 0 if _is_paused(console, place) else Pace.watch_s
    return redriving(place, letters, Pace(poll_s=place.target.poll_s, watch_s=watch_s), step)
