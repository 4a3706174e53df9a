"""Event source mappings: each feeds one actor's function from its queue. Disabled, the actor is paused."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brigade.pipeline import Pipeline
from brigade.terminal import OperatorError
from infra import names
from kit.actor import Actor

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef

# AWS's words: https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html
# Between these two a mapping is Creating, Enabling, Disabling, Updating or Deleting.
ENABLED, DISABLED = "Enabled", "Disabled"
# Of an actor with two sources, one of which was stopped by hand.
PARTLY = "Partly paused"
# AWS takes seconds, seldom minutes.
PATIENCE_S = 300


@dataclass(frozen=True)
class Mapping:
    """What feeds one actor. ``state`` is AWS's word; ``at_once`` is how many invocations its queue's allows at a time.

    Beside its queue's mapping, an actor may have one from the table's stream: they are stopped and started together.
    """

    uuids: tuple[str, ...]
    state: str
    at_once: int | None

    @property
    def is_settled(self) -> bool:
        """Whether nothing changes by itself any more."""
        return self.state in {ENABLED, DISABLED, PARTLY}


def find(pipeline: Pipeline, actor: Actor) -> Mapping:
    """Return an actor's mapping; raises OperatorError where it has none."""
    function, queue = pipeline.output(names.function(actor)), pipeline.output(names.queue(actor))
    pages = _functions(pipeline).get_paginator("list_event_source_mappings").paginate(FunctionName=function)
    found = [each for page in pages for each in page["EventSourceMappings"]]
    # A function may have other sources, too. A queue's name ends its URL and its ARN alike.
    queues = [each for each in found if each["EventSourceArn"].rpartition(":")[2] == queue.rpartition("/")[2]]
    if not queues:
        hint = "destroy and deploy again"
        raise OperatorError(f"nothing feeds {actor.name} from its queue: its mapping is gone", hint)
    streams = [each for each in found if actor.stream and ":dynamodb:" in each["EventSourceArn"]]
    return _mapping([*queues, *streams])


def is_paused(pipeline: Pipeline, actor: Actor) -> bool:
    """Return whether nobody works on what an actor's queue holds."""
    return find(pipeline, actor).state == DISABLED


def paused(pipeline: Pipeline) -> list[str]:
    """Return the names of the actors that are paused."""
    actors = pipeline.chain.actors
    found = zip(actors, states(pipeline, actors), strict=True)
    return [actor.name for actor, state in found if state == DISABLED]


def states(pipeline: Pipeline, actors: Sequence[Actor]) -> list[str]:
    """Return the state of each actor's mapping, all asked at once; raises as ``find`` does."""
    _functions(pipeline)  # made here: making a client is not for several threads
    with ThreadPoolExecutor(len(actors)) as pool:
        return list(pool.map(lambda actor: find(pipeline, actor).state, actors))


def switch(
    pipeline: Pipeline, actors: Iterable[Actor], *, on: bool, patience_s: float = PATIENCE_S
) -> Iterator[tuple[Actor, bool]]:
    """Start or stop actors; yield each as soon as AWS says that it is so, and whether it was this that changed it.

    Raises OperatorError when one is not done within so many seconds.
    """
    wanted = ENABLED if on else DISABLED
    deadline = time.monotonic() + patience_s
    left = {actor: find(pipeline, actor) for actor in actors}
    asked: set[Actor] = set()
    while True:
        for actor, mapping in list(left.items()):
            if mapping.state == wanted:
                del left[actor]
                yield actor, actor in asked
            elif mapping.is_settled and actor not in asked:  # a change under way must end first: AWS refuses two
                for uuid in mapping.uuids:
                    _functions(pipeline).update_event_source_mapping(UUID=uuid, Enabled=on)
                asked.add(actor)
        if not left:
            return
        if time.monotonic() >= deadline:
            late = " and ".join(f"{actor.name} is still {mapping.state.lower()}" for actor, mapping in left.items())
            raise OperatorError(late, "`brigade status` shows when that is done")
        time.sleep(pipeline.target.poll_s)
        left = {actor: _again(pipeline, mapping) for actor, mapping in left.items()}


def _again(pipeline: Pipeline, mapping: Mapping) -> Mapping:
    return _mapping([_functions(pipeline).get_event_source_mapping(UUID=uuid) for uuid in mapping.uuids])


def _functions(pipeline: Pipeline) -> Any:
    return pipeline.target.client("lambda")


def _mapping(found: "Sequence[EventSourceMappingConfigurationTypeDef]") -> Mapping:
    """Return what these mappings are together; the first is the queue's."""
    states = {each["State"] for each in found}
    changing = states - {ENABLED, DISABLED}
    state = (changing or states).pop() if changing or len(states) == 1 else PARTLY
    at_once = found[0].get("ScalingConfig", {}).get("MaximumConcurrency")
    return Mapping(tuple(each["UUID"] for each in found), state, at_once)
