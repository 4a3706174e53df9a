"""relay: what a changed record says, and what becomes of a change that cannot be said."""

import uuid
from typing import Any

import pytest

from kit import stream
from kit.envelope import attributes, wrap
from kit.errors import ServiceUnavailable
from kit.mailbox import Mailbox
from kit.tracing import Trace
from records.attribute_values import write
from records.status import SETTLED
from records.stored import read
from services.catalog.handler import act as catalog
from services.catalog.memory import MemoryRecords
from services.relay.actor import RELAY
from services.relay.handler import act
from services.relay.settlement import settlement, settlements
from tests.support.site import site
from tests.support.stand import Clock, NotedPublisher, NotedQueue
from tests.support.story import image, rejected, said, way

PICTURE = image()
TRACE_ID = "69f8b0c05759e988bd862e3fe1be46a9"


def history(*letters: Any) -> list[dict[str, Any]]:
    """Return the changes that settle a picture of which catalog hears this, as the stream brings them."""
    records, changes = MemoryRecords(), list[dict[str, Any]]()

    def note(before: Any, after: Any) -> None:
        images = {"OldImage": before, "NewImage": after | {"trace_id": TRACE_ID}}
        changes.append({name: {each: write(value) for each, value in item.items()} for name, item in images.items()})

    records.on_settled = note
    for letter in letters:
        list(catalog(letter, site=site(), records=records))
    return changes


READY, FAILED = history(*way(PICTURE)), history(said(rejected(PICTURE, "ingest"), "ingest"))


def batch(*changes: dict[str, Any]) -> dict[str, Any]:
    keys = {"Keys": {"image_id": {"S": PICTURE.id}}, "ApproximateCreationDateTime": 1_795_000_000}
    records = [
        {"eventID": f"e{number}", "eventSource": "aws:dynamodb", "dynamodb": keys | change}
        for number, change in enumerate(changes)
    ]
    return {"Records": records}


class Desk:
    """relay with its queue and its topics in plain sight; ``breaks_on`` is what its queue cannot do."""

    def __init__(self, breaks_on: str = "", *, broken: bool = False) -> None:
        self.queue, self.publisher = NotedQueue(breaks_on=breaks_on), NotedPublisher(broken)
        self.mailbox = Mailbox(
            actor=RELAY, act=lambda letter: act(letter, site=site()), queue=self.queue, publisher=self.publisher
        )

    def handle(self, *changes: dict[str, Any]) -> None:
        assert stream.handle(self.mailbox, batch(*changes), Clock()) == {"batchItemFailures": []}

    @property
    def said(self) -> list[str]:
        return [attributes(each)["status"] for each in self.publisher.announced]


def test_a_settlement_is_said_once_with_what_the_record_says_in_the_pictures_trace() -> None:
    desk = Desk()
    desk.handle(*READY)
    [envelope] = desk.publisher.announced
    assert (envelope.kind, envelope.actor, envelope.subject) == ("image-settled", "relay", PICTURE.id)
    assert envelope.id == str(uuid.uuid5(uuid.UUID(PICTURE.id), "1"))
    assert Trace.read(envelope.awstraceheader).trace_id == TRACE_ID
    assert attributes(envelope) == {"type": "brigade.image-settled", "recipe": "default", "status": "READY"}


def test_said_again_it_is_the_same_event() -> None:
    desk = Desk()
    desk.handle(*READY, *READY)
    assert len({each.id for each in desk.publisher.announced}) == 1
    assert len(desk.publisher.announced) == 2


def test_only_what_is_ready_names_its_outputs_and_an_empty_recipe_is_no_attribute() -> None:
    [change] = FAILED
    [event] = settlements(change["OldImage"], change["NewImage"])
    assert (event.status, event.before, event.settled) == ("FAILED", "PROCESSING", 1)
    assert (event.recipe, event.master, event.renditions) == ("", None, ())
    assert attributes(wrap(event, "relay", Trace.start())) == {"type": "brigade.image-settled", "status": "FAILED"}


@pytest.mark.parametrize("without", ["a greater number", "an upload"])
def test_nothing_is_said_of_a_change_that_settles_nothing(without: str) -> None:
    [change] = READY
    old, new = dict(change["OldImage"]), dict(change["NewImage"])
    if without == "an upload":
        del new["source"]
    else:
        old["settled"] = new["settled"]
    desk = Desk()
    desk.handle({"OldImage": old, "NewImage": new})
    assert desk.publisher.announced == []


def test_what_cannot_be_said_now_goes_on_in_the_queue_and_holds_nobody_up() -> None:
    desk = Desk(broken=True)
    desk.handle(*READY, *FAILED)
    assert [message.id for message in desk.queue.sent] == ["e0-0", "e1-0"]
    desk.publisher.broken = False
    later = [{"messageId": each.id, "body": each.body, "attributes": {}} for each in desk.queue.sent]
    assert desk.mailbox.handle({"Records": later}, Clock()) == {"batchItemFailures": []}
    assert desk.said == ["READY", "FAILED"]
    assert all(Trace.read(each.awstraceheader).trace_id == TRACE_ID for each in desk.publisher.announced)


def test_what_can_never_be_said_is_a_dead_letter_that_names_its_picture() -> None:
    [change] = READY
    broken = change | {"NewImage": change["NewImage"] | {"master": {"S": "no master"}}}
    desk = Desk()
    desk.handle(broken, *FAILED)
    assert desk.said == ["FAILED"]
    assert desk.queue.why["reason"] == "unreadable-message"
    assert desk.queue.why["image_id"] == PICTURE.id
    [(message, _)] = desk.queue.dead_letters
    assert "Expected `object | null`, got `str`" in message.body
    assert "no master" not in message.body
    assert "image-rejected" not in desk.publisher.kinds


def test_only_where_the_queue_fails_too_does_lambda_hear_of_it() -> None:
    with pytest.raises(ServiceUnavailable, match="neither done nor put into the queue: e0-0"):
        Desk("send", broken=True).handle(*READY)


def test_every_status_that_settles_is_one_that_the_stream_brings() -> None:
    assert RELAY.stream
    assert set(RELAY.stream.values) == SETTLED


def test_an_operator_has_the_same_said_again_of_a_record() -> None:
    [change] = READY
    [event] = settlements(change["OldImage"], change["NewImage"])
    records = MemoryRecords()
    for letter in way(PICTURE):
        list(catalog(letter, site=site(), records=records))
    again = settlement(read(records.items[PICTURE.id]))
    assert (again.said_as, again.master, again.renditions) == (event.said_as, event.master, event.renditions)
