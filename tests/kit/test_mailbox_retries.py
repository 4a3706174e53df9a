"""The mailbox when a message did not work this time."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from math import ceil
from random import Random

import pytest

from kit.backoff import RECEIVES, Backoff
from kit.deadline import SETTLING_S, seconds_left
from kit.errors import OutOfTime, ServiceUnavailable, Throttled
from kit.events import Event
from kit.letter import Letter
from tests.support.stand import (
    PRAISE,
    Clock,
    Desk,
    ImageSeen,
    NotedPublisher,
    NotedQueue,
    TooUgly,
    raising,
    record,
    seen,
)

LAST, LAST_OF_BUGS = PRAISE.attempts, PRAISE.bug_attempts


def test_a_passing_failure_is_reported_and_postponed() -> None:
    desk = Desk(act=raising(Throttled("slow down")))
    assert desk.handle(record(seen())) == ["m0"]
    assert list(desk.queue.postponed) == ["m0"]
    assert desk.queue.dead_letters == []
    assert desk.publisher.announced == []


@pytest.mark.parametrize("error", [Throttled, OutOfTime, KeyError("a bug")], ids=repr)
def test_every_failure_that_is_tried_again_waits_as_the_backoff_says(error: Exception) -> None:
    def seeded() -> Backoff:
        return replace(RECEIVES, random=Random(7))  # noqa: S311 - waits, not secrets

    for attempts in range(1, LAST_OF_BUGS):
        desk = Desk(act=raising(error), backoff=seeded())
        assert desk.handle(record(seen(), attempts=attempts)) == ["m0"]
        assert desk.queue.postponed == {"m0": ceil(seeded().delay(attempts))}


def test_the_last_permitted_receive_leaves_a_dead_letter_with_its_reason() -> None:
    desk = Desk(act=raising(Throttled("slow down")))
    assert desk.handle(record(seen(), attempts=LAST)) == []
    assert desk.queue.why["reason"] == "throttled"
    assert desk.queue.why["attempts"] == str(LAST)
    assert desk.publisher.kinds == ["image-rejected"]


def test_a_bug_is_tried_again_and_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(act=raising(KeyError("width")))
    assert desk.handle(record(seen())) == ["m0"]
    (line,) = [line for line in caplog.records if line.levelno == logging.ERROR]
    assert line.getMessage() == "unexpected-error: KeyError: 'width'"
    assert line.exc_info
    assert line.exc_info[0] is KeyError


def test_a_bug_is_given_up_sooner_than_what_may_pass() -> None:
    desk = Desk(act=raising(KeyError("width")))
    assert desk.handle(record(seen(), attempts=LAST_OF_BUGS - 1)) == ["m0"]
    assert desk.handle(record(seen(), attempts=LAST_OF_BUGS)) == []
    assert (desk.queue.why["reason"], desk.queue.why["detail"]) == ("unexpected-error", "KeyError: 'width'")


def test_a_known_failure_is_a_warning_without_traceback(caplog: pytest.LogCaptureFixture) -> None:
    Desk(act=raising(Throttled("slow down"))).handle(record(seen()))
    (line,) = [line for line in caplog.records if line.levelno == logging.WARNING]
    assert line.getMessage() == "throttled: slow down"
    assert not line.exc_info


@pytest.mark.parametrize("error", [RuntimeError("no network"), ServiceUnavailable("no network")])
def test_a_message_that_cannot_even_be_postponed_stays(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(
        act=raising(Throttled, only="bad.jpg"), queue=NotedQueue(breaks_on="postpone", breaks_with=lambda: error)
    )
    batch = [record(seen("bad.jpg"), number=1), record(seen("good.jpg"), number=2)]
    assert desk.handle(*batch) == ["m1"]
    assert "the message could not be postponed; it stays" in caplog.messages
    assert desk.publisher.kinds == ["image-praised"]


def test_with_too_little_time_left_no_message_is_begun() -> None:
    desk = Desk(clock=Clock(left=PRAISE.timeout * 100))
    assert desk.handle(record(seen(), number=1), record(seen(), number=2)) == ["m1", "m2"]
    assert desk.publisher.announced == []
    assert list(desk.queue.postponed) == ["m1", "m2"]


def test_work_ends_so_early_that_there_is_time_to_settle() -> None:
    left: list[float] = []

    def act(letter: Letter[ImageSeen]) -> Iterable[Event]:
        left.append(seconds_left())
        return ()

    Desk(act=act, clock=Clock(left=20_000)).handle(record(seen()))
    assert 20 - SETTLING_S - 1 < left[0] <= 20 - SETTLING_S


def test_when_time_runs_out_those_with_the_fewest_receives_left_have_been_served() -> None:
    clock = Clock(left=30_000, cost=3_000)  # looked at twice a message
    desk = Desk(clock=clock)
    batch = [record(seen(f"{n}.jpg"), number=n, attempts=n) for n in (1, 3, 2, 4)]
    assert desk.handle(*batch) == ["m1"]
    assert [envelope.attempts for envelope in desk.publisher.announced] == [4, 3, 2]


def test_running_out_of_time_on_the_last_permitted_receive_leaves_a_dead_letter() -> None:
    desk = Desk(clock=Clock(left=0))
    assert desk.handle(record(seen(), attempts=LAST)) == []
    assert desk.queue.why["reason"] == "out-of-time"
    [rejected] = desk.publisher.announced  # the catalog must not wait for ever
    assert (rejected.kind, rejected.subject) == ("image-rejected", desk.queue.why["image_id"])


def test_while_the_catalog_cannot_be_told_no_dead_letter_is_written() -> None:
    """Otherwise every further receive would write one more."""
    desk = Desk(act=raising(TooUgly), publisher=NotedPublisher(broken=True))
    for attempts in range(1, LAST):
        assert desk.handle(record(seen(), attempts=attempts)) == ["m0"]
    assert desk.queue.dead_letters == []


def test_on_the_last_permitted_receive_it_is_written_all_the_same() -> None:
    desk = Desk(act=raising(TooUgly), publisher=NotedPublisher(broken=True))
    assert desk.handle(record(seen(), attempts=LAST)) == []
    assert desk.queue.why["reason"] == "too-ugly"


def test_a_dead_letter_that_cannot_be_written_is_announced_again_and_stays_one_message() -> None:
    desk = Desk(act=raising(TooUgly), queue=NotedQueue(breaks_on="dead_letter"))
    assert desk.handle(record(seen())) == ["m0"]
    desk.queue.breaks_on = ""
    assert desk.handle(record(seen(), attempts=2)) == []
    assert desk.publisher.kinds == ["image-rejected", "image-rejected"]
    assert len(desk.queue.dead_letters) == 1


def test_in_a_batch_that_comes_again_what_is_settled_is_deleted_at_once() -> None:
    desk = Desk(act=raising(Throttled, only="bad.jpg"))
    batch = [record(seen(key), number=n, attempts=2) for n, key in enumerate(("a.jpg", "bad.jpg", "b.jpg"))]
    assert desk.handle(*batch) == ["m1"]
    assert sorted(desk.queue.deleted) == ["m0", "m2"]


def test_at_the_first_receive_deleting_is_left_to_lambda() -> None:
    desk = Desk()
    assert desk.handle(record(seen(), number=1), record(seen(), number=2)) == []
    assert desk.queue.deleted == []


def test_a_settled_message_that_cannot_be_deleted_at_once_is_settled_all_the_same() -> None:
    desk = Desk(queue=NotedQueue(breaks_on="delete"))
    assert desk.handle(record(seen(), number=1, attempts=2), record(seen(), number=2, attempts=2)) == []


def test_a_message_that_kills_the_process_does_not_take_its_batch_with_it() -> None:
    """All of them are received together, again and again, until it has been received too often."""
    left = set(range(10))
    for attempts in range(1, LAST):
        desk = Desk(act=raising(KeyboardInterrupt, only="5.jpg"))
        with pytest.raises(KeyboardInterrupt):  # as a kill does, it stops everything and nothing is answered
            desk.handle(*(record(seen(f"{n}.jpg"), number=n, attempts=attempts) for n in sorted(left)))
        left -= {int(message_id.removeprefix("m")) for message_id in desk.queue.deleted}
    assert left == {5}
