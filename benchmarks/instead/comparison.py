"""The comparison's tables, and its section of RESULTS.md. Pure but for ``write``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import quantiles
from typing import Any

from benchmarks import report
from benchmarks.report import Table, markdown
from benchmarks.write_units import TABLE, UNIT_BYTES, item_bytes
from brigade.cost import estimate, prices
from brigade.cost.measured import Run, Work
from kit.actor import Actor
from kit.chain import Chain
from kit.events import ImageUploaded
from services.chain import CHAIN

SECTION = "Beside what people would write instead"
# What becomes of a picture.
FATES = DONE, KNOWN, HALF, LOST = "done", "not done, and on record", "half-done, unknown", "nothing done, unknown"
# One vCPU: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEMORY_MB = 1769
# What a single function is billed for: it has no queue, announces nothing, and is not traced.
_BILLED = {"CloudWatch", "DynamoDB", "Lambda", "S3"}


@dataclass
class Seen:
    """What was seen of one contender.

    ``alone_s`` are latencies and ``requests`` its functions' requests of ``pictures`` that came one by one; ``wall_s``
    and ``cpu_s`` are of as many that came together. A single function has a ``record`` of a picture, in DynamoDB's
    notation, and ``waits``: how often it waits for answers, by service, those that it asks for together once.
    """

    waits: Mapping[str, float] = field(default_factory=dict)
    alone_s: list[float] = field(default_factory=list)
    pictures: int = 0
    wall_s: float = 0
    cpu_s: float = 0
    requests: Counter[str] = field(default_factory=Counter)
    record: Mapping[str, Any] = field(default_factory=dict)
    kills: int = 0
    fates: Counter[str] = field(default_factory=Counter)


def tables(seen: Mapping[str, Seen], run: Run) -> tuple[Table, ...]:
    """Return everything that is published; ``run`` is what our chain takes, for its cost."""
    return (speed(seen), cost(seen, run), losses(seen))


def speed(seen: Mapping[str, Seen]) -> Table:
    cuts = [quantiles(each.alone_s, n=20, method="inclusive") for each in seen.values()]
    rows = (
        ("upload to all outputs stored, p50", *(f"{each[9]:.2f} s" for each in cuts)),
        ("p95", *(f"{each[18]:.2f} s" for each in cuts)),
        ("pictures a second, four under way", *(f"{each.pictures / each.wall_s:.2f}" for each in seen.values())),
        ("CPU a picture", *(f"{each.cpu_s / each.pictures:.2f} s" for each in seen.values())),
    )
    note = "Latency of pictures that come one by one; CPU is that of all the functions' processes, user and system."
    return Table("Speed", note, ("", *seen), rows)


def cost(seen: Mapping[str, Seen], run: Run) -> Table:
    asked = [requests(each, run) for each in seen.values()]
    names = sorted({name for each in asked for name in each})
    rows = [(name, *(f"{each.get(name, 0):.1f}" for each in asked)) for name in names]
    for what, batched in (("one by one", False), ("in full batches", True)):
        usd = (million(each, run, batched=batched) for each in seen.values())
        rows.append((f"US dollars for a million, {what}", *(f"{each:,.0f}" for each in usd)))
    note = (
        "Requests of one picture that comes alone, those of Lambda's poller included; dollars by the price list of "
        f"`brigade cost`, with its assumptions. A single function has {MEMORY_MB:,} MB, which is one vCPU."
    )
    return Table("Requests and cost", note, ("", *seen), tuple(rows))


def requests(seen: Seen, run: Run) -> dict[str, float]:
    """Return the requests of one picture: what was counted, and for our queues a receive and a delete of a message."""
    asked = {name: number / seen.pictures for name, number in seen.requests.items()}
    messages = sum(work.messages for work in run.actors.values())
    return asked if seen.record else asked | {"sqs, Lambda's poller": 2 * messages}


def million(seen: Seen, run: Run, *, batched: bool) -> float:
    """Return US dollars for a million such pictures; a single function is invoked for each, however they come."""
    if not seen.record:
        return sum(line.usd for line in estimate.estimate(run, prices.load(), CHAIN, batched=batched))
    alone = Actor(name="alone", purpose="Does everything", hears=(ImageUploaded,), memory=MEMORY_MB)
    chain = Chain(ImageUploaded, (alone,))
    lines = estimate.estimate(taken(seen, alone.name), prices.load(), chain, batched=False)
    return sum(line.usd for line in lines if line.service in _BILLED)


def taken(seen: Seen, name: str) -> Run:
    """Return what a single function takes for a picture, as `brigade cost` reads it."""
    stored = sum(int(each["M"]["bytes"]["N"]) for each in seen.record["renditions"]["L"])
    original = float(seen.record["bytes"]["N"])
    work = Work(
        messages=1,
        cpu_ms=seen.cpu_s / seen.pictures * 1000,
        requests={name: number / seen.pictures for name, number in seen.requests.items()},
        waits=dict(seen.waits),
        read_bytes=original,
        stored_bytes=stored,
        logged_bytes=0,
    )
    units = {TABLE: float(ceil(item_bytes(seen.record) / UNIT_BYTES))}
    return Run(
        recipe="default", megapixels=12, turned=False, original_bytes=original, actors={name: work}, write_units=units
    )


def losses(seen: Mapping[str, Seen]) -> Table:
    rows = (
        ("processes killed", *(f"{each.kills}" for each in seen.values())),
        *((what, *(f"{each.fates[what]}" for each in seen.values())) for what in FATES),
    )
    note = (
        "Pictures that came one every two seconds, while every two seconds on the average a process that was at work "
        "got SIGKILL. Unknown: neither a record nor a message tells of them; a dead-letter queue would have kept the "
        "events of those. The local cloud invokes a failed function again as often as Lambda, after a second and two "
        "instead of minutes. What a killed process of ours had received came back after 20 s, by the template after "
        "minutes."
    )
    return Table("Killed at random", note, ("", *seen), rows)


def write(found: Sequence[Table]) -> None:
    """Write the section of RESULTS.md."""
    about = (
        f"`make bench-peers`, {report.today()}, on {report.machine()}, {report.busy()}. "
        "JPEGs of twelve megapixels, the ten renditions "
        "of the default recipe, one local cloud, all three in turn. The single functions are invoked by their bucket's "
        "notification and do everything: fetch, turn upright, strip, make and store the renditions, keep a record "
        "(`benchmarks/instead/`). They store no master, read no camera's metadata and tell nobody."
    )
    report.write(SECTION, about, *map(markdown, found))
