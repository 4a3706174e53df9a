"""The chain as it is now, and what operators did."""

from dataclasses import asdict
from itertools import islice
from typing import Any

from msgspec import to_builtins

from brigade.console import structs
from brigade.console.console import Console
from brigade.flow import mappings, vitals
from brigade.terminal import duration
from kit.envelope import now
from services.catalog.actor import CATALOG


def look(console: Console) -> dict[str, Any]:
    """Return how every actor is doing, as ``brigade status --json``, and who says what to whom: the ``edges``.

    ``oldest`` is in words; ``expiring``: SQS will soon delete an actor's oldest message.
    """
    chain = console.pipeline.chain
    *actors, undelivered = vitals.look(console.pipeline, chain.actors)
    more = [
        {
            "name": actor.name,
            "purpose": actor.purpose,
            "oldest": None if each.oldest_s is None else duration(each.oldest_s),
            "expiring": each.is_expiring,
        }
        for actor, each in zip(chain.actors, actors, strict=True)
    ]
    return {
        "stack": console.pipeline.stack.name,
        "where": console.target,
        "read_only": console.read_only,
        "at": now(),
        "actors": [asdict(each) | said for each, said in zip(actors, more, strict=True)],
        "edges": [{"from": each.speaker, "to": each.hearer, "event": each.event.kind} for each in chain.edges]
        + [{"from": CATALOG.name, "to": each.name, "event": "stream"} for each in chain.actors if each.stream],
        "undelivered": undelivered.dead_letters,
    }


def switch(console: Console, actor: str, asked: structs.Switch) -> dict[str, Any]:
    """Pause or resume an actor, and return how all are doing when that is so."""
    actors = [console.pipeline.chain.actor(actor)]
    for _ in mappings.switch(console.pipeline, actors, on=asked.state == "running"):
        pass
    return look(console)


def history(console: Console, asked: structs.Newest) -> list[dict[str, Any]]:
    """Return the newest operations as ``brigade history --json``, with a ``count`` instead of their messages."""
    newest = list(islice(console.pipeline.history.newest(), asked.limit))
    more = [{"count": len(each.messages), "messages": None, "outcomes": each.outcomes} for each in newest]
    return [to_builtins(each) | said for each, said in zip(newest, more, strict=True)]
