"""relay: the declaration."""

from kit.actor import Actor, Stream
from kit.errors import AnnouncementTooLarge, UnreadableMessage
from kit.events import ImageSettled
from records.status import SETTLED
from services.relay.settlement import settlements

RELAY = Actor(
    name="relay",
    purpose="Says what has become of a picture, when its record says so",
    stream=Stream(
        attribute="status",
        values=tuple(sorted(SETTLED)),
        event=ImageSettled,
        reader=settlements,
        trace="trace_id",
    ),
    says=(ImageSettled,),
    rejects=(AnnouncementTooLarge, UnreadableMessage),
    carries=("records",),
    memory=512,
    timeout=30,
    concurrency=2,  # of its queue, where only what could not be said at once waits
    together=True,
)
