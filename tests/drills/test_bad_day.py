"""AWS on a bad day: a fifth of all requests fails, in every service and in every way."""

from services.chain import CHAIN
from tests.drills.drill import Drill
from tests.drills.faults import THROTTLED, BadDay

SHARE = 0.2
# Longer than any function may take, seconds: one that hangs until it is stopped is not overtaken, and comes again.
LONGEST_S = 10 + max(actor.timeout for actor in CHAIN.actors)


def test_a_fifth_of_all_requests_fails(drill: Drill) -> None:
    """500, 503, throttling, connections that break, answers that are lost, and none at all until time is out."""
    drill.proxy.rule = day = BadDay(SHARE, seed=4)
    drill.hide_for(LONGEST_S)
    drill.upload()
    account = drill.account()
    assert {service for service, _ in day.met} >= {"s3", "sns", "dynamodb"}
    assert set(THROTTLED) >= {service for service, _ in day.met}
    assert account.wrong == []
