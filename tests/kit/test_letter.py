"""What is in a message: one event of ours, or whatever the actor's own reader finds."""

import pytest

from kit.errors import UnreadableMessage
from kit.letter import read_letters
from kit.tracing import Trace
from tests.support.stand import LISTS, PRAISE, ImageSeen, image, seen

TRACE = Trace.start().child()


def test_an_event_of_ours_goes_on_with_the_trace_in_its_envelope() -> None:
    [found] = read_letters(PRAISE, seen("a.jpg", TRACE), Trace.start().header, attempts=4)
    assert (found.event, found.attempts, found.envelope.actor) == (ImageSeen(image=image("a.jpg")), 4, "look")
    assert (found.trace.trace_id, found.trace.parent_id) == (TRACE.trace_id, TRACE.span_id)


def test_what_a_reader_finds_comes_from_s3_with_the_trace_of_the_message() -> None:
    found = read_letters(LISTS, "a.jpg b.jpg", TRACE.header)
    assert [each.event.image.source.key for each in found] == ["a.jpg", "b.jpg"]
    assert {(each.envelope.actor, each.trace.trace_id) for each in found} == {("s3", TRACE.trace_id)}
    assert len({each.trace.span_id for each in found}) == 2


def test_what_cannot_be_read_is_said() -> None:
    with pytest.raises(UnreadableMessage, match="malformed"):
        read_letters(PRAISE, "hello")
