"""A chain, what one picture takes of it, and what is assumed: what docs/scaling.md reckons with. Pure.

An actor is busy for as many seconds as brigade.cost counts: CPU that was measured, and waits that are assumed.
"""

from dataclasses import dataclass

from msgspec import structs

from brigade.cost.estimate import waiting_s, working_s
from brigade.cost.measured import Measured, Run
from brigade.cost.prices import Prices
from kit.actor import Actor, Bucket
from kit.chain import Chain
from services.catalog.actor import CATALOG

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
PARTITION_UNITS_S = 1_000
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
NEW_TABLE_UNITS_S = 4_000
# A new table's partitions, each of which has a shard of the stream; Lambda reads a shard's changes one after another:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
SHARDS = NEW_TABLE_UNITS_S // PARTITION_UNITS_S
# The actor after whose announcement a picture is READY, which the table's stream tells.
LAST = "resize"
# What is said of a picture that nobody moderates, and whose original stays where it is.
PLAIN = {"moderation": "off", "original": "kept"}


@dataclass(frozen=True)
class Model:
    """A chain, what one picture takes of it, and what is assumed."""

    chain: Chain
    run: Run
    prices: Prices

    @classmethod
    def whole(cls, chain: Chain, found: Measured, megapixels: float, prices: Prices) -> "Model":
        """Return that of the chain with its optional actors; the catalog hears what each of them says, too."""
        run = found.at("default", megapixels)
        catalog = run.actors[CATALOG.name]
        heard = sum(work.announced for work in found.optional.values())
        share = 1 + heard / catalog.messages
        more = structs.replace(catalog, messages=catalog.messages + heard, cpu_ms=catalog.cpu_ms * share)
        more = structs.replace(more, waits={service: number * share for service, number in catalog.waits.items()})
        actors = run.actors | found.optional | {CATALOG.name: more}
        return cls(chain.whole, structs.replace(run, actors=actors), prices)

    @property
    def actors(self) -> list[Actor]:
        """Those that a picture meets."""
        return [actor for actor in self.chain.actors if self.messages(actor)]

    def messages(self, actor: Actor) -> float:
        """Return how many messages of a picture an actor gets, changes that a stream tells it of included."""
        work = self.run.actors.get(actor.name)
        return work.messages + work.changes if work else 0

    def servers(self, actor: Actor) -> int:
        """Return how many invocations of an actor there are at most: as declared, or one a shard of its stream."""
        return SHARDS if actor.stream else actor.concurrency

    def seconds(self, actor: Actor) -> tuple[float, float]:
        """Return for how long an actor works on a picture, and waits."""
        work = self.run.actors[actor.name]
        return working_s(actor, work, self.prices), waiting_s(actor, work, self.prices)

    def at_once(self, actor: Actor, a_minute: float) -> float:
        """Return how many invocations are busy at a time: arrivals a second times seconds (Little's law)."""
        return a_minute / 60 * sum(self.seconds(actor))

    def heard_by(self, actor: Actor) -> tuple[str, ...]:
        """Return who hears what an actor says of a picture with which all goes well: nothing, or its first event."""
        work = self.run.actors.get(actor.name)
        if work is None or not work.announced:
            return ()
        return tuple(hearer.name for hearer in self.chain.subscribers(actor.says[0], PLAIN))

    def passes_on(self, actor: Actor) -> tuple[tuple[str, str], ...]:
        """Return who learns by the table's stream what an actor has written, and after whose message."""
        followers = (each for each in self.actors if each.stream and "UpdateItem" in actor.table)
        return tuple((LAST, follower.name) for follower in followers)

    @property
    def puts(self) -> float:
        """How many objects of a picture are stored in the target bucket."""
        writers = (actor for actor in self.actors if any(each.bucket is Bucket.TARGET for each in actor.writes))
        return sum(self.run.actors[actor.name].requests.get("s3.PutObject", 0) for actor in writers)
