"""Delivery is at least once and in any order: here one to three times, shuffled."""

from tests.drills.courier import TIMES, carrying
from tests.drills.drill import Drill


def test_every_message_is_delivered_one_to_three_times_and_shuffled(drill: Drill) -> None:
    with carrying(drill.pipeline, seed=3) as courier:
        drill.queues |= courier.bags
        drill.upload()
        account = drill.account()
    assert set(courier.delivered) == set(TIMES)
    assert account.wrong == []
