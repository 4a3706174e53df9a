"""The whole chain in this process: queues, topics, buckets and catalog in memory, dead letters visible.

The actors are the very functions that Lambda runs; only their edges are stand-ins.
"""

import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from brigade.inline import s3_notification
from brigade.inline.memory_storage import MemoryStorage
from kit.actor import Actor
from kit.backoff import RECEIVES, Backoff
from kit.batches import Refused
from kit.chain import Chain
from kit.envelope import Envelope, attributes, encode, now
from kit.events import Event, Source
from kit.function import Site
from kit.mailbox import Mailbox
from kit.queue import Message, dead_letter_attributes
from kit.settings import Settings
from kit.stream import bodies
from records.attribute_values import write
from records.stored import Item
from records.table import KEY
from services.catalog.memory import MemoryRecords
from services.functions import FUNCTIONS

SOURCE, TARGET = "source", "target"


@dataclass
class Clock:
    """The line's own time, in seconds: nobody waits, it jumps to when the next message is seen again."""

    seconds: float = 0


@dataclass
class MemoryQueue:
    """One actor's queue with its dead letters. ``hidden`` are the times at which postponed messages are seen again."""

    clock: Clock
    messages: deque[Message] = field(default_factory=deque)
    dead_letters: list[Message] = field(default_factory=list)
    hidden: dict[str, float] = field(default_factory=dict)

    def send(self, message: Message, seconds: int) -> None:
        """Nobody asks for it: changes of the table are put into the queue to begin with."""

    def delete(self, message: Message) -> None:
        """Nothing to do: what is settled is taken out with its batch."""

    def postpone(self, message: Message, seconds: int) -> None:
        self.hidden[message.id] = self.clock.seconds + seconds

    def receive(self, most: int) -> list[Message]:
        """Take out so many messages that can be seen now, or fewer."""
        batch = [each for each in self.messages if self.hidden.get(each.id, 0) <= self.clock.seconds][:most]
        for message in batch:
            self.messages.remove(message)
            self.hidden.pop(message.id, None)
        return batch

    def dead_letter(self, message: Message, why: dict[str, str]) -> None:
        self.dead_letters.append(replace(message, attributes=dead_letter_attributes(message, why)))


@dataclass(frozen=True)
class Invocation:
    """Lambda's context: the function would be stopped at ``ends`` by the chain's own time."""

    clock: Clock
    ends: float

    def get_remaining_time_in_millis(self) -> int:
        return round((self.ends - self.clock.seconds) * 1000)


@dataclass
class InMemoryChain:
    """A chain at work in memory.

    ``stand_ins`` take the place of the actors' parts of those names: ``recipes``.
    ``announced`` keeps every envelope in the order in which it was said.
    """

    chain: Chain
    stand_ins: Mapping[str, Any] = field(default_factory=dict)
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    records: MemoryRecords = field(default_factory=MemoryRecords)
    announced: list[Envelope] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    backoff: Backoff = RECEIVES

    def __post_init__(self) -> None:
        self.site = Site(self.storage, Settings(source_bucket=SOURCE, target_bucket=TARGET, environment="inline"))
        self.queues = {actor.name: MemoryQueue(self.clock) for actor in self.chain.actors}
        self.mailboxes = {actor.name: self._mailbox(actor) for actor in self.chain.actors}
        self.records.on_settled = self.stream

    def _mailbox(self, actor: Actor) -> Mailbox:
        return Mailbox(
            actor=actor,
            act=FUNCTIONS[actor.name].connect(self.site, **{"records": self.records, **self.stand_ins}),
            queue=self.queues[actor.name],
            publisher=self,
            backoff=self.backoff,
        )

    def upload(self, key: str, content: bytes, etag: str = "", sequencer: str = "") -> None:
        """Store a picture in the source bucket and send the notification that S3 would send."""
        self.storage.objects[SOURCE, key] = content
        self.send(self.chain.origin, notification(key, content, etag, sequencer))

    def send(self, event: type[Event], body: str, attributes: Mapping[str, str] | None = None) -> None:
        """Put a message into the queue of every actor that hears the event and does not skip these attributes."""
        for actor in self.chain.subscribers(event, attributes):
            self.put(actor.name, body)

    def put(self, actor: str, body: str) -> None:
        """Put a message into one actor's queue."""
        self.queues[actor].messages.append(Message(id=str(uuid.uuid4()), body=body))

    def stream(self, before: Item, after: Item) -> None:
        """Put a record's change into the queues of the actors that the table's stream feeds."""
        images = {"OldImage": before, "NewImage": after}
        change = {name: {each: write(value) for each, value in item.items()} for name, item in images.items()}
        for actor in self.chain.actors:
            if actor.stream:
                for body in bodies(actor, actor.stream, {"Keys": change["NewImage"][KEY], **change}):
                    self.put(actor.name, body)

    def publish(self, envelope: Envelope) -> None:
        """Be the actors' publisher."""
        self.announced.append(envelope)
        for event in self.chain.events:
            if event.kind == envelope.kind:
                self.send(event, encode(envelope), attributes(envelope))

    def publish_together(self, envelopes: Iterable[Envelope]) -> list[Refused[Envelope]]:
        """Publish one by one."""
        for envelope in envelopes:
            self.publish(envelope)
        return []

    def run(self) -> None:
        """Work until every queue is empty."""
        while sum(self.turn(name) for name in self.queues) or self._jump():
            pass

    def _jump(self) -> bool:
        """Let the time pass until the next message is seen again; return whether there is any."""
        hidden = [when for queue in self.queues.values() for when in queue.hidden.values()]
        self.clock.seconds = min(hidden, default=self.clock.seconds)
        return bool(hidden)

    def turn(self, name: str) -> bool:
        """Let one actor take one batch; return whether there was any."""
        queue, actor = self.queues[name], self.chain.actor(name)
        batch = queue.receive(actor.batch)
        if not batch:
            return False
        invocation = Invocation(self.clock, self.clock.seconds + actor.timeout)
        answer = self.mailboxes[name].handle({"Records": [lambda_record(message) for message in batch]}, invocation)
        unsettled = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        again = [replace(message, attempts=message.attempts + 1) for message in batch if message.id in unsettled]
        queue.messages.extend(again)
        return True


def notification(key: str, content: bytes, etag: str = "", sequencer: str = "") -> str:
    """Return S3's notification of an upload, as it arrives over SNS with raw delivery."""
    return s3_notification.notification(
        Source(bucket=SOURCE, key=key, size=len(content), etag=etag, sequencer=sequencer, uploaded_at=now())
    )


def lambda_record(message: Message) -> dict[str, Any]:
    """Return a message as Lambda hands it over, as one of ``event["Records"]``."""
    return {
        "messageId": message.id,
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(message.attempts)},
        "messageAttributes": {n: {"stringValue": value} for n, value in message.attributes.items()},
    }
