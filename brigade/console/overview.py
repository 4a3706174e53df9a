"""The chain as it is now, and what operators did."""

from itertools import islice
from typing import Any

from msgspec import to_builtins

from brigade.console import structs
from brigade.console.console import Console
from brigade.flow import mappings, vitals
from brigade.flow.vitals import Vitals
from brigade.operations.operation import Operation
from brigade.terminal import duration
from kit.actor import Actor
from kit.chain import Edge
from kit.envelope import now
from services.portal.problems import Refused


def look(console: Console) -> structs.Overview:
    """Return how every actor is doing, and who says what to whom."""
    pipeline = console.pipeline
    chain = pipeline.chain
    *actors, undelivered = vitals.look(pipeline, chain.actors)
    return structs.Overview(
        stack=pipeline.stack.name,
        where=console.where,
        read_only=console.read_only,
        at=now(),
        actors=[_actor(*each) for each in zip(chain.actors, actors, strict=True)],
        edges=[_edge(each) for each in chain.edges],
        undelivered=undelivered.dead_letters,
    )


def switch(console: Console, actor: str, asked: structs.Switch) -> structs.Overview:
    """Pause or resume an actor, and return how all are doing when that is so."""
    found = console.place(actor).actor
    if not found:
        raise Refused(404, f"{actor} is no actor")
    for _ in mappings.switch(console.pipeline, [found], on=asked.state == "running"):
        pass
    return look(console)


def history(console: Console, asked: structs.Newest) -> list[dict[str, Any]]:
    """Return the newest operations, each with how many messages it had, and what came of them."""
    newest = islice(console.history.newest(), asked.limit)
    return [_operation(each) for each in newest]


def _operation(each: Operation) -> dict[str, Any]:
    said: dict[str, Any] = to_builtins(each)
    return said | {"count": len(said.pop("messages")), "outcomes": dict(each.outcomes)}


def _actor(actor: Actor, now: Vitals) -> structs.ActorNow:
    return structs.ActorNow(
        name=actor.name,
        purpose=actor.purpose,
        state=now.state,
        waiting=now.waiting,
        in_flight=now.in_flight,
        oldest=None if now.oldest_s is None else duration(now.oldest_s),
        oldest_s=now.oldest_s,
        expiring=now.is_expiring,
        dead_letters=now.dead_letters,
        per_minute=now.per_minute,
    )


def _edge(edge: Edge) -> dict[str, str]:
    return {"from": edge.speaker, "to": edge.hearer, "event": edge.event.kind}
