"""AWS throttles everything for two minutes; tests/brigade/test_throttling.py does the same by a clock that jumps."""

import time

from brigade.dead_letters.stack_queues import dead_letters
from kit.backoff import RECEIVES
from services.chain import CHAIN
from tests.drills.drill import Drill
from tests.drills.faults import THROTTLED, refusal
from tests.support.proxy import Answer, Forward, Request

THROTTLED_S = 120
LONGEST_S = 10 + max(actor.timeout for actor in CHAIN.actors)


def test_two_minutes_of_throttling(drill: Drill) -> None:
    """Nothing that S3, SNS and DynamoDB are asked for is done, and nothing is given up but the bad pictures."""
    refused: list[float] = []

    def rule(request: Request, forward: Forward) -> Answer | None:
        now = time.monotonic()
        if request.service == "sqs" or (refused and now > refused[0] + THROTTLED_S):
            return forward()
        refused.append(now)
        return refusal(request.service, *THROTTLED[request.service])

    drill.proxy.rule = rule
    drill.hide_for(LONGEST_S)
    drill.upload()
    account = drill.account(patience_s=RECEIVES.longest_s)
    assert refused[-1] - refused[0] > THROTTLED_S / 2
    assert account.wrong == []
    letters = [letter for actor in CHAIN.actors for letter in dead_letters(drill.pipeline, actor)]
    assert {letter.reason for letter in letters} == {"corrupt-image", "not-an-image"}
