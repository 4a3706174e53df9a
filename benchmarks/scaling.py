"""Queueing arithmetic: how many invocations at a time, how full the batches, and which quota is met first. Pure.

An actor is busy for as many seconds as brigade.cost counts: CPU that was measured, and waits that are assumed.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from random import Random
from statistics import quantiles
from typing import Any

from benchmarks.report import Table
from benchmarks.scaling_model import NEW_TABLE_UNITS_S, PARTITION_UNITS_S, SHARDS, Model
from benchmarks.simulate import Outcome, Station, service_times, simulate
from kit.actor import Actor
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
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
TABLE_UNITS_S = 40_000
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
SQS_IN_FLIGHT = 120_000
# A picture is put among those in work when it is admitted, and taken out when it is ready.
CHANGES_IN_WORK = 2
# A visitor's page asks for a ticket, and looks for what has become of the picture.
PORTAL_REQUESTS = 2


def concurrency(model: Model) -> Table:
    """Return invocations at a time by actor, and for how many pictures what is declared suffices."""
    rows = []
    for actor in model.actors:
        work_s, wait_s = model.seconds(actor)
        rows.append(
            (
                actor.name + (" (optional)" if actor.enabled_by else ""),
                f"{model.messages(actor):g}",
                f"{work_s * 1000:.0f}",
                f"{wait_s * 1000:.0f}",
                *(f"{model.at_once(actor, rate):,.1f}" for rate in RATES),
                f"{model.servers(actor)}{' shards' if actor.stream else ''}",
                f"{model.servers(actor) / model.at_once(actor, 1):,.0f}",
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
    seen = simulated(model, rate, arrivals).values()
    batches, messages = sum(each.batches for each in seen), sum(len(each.waited_s) for each in seen)
    waited = max(quantiles(each.waited_s, n=20)[-1] for each in seen)
    return f"{rate:,}", f"{batches / arrivals[-1]:,.1f}", f"{messages / batches:.2f}", f"{waited:.2f} s"


def backlog(model: Model) -> Table:
    """Return what a simulation sees of pictures that are all there at once."""
    seen = simulated(model, 0, [0.0] * BACKLOG)
    rows = tuple(
        (
            name,
            f"{model.servers(model.chain.actor(name))}",
            f"{each.batches:,}",
            f"{each.batch:.2f}",
            f"{each.longest:,}",
            f"{each.ended_s:,.0f} s",
        )
        for name, each in seen.items()
    )
    columns = ("actor", "servers", "invocations", "messages in a batch", "longest queue", "done after")
    return Table("A backlog", f"{BACKLOG:,} pictures at once; as many servers as are declared.", columns, rows)


def simulated(model: Model, rate: float, arrivals: list[float]) -> dict[str, Outcome]:
    """Return what happens at each actor when pictures arrive at these seconds, at so many a minute."""
    first = [actor.name for actor in model.chain.subscribers(model.chain.origin)]
    return simulate([_station(model, actor, rate) for actor in model.actors], arrivals, first)


def _station(model: Model, actor: Actor, rate: float) -> Station:
    # A table that takes more units has more partitions.
    shards = rate / 60 * model.run.write_units["table"] / PARTITION_UNITS_S
    servers = max(model.servers(actor), ceil(shards if actor.stream else ROOM * model.at_once(actor, rate)))
    return Station(
        actor.name,
        servers,
        actor.stream.batch if actor.stream else actor.batch,
        message_s=sum(model.seconds(actor)) / model.messages(actor),
        heard_by=model.heard_by(actor),
        passes_on=model.passes_on(actor),
    )


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
    fed_by_queues = [actor for actor in model.actors if not actor.stream]
    always = [actor for actor in fed_by_queues if not actor.enabled_by]
    slowest = max(always, key=lambda actor: seconds[actor] / actor.concurrency)
    for actor in (slowest, *(actor for actor in fed_by_queues if actor.enabled_by)):
        yield f"{actor.name}'s declared concurrency", actor.concurrency, seconds[actor]
    for actor in set(model.actors) - set(fed_by_queues):
        yield f"{actor.name}: shards of a new table's stream", SHARDS, seconds[actor]
    for api in model.chain.apis:
        yield f"{api.name}: requests that it passes on, a second", api.requests_a_second, PORTAL_REQUESTS
    yield "Lambda: invocations at a time", LAMBDA_AT_ONCE, sum(seconds.values())
    published = 1 + sum(work.announced for work in model.run.actors.values())
    for region, limit in SNS_PUBLISHES_S.items():
        yield f"SNS: publishes in {region}", limit, published
    yield "S3: PUTs below one prefix, while the bucket has not spread", S3_PUTS_S, model.puts
    units = model.run.write_units
    yield "DynamoDB: units of one partition, pictures in work by status", PARTITION_UNITS_S, CHANGES_IN_WORK
    yield "DynamoDB: units of one partition, pictures taken on one day", PARTITION_UNITS_S, units[BY_TAKEN.name]
    yield "DynamoDB: units of one partition, pictures of one camera", PARTITION_UNITS_S, units[BY_SERIAL.name]
    yield "DynamoDB: units of a table, at its very beginning", NEW_TABLE_UNITS_S, units["table"]
    yield "DynamoDB: units of a table", TABLE_UNITS_S, units["table"]
    # A message is in flight for as long as its batch is worked on.
    in_flight = max(seconds[actor] * actor.batch for actor in fed_by_queues)
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
    stations = [_measured_station(name, seen, model) for name, seen in worked.items()]
    first = [actor.name for actor in model.chain.subscribers(model.chain.origin)]
    outcomes = simulate(stations, load["arrived_s"], first, SEED)
    return max(outcome.ended_s for outcome in outcomes.values()) - float(min(load["arrived_s"]))


def _measured_station(name: str, seen: Mapping[str, Any], model: Model) -> Station:
    batch_s, message_s, noise = service_times(seen["messages"], [took / 1000 for took in seen["took_ms"]])
    actor = model.chain.actor(name)
    heard_by, passes_on = model.heard_by(actor), model.passes_on(actor)
    return Station(name, seen["at_once"], seen["batch"], message_s, batch_s, noise, heard_by, passes_on)
