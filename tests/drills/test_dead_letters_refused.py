"""The dead-letter queues take nothing for a while."""

import json

from tests.drills.drill import Drill
from tests.drills.faults import FirstOfEach, refusal
from tests.support.proxy import Answer, Forward, Request

REFUSALS = 8  # more than one receive is tried for, and fewer than all


def buried(request: Request) -> str:
    """Return the message that is to become a dead letter; "" for other requests."""
    if request.operation != "SendMessage":
        return ""
    message = json.loads(request.body)
    return str(message["MessageBody"]) if "dead-letters" in message["QueueUrl"] else ""


def refuse(request: Request, _: Forward) -> Answer | None:
    return refusal(request.service, 500, "InternalFailure")


def test_dead_letters_cannot_be_written_for_a_while(drill: Drill) -> None:
    """A message that cannot be given up stays where it is, until it can."""
    drill.proxy.rule = outage = FirstOfEach(REFUSALS, buried, refuse)
    drill.one_at_once()
    drill.hide_for(2)
    drill.upload()
    account = drill.account()
    refused = [count for message, count in outage.met.items() if message]
    assert len(refused) >= account.failed
    assert set(refused) == {REFUSALS}
    assert account.wrong == []
