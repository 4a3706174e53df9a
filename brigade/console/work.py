"""Acts on dead letters: counted first, confirmed by that count, done in a thread, and followed."""

import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brigade.console import structs
from brigade.console.console import Console, look
from brigade.console.letters import facts, selection
from brigade.console.worker import Work
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
    """What was counted, to be done as this work; ``until`` is a time of time.monotonic."""

    place: Where
    letters: Sequence[DeadLetter]
    paused: bool
    work: Work
    until: float


def plan(console: Console, asked: structs.Wanted) -> dict[str, Any]:
    """Look anew, and say exactly which letters would be redriven or discarded; that is good for ten minutes.

    ``to``: the queue, or the file that keeps what is discarded. ``held_back``: how many are left without ``force``.
    ``paused``: nobody works on what is sent back.
    """
    place = console.place(asked.actor)
    if console.worker.now.running:
        raise OperatorError("another act is at work", "wait until it is done, or stop it")
    found, paused, to = look(place), False, place.back
    chosen = selection(asked.filter).choose(found.letters)
    meant = RedrivePlan(chosen[: asked.limit], [])
    if asked.act == "discard":
        to = str(discards_file(place).absolute())
    else:
        meant = redrive_plan(chosen, most_redrives=MOST_REDRIVES, force=asked.force, limit=asked.limit)
        paused = mappings.is_paused(place.pipeline, place.actor) if place.actor and place.pipeline else False
    work, name = Work(asked.act, asked.actor, to, len(meant.letters)), secrets.token_urlsafe()
    console.plans[name] = Planned(place, meant.letters, paused, work, time.monotonic() + _GOOD_S)
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
        "reasons": dict(Counter(letter.reason for letter in meant.letters).most_common()),
        "examples": [facts(found, each) for each in meant.letters[:_EXAMPLES]],
    }


def start(console: Console, plan: str, asked: structs.Start) -> dict[str, str]:
    """Begin what was counted; raises Refused (404) where that is too old, OperatorError where its count is another."""
    meant: Planned | None = console.plans.get(plan)
    if not meant or time.monotonic() > meant.until:
        raise Refused(404, "this was counted too long ago: count again")
    if asked.count != meant.work.total or not asked.count:
        raise OperatorError(f"this is for {counted(meant.work.total, 'dead letter')}", "count again")
    place, letters = meant.place, meant.letters
    if meant.work.act == "redrive":
        pace = Pace(poll_s=place.target.poll_s, watch_s=0 if meant.paused else Pace.watch_s)
        operation = console.worker.start(meant.work, lambda step: redriving(place, letters, pace, step))
    else:
        path = Path(meant.work.to)
        operation = console.worker.start(meant.work, lambda step: discarding(place, letters, path, step))
    console.plans.pop(plan)
    return {"operation": operation}


def now(console: Console) -> Work:
    """Return the act that runs, or ran last."""
    return console.worker.now


def stop(console: Console) -> Work:
    """Let the act do no more; what it has done stays done."""
    console.worker.stop()
    return console.worker.now
