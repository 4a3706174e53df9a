"""Queueing arithmetic: how many invocations at a time, how full the batches, and which quota is met first. Pure.

An actor is busy for as many seconds as brigade.cost counts: CPU that was measured, and waits that are assumed.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from math import ceil
from random import Random
from statistics import quantiles
from typing import Any

from benchmarks.report import Table
from benchmarks.simulate import Outcome, Station, service_times, simulate
from brigade.cost.estimate import waiting_s, working_s
from brigade.cost.measured import Run
from brigade.cost.prices import Prices
from kit.actor import Actor
from kit.chain import Chain
from records.table import BY_SERIAL, BY_TAKEN

RATES = (10, 1_000, 100_000)  # pictures a minute
SIMULATED = 2_000  # pictures, or what comes in SHORTEST_S
SHORTEST_S = 5
BACKLOG = 10_000  # pictures that are all there at once
SEED = 11
# So many more servers than are busy on the average.
ROOM = 1.25
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LAMBDA_AT_ONCE = 1_000
# https://docs.aws.amazon.com/general/latest/gr/sns.html#limits_sns
SNS_PUBLISHES_S = {"us-east-1": 30_000, "eu-west-1 and us-west-2": 9_000, "the smallest regions": 300}
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
S3_PUTS_S = 3_500
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
PARTITION_UNITS_S = 1_000
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
TABLE_UNITS_S = 40_000
NEW_TABLE_UNITS_S = 4_000
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
SQS_IN_FLIGHT = 120_000
# A picture is put among those in work when it is admitted, and taken out when it is ready.
CHANGES_IN_WORK = 2


@dataclass(frozen=True)
class Model:
    """A chain, what one picture takes of it, and what is assumed."""

    chain: Chain
    run: Run
    prices: Prices

    @property
    def actors(self) -> list[Actor]:
        """Those that a picture meets."""
        return [actor for actor in self.chain.actors if self.messages(actor)]

    def messages(self, actor: Actor) -> float:
        """Return how many messages of a picture an actor gets."""
        work = self.run.actors.get(actor.name)
        return work.messages if work else 0

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
        return tuple(hearer.name for hearer in self.chain.subscribers(actor.says[0]))

    def requests(self, *names: str) -> float:
        """Return how many such requests a picture takes."""
        return sum(work.requests.get(name, 0) for work in self.run.actors.values() for name in names)


def concurrency(model: Model) -> Table:
    """Return invocations at a time by actor, and for how many pictures what is declared suffices."""
    rows = []
    for actor in model.actors:
        work_s, wait_s = model.seconds(actor)
        rows.append(
            (
                actor.name,
                f"{model.messages(actor):g}",
                f"{work_s * 1000:.0f}",
                f"{wait_s * 1000:.0f}",
                *(f"{model.at_once(actor, rate):,.1f}" for rate in RATES),
                str(actor.concurrency),
                f"{actor.concurrency / model.at_once(actor, 1):,.0f}",
            )
        )
    totals = (f"{sum(model.at_once(actor, rate) for actor in model.actors):,.1f}" for rate in RATES)
    rows.append(("all", *("",) * 3, *totals, "", ""))
    at_once = (f"at once at {rate:,}/min" for rate in RATES)
    columns = ("actor", "messages", "works, ms", "waits, ms", *at_once, "declared", "suffices for, /min")
    return Table(
        "Concurrency", "Of one picture: its messages, and the actor's time for all of them.", columns, (*rows,)
    )


def rates(model: Model) -> Table:
    """Return what a simulation sees of pictures that come at each rate."""
    rows = tuple(_rate(model, rate) for rate in RATES)
    columns = ("pictures a minute", "invocations a second", "messages in a batch", "waited, p95")
    note = (
        f"Pictures that come by chance (seed {SEED}); as many servers as are declared, or a quarter more than are busy "
        "where that is more. The wait is the longest of any actor's, without what SNS and SQS take."
    )
    return Table("While every actor keeps up", note, columns, rows)


def _rate(model: Model, rate: int) -> tuple[str, ...]:
    arrivals = chance(rate / 60, max(SIMULATED, rate / 60 * SHORTEST_S))
    seen = _simulated(model, rate, arrivals).values()
    batches, messages = sum(each.batches for each in seen), sum(len(each.waited_s) for each in seen)
    waited = max(quantiles(each.waited_s, n=20)[-1] for each in seen)
    return f"{rate:,}", f"{batches / arrivals[-1]:,.1f}", f"{messages / batches:.2f}", f"{waited:.2f} s"


def backlog(model: Model) -> Table:
    """Return what a simulation sees of pictures that are all there at once."""
    seen = _simulated(model, 0, [0.0] * BACKLOG)
    rows = tuple(
        (
            name,
            f"{model.chain.actor(name).concurrency}",
            f"{each.batches:,}",
            f"{each.batch:.2f}",
            f"{each.longest:,}",
            f"{each.ended_s:,.0f} s",
        )
        for name, each in seen.items()
    )
    columns = ("actor", "servers", "invocations", "messages in a batch", "longest queue", "done after")
    return Table("A backlog", f"{BACKLOG:,} pictures at once; as many servers as are declared.", columns, rows)


def _simulated(model: Model, rate: float, arrivals: list[float]) -> dict[str, Outcome]:
    first = [actor.name for actor in model.chain.subscribers(model.chain.origin)]
    return simulate([_station(model, actor, rate) for actor in model.actors], arrivals, first)


def _station(model: Model, actor: Actor, rate: float) -> Station:
    servers = max(actor.concurrency, ceil(ROOM * model.at_once(actor, rate)))
    message_s = sum(model.seconds(actor)) / model.messages(actor)
    met = {actor.name for actor in model.actors}
    heard_by = tuple(hearer for hearer in model.heard_by(actor) if hearer in met)
    return Station(actor.name, servers, actor.batch, message_s, heard_by=heard_by)


def chance(a_second: float, count: float) -> list[float]:
    """Return the seconds at which so many independent arrivals happen."""
    random, at, arrivals = Random(SEED), 0.0, []  # noqa: S311 - chance, not secrecy
    for _ in range(round(count)):
        at += random.expovariate(a_second)
        arrivals.append(at)
    return arrivals


def quotas(model: Model) -> Table:
    """Return the quotas in the order in which a growing rate meets them."""
    rows = sorted((limit / need * 60, what, limit, need) for what, limit, need in _quotas(model))
    cells = tuple((what, f"{limit:,}", f"{need:.2f}", f"{met:,.0f}") for met, what, limit, need in rows)
    note = "Defaults of an account, a second or at a time; what one picture a second takes of it; pictures a minute."
    return Table("Quotas", note, ("quota", "limit", "a picture takes", "met at, /min"), cells)


def _quotas(model: Model) -> Iterator[tuple[str, int, float]]:
    seconds = {actor: sum(model.seconds(actor)) for actor in model.actors}
    slowest = max(model.actors, key=lambda actor: seconds[actor] / actor.concurrency)
    yield f"{slowest.name}'s declared concurrency", slowest.concurrency, seconds[slowest]
    yield "Lambda: invocations at a time", LAMBDA_AT_ONCE, sum(seconds.values())
    published = 1 + sum(work.announced for work in model.run.actors.values())
    for region, limit in SNS_PUBLISHES_S.items():
        yield f"SNS: publishes in {region}", limit, published
    yield "S3: PUTs below one prefix, while the bucket has not spread", S3_PUTS_S, model.requests("s3.PutObject")
    units = model.run.write_units
    yield "DynamoDB: units of one partition, pictures in work by status", PARTITION_UNITS_S, CHANGES_IN_WORK
    yield "DynamoDB: units of one partition, pictures taken on one day", PARTITION_UNITS_S, units[BY_TAKEN.name]
    yield "DynamoDB: units of one partition, pictures of one camera", PARTITION_UNITS_S, units[BY_SERIAL.name]
    yield "DynamoDB: units of a table, at its very beginning", NEW_TABLE_UNITS_S, units["table"]
    yield "DynamoDB: units of a table", TABLE_UNITS_S, units["table"]
    # A message is in flight for as long as its batch is worked on.
    in_flight = max(seconds[actor] * actor.batch for actor in seconds)
    yield "SQS: messages in flight of a queue, every batch full", SQS_IN_FLIGHT, in_flight


def drains(loads: Sequence[Mapping[str, Any]], model: Model) -> Table:
    """Return how long the simulation takes for what `make load` measured."""
    rows = tuple(
        (load["name"], f"{len(load['arrived_s']):,}", f"{was:.1f} s", f"{is_:.1f} s", f"{is_ / was:.2f}")
        for load in loads
        for was, is_ in [(measured_s(load), simulated_s(load, model))]
    )
    note = "Seconds from the first upload until nothing was left in any queue."
    return Table(
        "The simulation and the local cloud", note, ("load", "pictures", "measured", "simulated", "ratio"), rows
    )


def measured_s(load: Mapping[str, Any]) -> float:
    """Return the seconds from a load's first upload until all queues were empty."""
    busy = [at for at, *depths in zip(load["at_s"], *load["backlog"].values(), strict=True) if any(depths)]
    return float(max(busy) - min(load["arrived_s"]))


def simulated_s(load: Mapping[str, Any], model: Model) -> float:
    """Return what a simulation makes of the same arrivals, servers and invocations' times."""
    worked = {name: seen for name, seen in load["invocations"].items() if seen["took_ms"]}
    stations = [_measured_station(name, seen, model, set(worked)) for name, seen in worked.items()]
    first = [actor.name for actor in model.chain.subscribers(model.chain.origin)]
    outcomes = simulate(stations, load["arrived_s"], first, SEED)
    return max(outcome.ended_s for outcome in outcomes.values()) - float(min(load["arrived_s"]))


def _measured_station(name: str, seen: Mapping[str, Any], model: Model, there: Set[str]) -> Station:
    batch_s, message_s, noise = service_times(seen["messages"], [took / 1000 for took in seen["took_ms"]])
    heard_by = tuple(hearer for hearer in model.heard_by(model.chain.actor(name)) if hearer in there)
    return Station(name, seen["at_once"], seen["batch"], message_s, batch_s, noise, heard_by)
