"""The mailbox when things go well, and when a message can never succeed."""

import json
import logging
from collections.abc import Iterable
from dataclasses import replace

import pytest

from kit.envelope import decode
from kit.errors import ObjectGone, Throttled
from kit.events import Event, ImageRejected
from kit.letter import Letter
from kit.tracing import Trace
from tests.support.stand import (
    LISTS,
    PRAISE,
    Desk,
    ImagePraised,
    ImageSeen,
    TooUgly,
    image,
    praise,
    raising,
    record,
    seen,
)


def test_a_message_is_worked_on_announced_and_settled() -> None:
    desk = Desk()
    assert desk.handle(record(seen("a.jpg"))) == []
    (envelope,) = desk.publisher.announced
    assert (envelope.kind, envelope.actor, envelope.subject) == ("image-praised", "praise", image("a.jpg").id)


def test_an_announcement_tells_how_the_work_went() -> None:
    desk = Desk()
    desk.handle(record(seen(), attempts=3))
    (envelope,) = desk.publisher.announced
    assert (envelope.actorversion, envelope.attempts) == ("7", 3)
    assert envelope.queuedms > 0
    assert envelope.workedms >= 0


def test_an_act_may_say_nothing() -> None:
    desk = Desk(act=lambda _: ())
    assert desk.handle(record(seen())) == []
    assert desk.publisher.announced == []


def test_an_act_knows_how_often_its_message_was_received() -> None:
    letters: list[Letter[ImageSeen]] = []

    def act(letter: Letter[ImageSeen]) -> Iterable[Event]:
        letters.append(letter)
        return ()

    Desk(act=act).handle(record(seen(), attempts=4))
    assert [letter.attempts for letter in letters] == [4]
    assert letters[0].envelope.actor == "look"


def test_one_bad_message_in_ten_leaves_nine_settled() -> None:
    desk = Desk(act=raising(RuntimeError("bug"), only="5.jpg"))
    batch = [record(seen(f"{n}.jpg"), number=n) for n in range(10)]
    assert desk.handle(*batch) == ["m5"]
    assert desk.publisher.kinds == ["image-praised"] * 9


def test_a_permanent_failure_is_dead_lettered_at_once_with_everything_that_is_known() -> None:
    desk = Desk(act=raising(TooUgly("three noses")))
    trace = Trace.start()
    assert desk.handle(record(seen("a.jpg", trace), attempts=2)) == []
    why = desk.queue.why
    assert why.pop("failed_at").endswith("Z")
    assert why.pop("trace") == trace.header
    assert why == {
        "reason": "too-ugly",
        "detail": "three noses",
        "actor": "praise",
        "image_id": image("a.jpg").id,
        "attempts": "2",
    }


def test_a_dead_letter_is_the_message_itself() -> None:
    desk = Desk(act=raising(TooUgly))
    body = seen()
    desk.handle(record(body))
    assert [message.body for message, _ in desk.queue.dead_letters] == [body]


def test_a_permanent_failure_is_announced_for_the_catalog() -> None:
    desk = Desk(act=raising(TooUgly("three noses")))
    desk.handle(record(seen("a.jpg"), attempts=2))
    (envelope,) = desk.publisher.announced
    _, event = decode(json.dumps(_plain(envelope.data, envelope.kind)), [ImageRejected])
    assert event == ImageRejected(
        image=image("a.jpg"), actor="praise", reason="too-ugly", detail="three noses", attempts=2
    )


def _plain(data: bytes, kind: str) -> dict[str, object]:
    return {"type": f"brigade.{kind}", "source": "s", "subject": "s", "data": json.loads(bytes(data))}


def test_a_vanished_object_is_a_permanent_failure() -> None:
    desk = Desk(act=raising(ObjectGone("source/a.jpg")))
    assert desk.handle(record(seen())) == []
    assert desk.queue.why["reason"] == "object-gone"


def test_an_unreadable_message_is_dead_lettered_and_cannot_be_announced() -> None:
    desk = Desk()
    assert desk.handle(record("hello")) == []
    assert desk.queue.why["reason"] == "unreadable-message"
    assert "image_id" not in desk.queue.why
    assert desk.publisher.announced == []


@pytest.mark.parametrize("body", [seen("a.jpg"), "no json"])
def test_a_dead_letter_counts_by_its_reason_whether_or_not_it_names_a_picture(
    body: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "brigade-praise")
    caplog.set_level(logging.INFO, "brigade")
    desk = Desk(act=raising(TooUgly))
    desk.handle(record(body))
    counted = [vars(line) for line in caplog.records if "Rejected" in vars(line)]
    assert [(line["message"], line["Reason"]) for line in counted] == [("dead-letter", desk.queue.why["reason"])]


def test_what_an_actor_listens_for_it_does_not_say_itself() -> None:
    """The catalog hears rejections: announcing one of its own would go round for ever."""
    desk = Desk(actor=replace(PRAISE, hears=(ImageSeen, ImageRejected)), act=raising(TooUgly))
    assert desk.handle(record(seen())) == []
    assert desk.queue.why["reason"] == "too-ugly"
    assert desk.publisher.announced == []


@pytest.mark.parametrize("breaks_on", ["dead_letter", "announce"])
def test_a_message_stays_while_its_dead_letter_or_its_announcement_cannot_be_written(breaks_on: str) -> None:
    desk = Desk(act=raising(TooUgly))
    desk.queue.breaks_on = breaks_on
    desk.publisher.broken = breaks_on == "announce"
    assert desk.handle(record(seen())) == ["m0"]
    assert list(desk.queue.postponed) == ["m0"]  # and not for the queue's visibility timeout, which is minutes


def test_a_message_stays_while_what_it_led_to_cannot_be_announced() -> None:
    desk = Desk()
    desk.publisher.broken = True
    assert desk.handle(record(seen())) == ["m0"]
    assert list(desk.queue.postponed) == ["m0"]


def test_a_long_detail_is_cut() -> None:
    desk = Desk(act=raising(TooUgly("x" * 5_000)))
    desk.handle(record(seen()))
    assert desk.queue.why["detail"] == "x" * 1_000
    assert len(json.loads(bytes(desk.publisher.announced[0].data))["detail"]) == 1_000


def test_a_failure_after_an_announcement_says_both() -> None:
    def act(letter: Letter[ImageSeen]) -> Iterable[Event]:
        yield ImagePraised(image=letter.event.image)
        raise TooUgly

    desk = Desk(act=act)
    assert desk.handle(record(seen())) == []
    assert desk.publisher.kinds == ["image-praised", "image-rejected"]


def test_a_message_may_tell_of_several_pictures() -> None:
    desk = Desk(actor=LISTS)
    assert desk.handle(record("a.jpg b.jpg")) == []
    assert [envelope.subject for envelope in desk.publisher.announced] == [image("a.jpg").id, image("b.jpg").id]


def test_a_message_may_tell_of_no_picture() -> None:
    desk = Desk(actor=LISTS)
    assert desk.handle(record("")) == []
    assert desk.queue.dead_letters == []


def test_of_two_pictures_in_a_message_the_good_one_goes_on_and_the_bad_one_is_dead_lettered() -> None:
    desk = Desk(actor=LISTS, act=raising(TooUgly, only="bad.jpg"))
    assert desk.handle(record("bad.jpg good.jpg")) == []
    assert desk.queue.why["image_id"] == image("bad.jpg").id
    told = {envelope.kind: envelope.subject for envelope in desk.publisher.announced}
    assert told == {"image-praised": image("good.jpg").id, "image-rejected": image("bad.jpg").id}


def test_of_two_bad_pictures_in_a_message_both_are_announced_in_one_dead_letter() -> None:
    desk = Desk(actor=LISTS, act=raising(TooUgly))
    assert desk.handle(record("a.jpg b.jpg")) == []
    assert len(desk.queue.dead_letters) == 1
    assert desk.publisher.kinds == ["image-rejected"] * 2


def test_a_message_with_a_bad_picture_and_a_busy_one_is_tried_again() -> None:
    def act(letter: Letter[ImageSeen]) -> Iterable[Event]:
        raise TooUgly if letter.event.image.source.key == "bad.jpg" else TimeoutError("busy")

    desk = Desk(actor=LISTS, act=act)
    assert desk.handle(record("bad.jpg busy.jpg")) == ["m0"]
    assert desk.queue.dead_letters == []


def test_a_message_is_given_up_only_when_its_most_hopeful_failure_is() -> None:
    errors: dict[str, Exception] = {"bad.jpg": TooUgly(), "bug.jpg": KeyError("width"), "busy.jpg": Throttled()}

    def act(letter: Letter[ImageSeen]) -> Iterable[Event]:
        raise errors[letter.event.image.source.key]

    desk = Desk(actor=LISTS, act=act)
    assert desk.handle(record("bad.jpg bug.jpg busy.jpg", attempts=PRAISE.bug_attempts)) == ["m0"]
    assert desk.handle(record("bad.jpg bug.jpg", attempts=PRAISE.bug_attempts)) == []
    assert desk.queue.why["reason"] == "too-ugly"


def test_a_readers_refusal_is_permanent() -> None:
    desk = Desk(actor=LISTS)
    assert desk.handle(record("?")) == []
    assert desk.queue.why["detail"] == "a question"


def test_a_trace_goes_on_through_the_envelope_into_announcement_and_dead_letter() -> None:
    trace = Trace.start()
    desk = Desk()
    desk.handle(record(seen("a.jpg", trace)))
    (envelope,) = desk.publisher.announced
    assert Trace.read(envelope.traceparent).trace_id == trace.trace_id
    assert Trace.read(envelope.awstraceheader) == Trace.read(envelope.traceparent)
    assert Trace.read(envelope.awstraceheader).span_id != trace.span_id


def test_a_trace_goes_on_from_the_messages_own_header() -> None:
    trace = Trace.start()
    desk = Desk(actor=LISTS, act=raising(TooUgly, only="bad.jpg"))
    message = record("bad.jpg good.jpg")
    message["attributes"]["AWSTraceHeader"] = trace.header
    desk.handle(message)
    assert {Trace.read(envelope.traceparent).trace_id for envelope in desk.publisher.announced} == {trace.trace_id}
    assert Trace.read(desk.queue.why["trace"]).trace_id == trace.trace_id


def test_pictures_of_one_message_without_a_trace_share_the_one_that_begins_here() -> None:
    desk = Desk(actor=LISTS, act=praise)
    desk.handle(record("a.jpg b.jpg"))
    assert len({Trace.read(envelope.traceparent).trace_id for envelope in desk.publisher.announced}) == 1
