"""What a stack costs by the month, even where no picture comes: what is declared, times prices."""

from collections import Counter
from dataclasses import dataclass

from brigade.cost.prices import Prices
from infra import names
from infra.template import template
from kit.actor import Actor
from kit.chain import Chain
from kit.metrics import QUEUED, WORKED, counted


@dataclass(frozen=True)
class Standing:
    """One thing that is paid for by the month: how many of it a stack has, and US dollars a month for them."""

    what: str
    number: int
    usd: float


def monthly(chain: Chain, prices: Prices) -> list[Standing]:
    """Return what a stack costs a month, with all that a parameter may leave out of it, but for optional functions."""
    left_out = {names.is_on(each) for each in (*chain.optional, *chain.apis)}
    resources = template(chain).to_dict()["Resources"].values()
    kinds = Counter(each["Type"] for each in resources if each.get("Condition") not in left_out)
    price = prices.per_month
    return [
        Standing(what, number, number * usd)
        for what, number, usd in (
            ("alarms", kinds["AWS::CloudWatch::Alarm"], price.alarm),
            ("dashboards", kinds["AWS::CloudWatch::Dashboard"], price.dashboard),
            ("custom metrics", sum(len(metrics(actor)) for actor in chain.actors), price.metric),
        )
    ]


def metrics(actor: Actor) -> set[str]:
    """Return the metrics of an actor's announcements; each reason for which it has given a picture up is one more."""
    return {name for event in actor.says for name in (QUEUED, WORKED, *counted(event))}
