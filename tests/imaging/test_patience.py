import threading
import time

import pytest

from imaging.limits import MAX_SECONDS
from imaging.patience import at_most
from imaging.reasons import TooSlow
from kit.deadline import RESERVE, SETTLING_S, within
from kit.errors import OutOfTime
from services.chain import CHAIN


def spin(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_what_takes_too_long_is_stopped() -> None:
    with pytest.raises(TooSlow, match=r"0\.05 seconds"), at_most(0.05):
        spin(5)


def test_what_would_have_had_more_time_at_another_receive_is_out_of_time() -> None:
    with within(0.05), pytest.raises(OutOfTime, match=r"within the 0\.\d seconds that were left"), at_most(5):
        spin(5)


def test_what_has_its_full_time_is_too_slow_however_little_more_is_left() -> None:
    with within(1), pytest.raises(TooSlow), at_most(0.05):
        spin(5)


def test_without_any_time_left_nothing_is_begun() -> None:
    with within(-1), pytest.raises(OutOfTime), at_most(5):
        raise AssertionError("it was begun")


def test_whoever_is_given_up_for_time_may_have_its_full_time_at_another_receive() -> None:
    slow = [actor for actor in CHAIN.actors if TooSlow in actor.rejects]
    assert slow
    assert all(actor.timeout - max(SETTLING_S, actor.timeout * RESERVE) > MAX_SECONDS for actor in slow)


def test_what_is_done_in_time_is_left_alone_and_so_is_what_follows() -> None:
    with at_most(0.05):
        done = True
    spin(0.1)
    assert done


def test_off_the_main_thread_there_is_no_limit() -> None:
    ended = []

    def work() -> None:
        with at_most(0.01):
            spin(0.05)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]
