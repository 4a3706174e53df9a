"""A small actor with its events, and an edge to stand around it: a queue, a publisher and a clock that obey."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from kit.actor import Actor
from kit.backoff import RECEIVES, Backoff
from kit.batches import Refused
from kit.envelope import Envelope, encode, wrap
from kit.errors import Rejected, UnreadableMessage
from kit.events import Event, Image, ImageUploaded, Source
from kit.letter import Letter
from kit.mailbox import Mailbox
from kit.queue import Message, dead_letter_attributes
from kit.tracing import Trace


class ImageSeen(Event, frozen=True, kw_only=True):
    """Somebody saw a picture."""

    filtered: ClassVar[tuple[str, ...]] = ("shade",)
    shade: str = "red"


class ImagePraised(Event, frozen=True, kw_only=True):
    """Somebody liked it."""


class TooUgly(Rejected):
    """Nobody could praise this picture."""


PRAISE = Actor(name="praise", purpose="Praises pictures", hears=(ImageSeen,), says=(ImagePraised,), rejects=(TooUgly,))


def uploads(body: str) -> list[ImageUploaded]:
    """Read messages that tell of several pictures, by key."""
    if body == "?":
        raise UnreadableMessage("a question")
    return [ImageUploaded(image=image(key)) for key in body.split()]


LISTS = replace(PRAISE, reader=uploads)


def image(key: str = "a.jpg", **more: Any) -> Image:
    return Image.of(Source(bucket="source", key=key, version="v1", uploaded_at="2026-11-21T08:00:00.000Z", **more))


def seen(key: str = "a.jpg", trace: Trace | None = None) -> str:
    """Return the body of a message that says that a picture was seen."""
    return encode(wrap(ImageSeen(image=image(key)), "look", trace or Trace.start()))


def record(body: str, *, number: int = 0, attempts: int = 1, **attributes: str) -> dict[str, Any]:
    """Return one of the records in the event that Lambda makes of an SQS batch."""
    return {
        "messageId": f"m{number}",
        "receiptHandle": f"r{number}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(attempts), "SentTimestamp": "1"},
        "messageAttributes": {name: {"stringValue": v, "dataType": "String"} for name, v in attributes.items()},
    }


@dataclass
class NotedQueue:
    """Notes what is done to messages; ``breaks_on`` names the method that does not work."""

    breaks_on: str = ""
    breaks_with: Callable[[], Exception] = lambda: RuntimeError("no network")
    deleted: list[str] = field(default_factory=list)
    postponed: dict[str, int] = field(default_factory=dict)
    sent: list[Message] = field(default_factory=list)
    dead_letters: list[tuple[Message, dict[str, str]]] = field(default_factory=list)

    def send(self, message: Message, seconds: int) -> None:
        if self.breaks_on == "send":
            raise self.breaks_with()
        self.sent.append(message)

    def delete(self, message: Message) -> None:
        if self.breaks_on == "delete":
            raise self.breaks_with()
        self.deleted.append(message.id)

    def postpone(self, message: Message, seconds: int) -> None:
        if self.breaks_on == "postpone":
            raise self.breaks_with()
        self.postponed[message.id] = seconds

    def dead_letter(self, message: Message, why: dict[str, str]) -> None:
        if self.breaks_on == "dead_letter":
            raise self.breaks_with()
        self.dead_letters.append((message, dead_letter_attributes(message, why)))

    @property
    def why(self) -> dict[str, str]:
        """The attributes of the one dead letter."""
        ((_, attributes),) = self.dead_letters
        return attributes


@dataclass
class NotedPublisher:
    """Notes what is announced, or cannot; ``batches`` are the sizes of what was announced together."""

    broken: bool = False
    refuses: str = ""  # the id of a picture of which it takes nothing
    announced: list[Envelope] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)

    def publish(self, envelope: Envelope) -> None:
        if self.broken:
            raise RuntimeError("no network")
        self.announced.append(envelope)

    def publish_together(self, envelopes: Iterable[Envelope]) -> list[Refused[Envelope]]:
        envelopes = list(envelopes)
        self.batches.append(len(envelopes))
        refused = [each for each in envelopes if each.subject == self.refuses]
        for envelope in envelopes:
            if envelope not in refused:
                self.publish(envelope)
        return [Refused(envelope, "InternalError") for envelope in refused]

    @property
    def kinds(self) -> list[str]:
        return [envelope.kind for envelope in self.announced]


@dataclass
class Clock:
    """Lambda's context: so many milliseconds are left, and each look costs some."""

    left: int = 30_000
    cost: int = 0

    def get_remaining_time_in_millis(self) -> int:
        now, self.left = self.left, self.left - self.cost
        return now


Work = Callable[[Letter[Any]], Iterable[Event]]


def praise(letter: Letter[ImageSeen]) -> Iterable[Event]:
    yield ImagePraised(image=letter.event.image)


@dataclass
class Desk:
    """The actor at work, with everything that it did in plain sight."""

    act: Work = praise
    actor: Actor = PRAISE
    queue: NotedQueue = field(default_factory=NotedQueue)
    publisher: NotedPublisher = field(default_factory=NotedPublisher)
    clock: Clock = field(default_factory=Clock)
    backoff: Backoff = RECEIVES

    def handle(self, *records: dict[str, Any]) -> list[str]:
        """Hand the actor a batch; return the ids of the messages that stay in the queue."""
        mailbox = Mailbox(
            actor=self.actor,
            act=self.act,
            queue=self.queue,
            publisher=self.publisher,
            version="7",
            backoff=self.backoff,
        )
        answer = mailbox.handle({"Records": list(records)}, self.clock)
        assert list(answer) == ["batchItemFailures"]
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def raising(error: BaseException | type[BaseException], only: str = "") -> Work:
    """Return work that fails, for one key or for every one."""

    def act(letter: Letter[ImageSeen]) -> Iterable[Event]:
        if only in ("", letter.event.image.source.key):
            raise error
        yield ImagePraised(image=letter.event.image)

    return act
