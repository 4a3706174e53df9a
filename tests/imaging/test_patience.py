import threading
import time

import pytest

from imaging.patience import at_most
from imaging.reasons import TooSlow


def spin(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_what_takes_too_long_is_stopped() -> None:
    with pytest.raises(TooSlow, match=r"0\.05 seconds"), at_most(0.05):
        spin(5)


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
