"""What the mailbox leaves behind of its work: segments of each letter's trace, and lines in the log."""

import logging
from collections.abc import Iterable
from typing import Any

import pytest

from kit.errors import ServiceUnavailable
from kit.events import Event
from kit.letter import Letter
from kit.tracing import Trace
from tests.kit.daemon import Daemon
from tests.support.stand import (
    LISTS,
    PRAISE,
    Clock,
    Desk,
    ImagePraised,
    NotedQueue,
    TooUgly,
    image,
    raising,
    record,
    seen,
)

LAST = PRAISE.attempts
log = logging.getLogger("brigade")


def test_the_work_on_a_letter_is_a_segment_of_the_letters_trace(daemon: Daemon) -> None:
    trace = Trace.start().child()
    desk = Desk()
    desk.handle(record(seen("a.jpg", trace), attempts=3))
    (segment,) = daemon.received()
    assert (segment["name"], segment["trace_id"], segment["parent_id"]) == ("praise", trace.xray_id, trace.span_id)
    assert segment["annotations"] == {"image_id": image("a.jpg").id, "key": "a.jpg", "attempt": 3}
    assert segment["metadata"]["default"]["queued_ms"] == desk.publisher.announced[0].queuedms


def test_who_hears_of_it_goes_on_from_that_segment(daemon: Daemon) -> None:
    desk = Desk()
    desk.handle(record(seen()))
    (segment,), (envelope,) = daemon.received(), desk.publisher.announced
    assert Trace.read(envelope.awstraceheader).span_id == segment["id"]
    assert Trace.read(envelope.traceparent).span_id == segment["id"]


def test_a_failure_is_in_its_segment_and_its_announcement_goes_on_from_there(daemon: Daemon) -> None:
    trace = Trace.start().child()
    desk = Desk(act=raising(TooUgly("three noses")))
    desk.handle(record(seen("a.jpg", trace)))
    (segment,), (envelope,) = daemon.received(), desk.publisher.announced
    assert segment["error"]
    assert segment["annotations"]["reason"] == "too-ugly"
    assert Trace.read(envelope.traceparent).span_id == segment["id"]
    assert desk.queue.why["trace"] == trace.header  # a redriven message is worked on beside it, not below


def test_each_letter_of_a_batch_has_a_segment_in_its_own_trace(daemon: Daemon) -> None:
    traces = [Trace.start().child() for _ in range(3)]
    Desk().handle(*(record(seen(f"{n}.jpg", trace), number=n) for n, trace in enumerate(traces)))
    segments = daemon.received()
    assert [each["trace_id"] for each in segments] == [trace.xray_id for trace in traces]
    assert [each["parent_id"] for each in segments] == [trace.span_id for trace in traces]


def test_a_letter_that_time_did_not_suffice_for_says_so_in_its_segment(daemon: Daemon) -> None:
    Desk(clock=Clock(left=0)).handle(record(seen()))
    (segment,) = daemon.received()
    assert segment["annotations"]["reason"] == "out-of-time"


def test_every_attempt_at_a_message_that_brought_no_trace_stands_in_the_same_one(daemon: Daemon) -> None:
    desk = Desk(actor=LISTS, act=raising(ServiceUnavailable("503")))
    for attempts in (1, 2):
        desk.handle(record("a.jpg", attempts=attempts))
    first, second = daemon.received()
    assert first["trace_id"] == second["trace_id"]
    assert first["id"] != second["id"]
    assert "parent_id" not in first


def test_pictures_of_one_message_have_segments_of_their_own(daemon: Daemon) -> None:
    desk = Desk(actor=LISTS)
    desk.handle(record("a.jpg b.jpg"))
    segments = daemon.received()
    assert [each["annotations"]["key"] for each in segments] == ["a.jpg", "b.jpg"]
    spoken = [Trace.read(envelope.traceparent).span_id for envelope in desk.publisher.announced]
    assert spoken == [each["id"] for each in segments]


def test_nothing_is_sent_of_a_trace_that_is_not_sampled(daemon: Daemon) -> None:
    trace = Trace(Trace.start().trace_id, sampled=False).child()
    desk = Desk()
    desk.handle(record(seen("a.jpg", trace)))
    assert daemon.received() == []
    assert desk.publisher.announced[0].awstraceheader.endswith("Sampled=0")


# What stands in every line. None of them may be empty where a picture is known.
FACTS = ("image_id", "key", "actor", "trace", "attempt", "message_id")


def lines(caplog: pytest.LogCaptureFixture) -> dict[str, list[dict[str, Any]]]:
    """Return the facts of what was logged, by what it says."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in caplog.records:
        found.setdefault(line.getMessage(), []).append({name: vars(line)[name] for name in FACTS})
    return found


def fate(letter: Letter[Event]) -> Iterable[Event]:
    """Do with a picture what its name says."""
    match letter.event.image.source.key:
        case "good.jpg":
            yield ImagePraised(image=letter.event.image)
        case "busy.jpg":
            raise ServiceUnavailable("503")
        case "ugly.jpg":
            raise TooUgly("three noses")
        case "bug.jpg":
            raise KeyError("width")
        case "ignored.jpg":
            log.info("ignored: no recipe matches its key")


def test_every_line_of_a_mixed_batch_names_picture_actor_trace_and_attempt(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "brigade")
    keys = ("good.jpg", "busy.jpg", "ugly.jpg", "bug.jpg", "ignored.jpg")
    traces = {key: Trace.start() for key in keys}
    batch = [record(seen(key, traces[key]), number=n, attempts=2) for n, key in enumerate(keys)]
    assert Desk(act=fate).handle(*batch) == ["m1", "m3"]

    def expected(key: str) -> dict[str, Any]:
        number, trace = keys.index(key), traces[key].xray_id
        known = {"image_id": image(key).id, "key": key, "trace": trace, "message_id": f"m{number}"}
        return known | {"actor": "praise", "attempt": 2}

    assert lines(caplog) == {
        "image-praised": [expected("good.jpg")],
        "service-unavailable: 503": [expected("busy.jpg")],
        "too-ugly: three noses": [expected("ugly.jpg")],
        "image-rejected": [expected("ugly.jpg")],
        "dead-letter": [expected("ugly.jpg")],
        "unexpected-error: KeyError: 'width'": [expected("bug.jpg")],
        "ignored: no recipe matches its key": [expected("ignored.jpg")],
    }


def test_pictures_of_one_message_are_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "brigade")
    Desk(actor=LISTS, act=fate).handle(record("good.jpg ignored.jpg ugly.jpg"))
    said = {what: [line["key"] for line in found] for what, found in lines(caplog).items()}
    assert said == {
        "image-praised": ["good.jpg"],
        "ignored: no recipe matches its key": ["ignored.jpg"],
        "too-ugly: three noses": ["ugly.jpg"],
        "image-rejected": ["ugly.jpg"],
        "dead-letter": ["ugly.jpg"],
    }


def test_of_a_message_that_cannot_be_read_the_message_is_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "brigade")
    arrived = record("?", attempts=4)
    arrived["attributes"]["AWSTraceHeader"] = (trace := Trace.start()).header
    Desk(actor=LISTS).handle(arrived)
    known = {"image_id": "", "key": "", "actor": "praise", "trace": trace.xray_id, "attempt": 4, "message_id": "m0"}
    assert lines(caplog) == {"unreadable-message: a question": [known], "dead-letter": [known]}


@pytest.mark.parametrize(
    ("breaks_on", "attempts", "what"),
    [
        ("dead_letter", 1, "the dead letter could not be written; the message stays"),
        ("announce", LAST, "the catalog could not be told"),
    ],
)
def test_a_failure_that_cannot_be_recorded_is_logged_with_its_picture(
    breaks_on: str, attempts: int, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(act=raising(TooUgly), queue=NotedQueue(breaks_on=breaks_on))
    desk.publisher.broken = breaks_on == "announce"
    desk.handle(record(seen("a.jpg"), attempts=attempts))
    ((line,),) = [found for said, found in lines(caplog).items() if said == what]
    assert (line["key"], line["image_id"], line["attempt"]) == ("a.jpg", image("a.jpg").id, attempts)


def test_a_message_that_cannot_be_deleted_ahead_of_its_batch_is_named(caplog: pytest.LogCaptureFixture) -> None:
    Desk(queue=NotedQueue(breaks_on="delete")).handle(record(seen(), number=7, attempts=2))
    ((line,),) = [found for said, found in lines(caplog).items() if "could not be deleted" in said]
    assert (line["message_id"], line["actor"], line["attempt"]) == ("m7", "praise", 2)


def test_a_batch_leaves_no_facts_behind(caplog: pytest.LogCaptureFixture) -> None:
    Desk(act=raising(TooUgly)).handle(record(seen()))
    caplog.clear()
    log.warning("later")
    assert not set(FACTS) & set(vars(caplog.records[0]))
