"""What one picture costs, line by line. Pure: measured quantities times prices.

A function is paid for by its memory and its time. Memory buys CPU: a function of VCPU_MB has one vCPU, one of half
that half of one (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). So CPU time that was measured
here becomes time there, and the time in which a function waits for AWS comes on top.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from brigade.cost.measured import Run, Work
from brigade.cost.prices import Prices
from kit.actor import Actor
from kit.chain import Chain
from kit.outputs import MASTERS, RENDITIONS

VCPU_MB = 1769
_MB_PER_GB = 1024  # Lambda's
# Storing these, and reading what they are made from, is the work itself.
_PICTURES = (MASTERS, RENDITIONS)
_S3_READS = ("GetObject", "HeadObject")
_DYNAMODB_READS = ("dynamodb.GetItem", "dynamodb.Query")
_PRICED = ("s3", "sns", "sqs", "dynamodb")


@dataclass(frozen=True)
class Line:
    """One thing that is paid for: how much of it a picture takes, and US dollars for a million pictures.

    ``floor``: these requests are the work itself. ``assumed``: the quantity was not measured.
    """

    service: str
    what: str
    quantity: float
    unit: str
    usd: float
    floor: bool = False
    assumed: bool = False


def estimate(run: Run, prices: Prices, chain: Chain, *, batched: bool) -> list[Line]:
    """Return what a million such pictures cost.

    ``batched``: messages wait in such numbers that every batch is full; otherwise each is alone in its batch.
    Actors that were not measured cost nothing here: see ``unmeasured``.
    """
    works = [(actor, run.actors[actor.name]) for actor in chain.actors if actor.name in run.actors]
    polls = {actor.name: work.messages / (actor.batch if batched else 1) for actor, work in works}
    # Reading a stream is free for Lambda:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.Lambda.html
    followed = {
        actor.name: work.changes / (actor.stream.batch if batched else 1) for actor, work in works if actor.stream
    }
    invocations = {name: number + followed.get(name, 0) for name, number in polls.items()}
    return [
        line
        for line in (
            *(line for actor, work in works for line in _s3(actor, work, prices)),
            *_lambda(works, invocations, prices),
            *_messaging(works, polls, prices, batched=batched),
            *_catalog(run, works, prices),
            *_watching(works, invocations, prices),
        )
        if line.quantity
    ]


def unmeasured(run: Run, chain: Chain) -> list[str]:
    """Return the actors of which nothing is known."""
    return [actor.name for actor in chain.actors if actor.name not in run.actors]


def unpriced(run: Run) -> list[str]:
    """Return the requests for which the list has no price."""
    return sorted({name for work in run.actors.values() for name in work.requests if name.split(".")[0] not in _PRICED})


def _s3(actor: Actor, work: Work, prices: Prices) -> Iterator[Line]:
    for name, number in sorted(work.requests.items()):
        service, operation = name.split(".")
        if service == "s3":
            price = prices.per_million.s3_get if operation in _S3_READS else prices.per_million.s3_put
            floor = any(place.prefix in _PICTURES for place in actor.writes)
            yield Line("S3", f"{actor.name}: {operation}", number, "requests", number * price, floor)


def _lambda(works: list[tuple[Actor, Work]], invocations: dict[str, float], prices: Prices) -> Iterator[Line]:
    number = sum(invocations.values())
    yield Line("Lambda", "invocations", number, "requests", number * prices.per_million.lambda_request)
    for what, seconds, assumed in (("work", working_s, False), ("waiting", waiting_s, True)):
        for actor, work in works:
            taken = seconds(actor, work, prices) * actor.memory / _MB_PER_GB
            usd = taken * prices.per_million.lambda_gb_second
            yield Line("Lambda", f"{actor.name}: {what}", taken, "GB-s", usd, assumed=assumed)


def working_s(actor: Actor, work: Work, prices: Prices) -> float:
    """Return the seconds that a function computes for a picture: in one thread, so never on more than one vCPU."""
    vcpu = min(1, actor.memory / VCPU_MB)
    return work.cpu_ms / 1000 / prices.assumed.core_speed / vcpu


def waiting_s(_: Actor, work: Work, prices: Prices) -> float:
    """Return the seconds that it waits for answers, and for large objects to come and go."""
    answers = sum(number * prices.assumed.wait_ms[service] / 1000 for service, number in work.waits.items())
    return answers + (work.read_bytes + work.stored_bytes) / 1e6 / prices.assumed.s3_megabytes_s


def _messaging(
    works: list[tuple[Actor, Work]], polls: dict[str, float], prices: Prices, *, batched: bool
) -> Iterator[Line]:
    asked = 2 * sum(polls.values()) + _requests(works, "sqs.")
    yield Line("SQS", "receiving and deleting batches", asked, "requests", asked * prices.per_million.sqs_request)
    # S3 speaks first. https://docs.aws.amazon.com/sns/latest/dg/sns-batch-api-actions.html
    said = 1 + (_requests(works, "sns.") if batched else sum(work.announced for _, work in works))
    yield Line("SNS", "announcements", said, "requests", said * prices.per_million.sns_publish)


def _catalog(run: Run, works: list[tuple[Actor, Work]], prices: Prices) -> Iterator[Line]:
    for place, units in run.write_units.items():
        usd = units * prices.per_million.dynamodb_write
        yield Line("DynamoDB", place if place == "table" else f"index {place}", units, "write units", usd)
    reads = _requests(works, *_DYNAMODB_READS)
    yield Line("DynamoDB", "reads", reads, "read units", reads * prices.per_million.dynamodb_read)


def _watching(works: list[tuple[Actor, Work]], invocations: dict[str, float], prices: Prices) -> Iterator[Line]:
    price, total = prices.per_gb.logs / 1e9 * 1e6, sum(invocations.values())
    logged = sum(work.logged_bytes for _, work in works)
    yield Line("CloudWatch", "the actors' log", logged, "bytes", logged * price)
    platform = total * prices.assumed.platform_line
    yield Line("CloudWatch", "Lambda's log", platform, "bytes", platform * price, assumed=True)
    traces = (1 + total) * prices.assumed.xray_sampled
    yield Line("X-Ray", "sampled traces", traces, "traces", traces * prices.per_million.xray_trace, assumed=True)


def _requests(works: list[tuple[Actor, Work]], *beginnings: str) -> float:
    return sum(n for _, work in works for name, n in work.requests.items() if name.startswith(beginnings))
