"""What the portal and CloudFront cost, where a deployment has them. Pure: declarations times prices."""

from collections.abc import Iterator
from dataclasses import dataclass

from brigade.cost.prices import Prices
from infra import names
from infra.template import template
from kit.chain import Chain

_TENTH_S = 0.1
_MB_PER_GB = 1024  # Lambda's
MILLION = 1e6


@dataclass(frozen=True)
class Price:
    """US dollars for so many of one thing, of one of the parts that a deployment may do without."""

    part: str
    what: str
    usd: float


def optional(chain: Chain, prices: Prices) -> Iterator[Price]:
    """Yield what each part's units cost; what an alarm costs a month is of all that the template has."""
    each, resources = prices.per_million, template(chain).to_dict()["Resources"].values()
    for api in chain.apis:
        gb_s = MILLION * api.memory / _MB_PER_GB * _TENTH_S
        theirs = [one for one in resources if one.get("Condition") == names.is_on(api)]
        alarms = sum(one["Type"] == "AWS::CloudWatch::Alarm" for one in theirs)
        yield Price(api.name, "a million requests to API Gateway", each.http_api_request)
        yield Price(api.name, "their invocations", each.lambda_request)
        yield Price(api.name, "a tenth of a second for each", gb_s * each.lambda_gb_second / MILLION)
        yield Price(api.name, "a write and a read of its table for each", each.dynamodb_write + each.dynamodb_read)
        yield Price(api.name, "a thousand mails", each.mail / 1000)
        yield Price(api.name, f"{alarms} alarms, a month", alarms * prices.per_month.alarm)
    yield Price("cloudfront", "a million requests", each.cloudfront_request)
    yield Price("cloudfront", "a gigabyte to viewers", prices.per_gb.cloudfront)
    yield Price(
        "cloudfront", "a thousand pictures removed, beyond the first thousand a month", each.cloudfront_path / 1000
    )
