"""`brigade cost`: what the bill will be."""

from dataclasses import asdict

import click
from rich.text import Text

from brigade.commands.options import Number, as_json, option
from brigade.cost import estimate, measured, monthly, prices
from brigade.cost.archived import Kept, kept
from brigade.cost.estimate import Line
from brigade.cost.measured import Measured
from brigade.cost.monthly import Standing
from brigade.cost.optional import optional
from brigade.cost.prices import Prices
from brigade.tables import table
from brigade.terminal import OperatorError, out, print_json
from services.chain import CHAIN

MILLION = 1e6
# The default rule samples one request a second before its share: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
SECONDS_A_MONTH = 30 * 24 * 3600
# What Lambda's pollers ask of a queue that is empty, in a month:
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html has the pollers; the number is from bills.
EMPTY_POLLS = 650_000


@click.command()
@option("--pictures", default=1_000_000, type=Number(min=1, max=1e15), help="How many pictures.")
@option("--megapixels", default=12, type=Number(min=0), help="Their size.")
@option("--recipe", default="default", help="The recipe that makes their renditions.")
@option(
    "--turned",
    default=0,
    type=Number(min=0, max=1),
    help="The share whose pixels must be turned or converted, 0 to 1.",
)
@option("--archive", is_flag=True, help="Also what their originals cost in each of S3's classes.")
@option("--portal", is_flag=True, help="Also what the portal and CloudFront cost, where a stack has them.")
@as_json
def cost(
    pictures: float, megapixels: float, recipe: str, turned: float, archive: bool, portal: bool, as_json: bool
) -> None:
    """Say what pictures cost on AWS, from what `make bench` measured and a dated price list; no account is asked."""
    figures, listed = measured.load(), prices.load()
    run = figures.at(recipe, megapixels, turned)
    if missing := estimate.unpriced(run):
        raise OperatorError(f"there is no price for {', '.join(missing)}", f"add it to {prices.LIST.name}")
    bulk, single = (estimate.estimate(run, listed, CHAIN, batched=batched) for batched in (True, False))
    standing = monthly.monthly(CHAIN, listed)
    originals = kept(pictures, run.original_bytes, listed) if archive else []
    parts = list(optional(CHAIN, listed)) if portal else []
    if as_json:
        lines = [_as_json(*pair, pictures) for pair in zip(bulk, single, strict=True)]
        archived = {"archive": [asdict(each) for each in originals]} if archive else {}
        chosen = {"optional": [asdict(each) for each in parts]} if portal else {}
        print_json([{"pictures": lines, "a_month": [asdict(each) for each in standing], **archived, **chosen}])
        return
    rows = [row for pair in zip(bulk, single, strict=True) for row in [_row(*pair, pictures)]]
    title = f"{pictures:,.0f} pictures of {megapixels:g} megapixels, recipe {recipe}: US dollars"
    columns = ("service", "what", "a picture", "", "in bulk", "one by one")
    out.print(table(title, columns, [*rows, *_sums(bulk, single, pictures)]))
    title = "A month, whatever the load, for each stack: US dollars"
    out.print(table(title, ("what", "number", "a month"), _a_month(standing)))
    if originals:
        title = f"Their originals, {pictures * run.original_bytes / 1e9:,.0f} GB, in S3's classes: US dollars"
        of_class = ("class", "to put there", "a month", "to read once", "at least, deleted at once")
        out.print(table(title, of_class, map(_class, originals)))
    if parts:
        priced = [(each.part, each.what, f"{each.usd:9,.2f}") for each in parts]
        out.print(table("The portal and CloudFront, where a stack has them: US dollars", ("part", "what", ""), priced))
    for line in _notes(figures, listed, estimate.unmeasured(run, CHAIN)):
        out.print(Text(line), soft_wrap=False)


def _row(bulk: Line, single: Line, pictures: float) -> tuple[str, ...]:
    what = f"{bulk.what} (assumed)" if bulk.assumed else bulk.what
    return bulk.service, what, f"{bulk.quantity:,.3f}", bulk.unit, *_dollars(bulk.usd, single.usd, pictures)


def _dollars(bulk: float, single: float, pictures: float) -> tuple[str, str]:
    return f"{bulk * pictures / MILLION:,.2f}", f"{single * pictures / MILLION:,.2f}"


def _sums(bulk: list[Line], single: list[Line], pictures: float) -> list[tuple[str, ...]]:
    def row(title: str, *sums: float) -> tuple[str, ...]:
        return "", title, "", "", *_dollars(sums[0], sums[1], pictures)

    def ratio(title: str, *sums: float) -> tuple[str, ...]:
        return "", title, "", "", *(f"{part / floor:.2f}" for part in sums)

    floor = sum(line.usd for line in bulk if line.floor)
    whole = [sum(line.usd for line in lines) for lines in (bulk, single)]
    measured = [sum(line.usd for line in lines if not line.assumed) for lines in (bulk, single)]
    return [
        row("all", *whole),
        ("", "a thousand pictures", "", "", *(f"{part / 1000:.4f}" for part in whole)),
        row("the floor: S3's requests for masters and renditions", floor, floor),
        ratio("all ÷ the floor", *whole),
        ratio("all but what is assumed ÷ the floor", *measured),
    ]


def _class(each: Kept) -> tuple[str, ...]:
    least = f"{each.least:,.2f}" + (f" ({each.least_days} days)" if each.least_days else "")
    return each.storage_class, f"{each.put:,.2f}", f"{each.a_month:,.2f}", f"{each.read:,.2f}", least


def _a_month(standing: list[Standing]) -> list[tuple[str, ...]]:
    whole = sum(each.usd for each in standing)
    return [
        *((each.what, f"{each.number}", f"{each.usd:,.2f}") for each in standing),
        ("all", "", f"{whole:,.2f}"),
    ]


def _notes(figures: Measured, prices: Prices, unmeasured: list[str]) -> list[str]:
    idle = len(CHAIN.actors) * EMPTY_POLLS * prices.per_million.sqs_request / MILLION
    sampled = SECONDS_A_MONTH * prices.per_million.xray_trace / MILLION
    unknown = [f"Not in it, because it was not measured: {', '.join(unmeasured)}."] if unmeasured else []
    return [
        f"Prices of {prices.dated} in {prices.region}, from third parties: check them before you rely on this.",
        f"Measured on {figures.measured_on}, {figures.machine}; docs/cost.md says how, and what is assumed.",
        "In bulk: so many wait that every batch is full. One by one: each message is alone in its batch.",
        f"Not in it: what is stored, by the month; transfer out; the uploads' PUTs; empty polls, about ${idle:.2f} "
        f"a month; X-Ray's first trace of each second, at most ${sampled:.2f} a month; the starts of functions "
        "(Lambda's INIT phase, billed since August 2025), whose CPU `make bench-cold` measures.",
        "A month: with all alarms, and metrics that are sent in every hour; one metric more, "
        f"${prices.per_month.metric:.2f}, for every reason for which an actor has given a picture up.",
        *unknown,
    ]


def _as_json(bulk: Line, single: Line, pictures: float) -> dict[str, object]:
    return {
        "service": bulk.service,
        "what": bulk.what,
        "a_picture": {"in_bulk": bulk.quantity, "one_by_one": single.quantity},
        "unit": bulk.unit,
        "usd_in_bulk": bulk.usd * pictures / MILLION,
        "usd_one_by_one": single.usd * pictures / MILLION,
        "floor": bulk.floor,
        "assumed": bulk.assumed,
    }
