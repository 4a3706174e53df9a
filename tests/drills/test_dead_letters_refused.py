"""The dead-letter queues take nothing for a while."""

from tests.drills.drill import PICTURES, Drill
from tests.drills.faults import First, refusal
from tests.drills.proxy import Answer, Forward, Request

BAD = max(3, PICTURES // 4)


def is_burial(request: Request) -> bool:
    return request.operation == "SendMessage" and b"dead-letters" in request.body


def refuse(request: Request, _: Forward) -> Answer | None:
    return refusal(request.service, 500, "InternalFailure")


def test_dead_letters_cannot_be_written_for_a_while(drill: Drill) -> None:
    """A message that cannot be given up stays where it is, until it can."""
    drill.proxy.rule = outage = First(8 * BAD, is_burial, refuse)  # more than one receive is tried for
    drill.one_at_once()
    drill.hide_for(2)
    drill.upload()
    account = drill.account()
    assert outage.is_over
    assert account.wrong == []
