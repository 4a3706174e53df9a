"""How every actor is doing: one look at mappings, queues and metrics. Nothing is received from any queue."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from brigade.flow import mappings
from brigade.flow.metrics import ActorMetrics, measure
from brigade.pipeline import Pipeline
from brigade.queue_counts import counts
from infra import names
from infra.messaging import RETENTION_S
from kit.actor import Actor

_STATES = {mappings.ENABLED: "running", mappings.DISABLED: "paused"}
# Seconds that the operator should still have when an old message is pointed out.
_NOTICE_S = 24 * 60 * 60

Measure = Callable[[Pipeline, Sequence[Actor]], dict[str, ActorMetrics]]


@dataclass(frozen=True)
class Vitals:
    """One actor, or what SNS could not deliver to any of them: dead letters alone.

    Counts are SQS's approximate ones; ``oldest_s`` in seconds, None where not known or nothing waits.
    """

    actor: str
    state: str  # running, paused, or AWS's word for what lies between; empty: it is no actor
    waiting: int  # messages that can be received, or are delayed
    in_flight: int  # messages that the actor has received and not settled
    oldest_s: float | None
    dead_letters: int
    per_minute: float | None  # messages settled, None where not known

    @property
    def is_expiring(self) -> bool:
        """Whether SQS will soon delete the oldest message, unheard."""
        return self.oldest_s is not None and self.oldest_s > RETENTION_S - _NOTICE_S


def look(pipeline: Pipeline, actors: Sequence[Actor], measure: Measure = measure) -> list[Vitals]:
    """Return how the actors are doing, and last what SNS could not deliver; asks everything at once."""
    sqs = pipeline.target.client("sqs")  # made here: making one is not for several threads
    with ThreadPoolExecutor(2 * len(actors) + 3) as pool:
        measured = pool.submit(measure, pipeline, actors)
        states = pool.submit(mappings.states, pipeline, actors)
        queues = pool.map(lambda actor: counts(sqs, pipeline.output(names.queue(actor))), actors)
        dead = pool.map(lambda actor: counts(sqs, pipeline.output(names.dead_letter_queue(actor))), actors)
        undelivered = pool.submit(counts, sqs, pipeline.output(names.UNDELIVERED_QUEUE))
        found = measured.result()
        of_actors = [
            Vitals(
                actor=actor.name,
                state=_STATES.get(state, state.lower()),
                waiting=queue.visible + queue.delayed,
                in_flight=queue.held,
                # CloudWatch lags some minutes behind a queue that is empty by now.
                oldest_s=found[actor.name].oldest_s if queue.total else None,
                dead_letters=letters.total,
                per_minute=found[actor.name].per_minute,
            )
            for actor, state, queue, letters in zip(actors, states.result(), queues, dead, strict=True)
        ]
        return [*of_actors, Vitals(names.UNDELIVERED, "", 0, 0, None, undelivered.result().total, None)]
