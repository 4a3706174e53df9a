"""A failed run, and the shortest like it: fewer operations, fewer faults, the same invariant broken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.simulation.invariants import AT_REST, MENDED, Broken, every_order_ends_the_same
from tests.simulation.pixels import simulated
from tests.simulation.run import Plan, Run, calmly
from tests.simulation.world import NeverEnds

_TRIES = 600


@dataclass(frozen=True)
class Failure:
    """A run that broke an invariant: which one, and in which words."""

    run: Run
    invariant: str
    words: str

    def __str__(self) -> str:
        plan = self.run.plan
        return (
            f"seed {plan.seed}: {self.invariant.replace('_', ' ')}\n{self.words}\n{self.run.story()}\n"
            f"replay: make simulate SEED={plan.seed}"
        )


def failure(plan: Plan) -> Failure | None:
    """Run a plan; return what it broke."""
    run = Run(plan)
    invariant: Callable[..., None] = _ends
    with simulated(run.world.time):
        try:
            run.operate()
            for invariant in AT_REST:
                invariant(run)
            invariant = _ends
            run.mend()
            for invariant in MENDED:
                invariant(run)
        except (Broken, NeverEnds) as broken:
            return Failure(run, invariant.__name__, str(broken))
    if plan.keeps == "no" and any(each.verb == "erase" for each in plan.operations):
        return None  # whether archive or somebody deletes a version first decides what S3 shows then
    try:
        every_order_ends_the_same(run, calmly(plan))
    except Broken as broken:
        return Failure(run, every_order_ends_the_same.__name__, str(broken))
    return None


def _ends() -> None:
    """A run comes to rest."""


def shrunk(first: Failure) -> Failure:
    """Return the shortest failure that is found in some hundred tries, each a plan with less in it."""
    best, tries = first, 0
    while tries < _TRIES:
        for plan in _shorter(best):
            tries += 1
            found = failure(plan)
            if found and found.invariant == best.invariant:
                best = found
                break
            if tries >= _TRIES:
                break
        else:
            break
    return best


def _shorter(failed: Failure) -> Iterator[Plan]:
    plan = failed.run.plan
    for n in reversed(range(len(plan.operations))):
        if plan.operations[n].verb in ("upload", "delete") and any(each.what[0] == "#" for each in plan.operations):
            continue  # others name versions by their number
        yield replace(plan, operations=plan.operations[:n] + plan.operations[n + 1 :])
    for kind in vars(plan.weather):
        if getattr(plan.weather, kind):
            yield replace(plan, weather=replace(plan.weather, **{kind: 0.0}))
    happened = failed.run.world.chance.happened
    for size in (len(happened) // 2, 4, 1):
        if size:
            for start in range(0, len(happened), size):
                yield replace(plan, without=plan.without | {*happened[start : start + size]})
